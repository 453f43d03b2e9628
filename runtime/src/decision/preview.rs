use std::fmt;

use super::Decision;
use super::outcome::SkipReason;
use super::policy::ExposurePolicy;
use crate::destinations::Destinations;
use crate::event::Terms;
use crate::reach::Reach;
use crate::record::{Place, Run, RunWriter, read_runs};
use crate::sensitivity::Sensitivity;
use crate::sight::Sight;
use crate::user::is_blank;
use crate::value::Json;

/// What a destination would be told of a decision.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExposurePreview {
    /// The name of the event.
    pub event: String,
    /// Whose it is.
    pub user_id: String,
    /// The properties of the event, an object, in the order in which they are sent; without those that every event has:
    /// library, time and ids.
    pub properties: Json<'static>,
    /// The properties of the person that it sets, an object; empty where it sets none.
    pub person_properties: Json<'static>,
}

impl ExposurePolicy {
    /// What a destination that may see all that the plan allows it would be told of a decision, were it the first of this
    /// person and flag. Nothing is sent, remembered or counted. Of several destinations it is the first that is meant.
    ///
    /// What the plan calls `hash: true` is left out where the destination may not see it: there is no key.
    ///
    /// ```
    /// use taxogen::{Decision, Destinations, ExposurePolicy, SkipReason};
    ///
    /// let decision = Decision::new("user_123", "checkout").with_variation("treatment").with_rule("checkout_ab");
    /// let preview = ExposurePolicy::guide().preview(&decision, Destinations::POSTHOG)?;
    /// assert_eq!(preview.event, "Experiment Viewed");
    /// assert_eq!(
    ///     preview.properties.as_str(),
    ///     r#"{"flag_key":"checkout","variation_key":"treatment","rule_key":"checkout_ab","enabled":true}"#
    /// );
    /// assert_eq!(preview.person_properties.as_str(), r#"{"[Optimizely] checkout":"treatment"}"#);
    /// # Ok::<(), SkipReason>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Why that destination would be told nothing.
    pub fn preview(&self, decision: &Decision, destination: Destinations) -> Result<ExposurePreview, SkipReason> {
        let viewed = self.judge(decision)?;
        let destination = destination.first();
        if let Some(reason) = viewed.withheld(destination) {
            return Err(reason);
        }
        if is_blank(decision.user_id()) {
            return Err(SkipReason::EmptyId);
        }
        let mut runs = RunWriter::new(Vec::new());
        let reach = Reach::NOBODY.with(destination, None);
        viewed.write(&mut runs, &Terms::new(viewed.plan().audience(), Destinations::ALL, reach, None));
        runs.close();
        let sight = Sight { destination, allow: Some(Sensitivity::Personal) };
        let object = |place| object(read_runs(&runs.bytes).filter(|run| may_see(sight, run, place)));
        Ok(ExposurePreview {
            event: viewed.shown.event().to_owned(),
            user_id: decision.user_id().to_owned(),
            properties: object(Place::Event),
            person_properties: object(Place::Set),
        })
    }
}

impl fmt::Debug for ExposurePreview {
    /// Without the properties, which may hold the person's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, user_id, properties: _, person_properties: _ } = self;
        formatter
            .debug_struct("ExposurePreview")
            .field("event", event)
            .field("user_id", user_id)
            .finish_non_exhaustive()
    }
}

fn may_see(sight: Sight, run: &Run<'_>, place: Place) -> bool {
    run.tag.place() == Some(place) && sight.sees_run(run)
}

fn object<'a>(runs: impl Iterator<Item = Run<'a>>) -> Json<'static> {
    let members: Vec<u8> = runs.flat_map(|run| run.fragments).copied().collect();
    let members = String::from_utf8_lossy(members.get(1..).unwrap_or_default());
    Json::written(format!("{{{members}}}"))
}
