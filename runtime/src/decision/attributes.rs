//! `userAttributes`: what an engine knew of the person, as far as a destination may see it.

use super::policy::Known;
use crate::event::{PropertyWriter, Terms, Twin};
use crate::hash_key::Hash;
use crate::record::{Place, RunTag, RunWriter};
use crate::sensitivity::Sensitivity;
use crate::value::{Json, Value, ValueWriter};

/// The attributes of a decision, and what says who may see them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Attributes<'a> {
    /// No plan speaks of them: they go where the client says `.allow(Personal)`.
    Unplanned(&'a [(String, Json<'static>)]),
    /// Those that are properties of a person in the plan.
    Planned(&'a Known, &'a [(String, Json<'static>)]),
}

const NAME: &str = "userAttributes";

impl Attributes<'_> {
    /// Writes them for the one destination of these terms.
    pub(super) fn write(self, runs: &mut RunWriter, terms: &Terms<'_>) {
        match self {
            Self::Unplanned([]) => {}
            Self::Unplanned(attributes) => {
                let members = attributes.iter().map(|(name, value)| (name.as_str(), Shown::Value(value)));
                PropertyWriter::new(runs, terms).unplanned(NAME, &Object(members.collect()));
            }
            Self::Planned(known, attributes) => write_planned(known, attributes, runs, terms),
        }
    }
}

/// Writes one object of what may be seen now. It is as sensitive as the most sensitive of it, so that a client that allows
/// less later does not send it on.
fn write_planned(known: &Known, attributes: &[(String, Json<'static>)], runs: &mut RunWriter, terms: &Terms<'_>) {
    let mut members = Vec::new();
    let mut highest = Sensitivity::Public;
    for (name, value) in attributes {
        let Some(attribute) = known.attribute(name) else { continue };
        match terms.twin(attribute.class) {
            Twin::Needless => {
                highest = highest.max(attribute.class);
                members.push((name.as_str(), Shown::Value(value)));
            }
            _ if !attribute.is_hashed => {}
            Twin::WithoutKey => runs.unhashed += 1,
            Twin::Under(key) => {
                members.push((name.as_str(), Shown::Hash(key.hash_json(value.as_str().as_bytes()))));
            }
        }
    }
    if !members.is_empty() {
        let tag = RunTag::new(Place::Event, highest.into());
        runs.property(tag, terms.who_sees(highest), NAME, &Object(members));
    }
}

struct Object<'a>(Vec<(&'a str, Shown<'a>)>);

enum Shown<'a> {
    Value(&'a Json<'static>),
    Hash(Hash),
}

impl Value for Object<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|object| {
            for (name, shown) in &self.0 {
                match shown {
                    Shown::Value(value) => object.field(name, *value),
                    Shown::Hash(hash) => object.field(name, hash),
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{DecisionPlan, PersonAttribute};
    use crate::destinations::Destinations;
    use crate::event::PlanId;
    use crate::reach::Reach;
    use crate::record::read_runs;
    use crate::sight::Sight;

    const SEGMENT: Destinations = Destinations::SEGMENT;

    /// What is there for Segment of what was recorded when the client allowed `then`, now that it allows `now`.
    fn seen(plan: PlanId, then: Option<Sensitivity>, now: Option<Sensitivity>) -> Option<String> {
        let known = Known::new(
            DecisionPlan::new(plan, &[])
                .with_attribute(PersonAttribute::new("tier", Sensitivity::Public))
                .with_attribute(PersonAttribute::new("country", Sensitivity::Internal))
                .with_attribute(PersonAttribute::new("name", Sensitivity::Personal)),
        );
        let attributes = ["country", "name", "size", "tier"].map(|name| (name.to_owned(), Json::of(&name)));
        let mut runs = RunWriter::new(Vec::new());
        let terms = Terms::new(plan.audience().only(SEGMENT), SEGMENT, Reach::NOBODY.with(SEGMENT, then), None);
        Attributes::Planned(&known, &attributes).write(&mut runs, &terms);
        runs.close();
        let sight = Sight { destination: SEGMENT, allow: now };
        let seen = read_runs(&runs.bytes).find(|run| sight.sees_run(run))?;
        Some(String::from_utf8(seen.fragments.to_vec()).unwrap())
    }

    #[test]
    fn what_was_recorded_is_not_sent_on_by_who_allows_less() {
        use Sensitivity::{Internal, Personal, Public};
        let plan = PlanId::new("p", "0");
        let personal = plan.allow(SEGMENT, Personal);
        let all = r#"{"country":"country","name":"name","tier":"tier"}"#;
        let (internal, public) = (r#"{"country":"country","tier":"tier"}"#, r#"{"tier":"tier"}"#);
        for (plan, then, now, expected) in [
            (personal, None, None, Some(all)),
            (personal, None, Some(Internal), None),
            (personal, Some(Internal), None, Some(internal)),
            (personal, Some(Internal), Some(Public), None),
            (personal, Some(Public), Some(Public), Some(public)),
            (plan, None, Some(Personal), Some(internal)),
            (plan.allow(SEGMENT, Public), Some(Personal), Some(Personal), Some(public)),
        ] {
            let expected = expected.map(|object| format!(",\"userAttributes\":{object}"));
            assert_eq!(seen(plan, then, now), expected, "{plan:?} {then:?} {now:?}");
        }
    }
}
