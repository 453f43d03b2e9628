//! Decisions of experimentation engines, and what the destinations are told of them.

#[cfg(any(feature = "open-feature", feature = "optimizely-crate"))]
pub(crate) mod adapter;
mod attributes;
mod decided;
mod engine;
mod hub;
mod listener;
mod members;
mod notification;
mod outcome;
mod plan;
mod policy;
mod preview;
mod report;
mod state;
mod viewed;

pub(crate) use decided::Decided;
pub use engine::Engine;
pub use hub::{DecisionHub, HubReport, Listening};
pub use listener::ExposureListener;
pub use notification::{DecisionInfo, DecisionSource, ExperimentInfo, FeatureInfo, FlagInfo, Notification};
pub use outcome::{DecisionOutcome, SkipReason};
pub use plan::{DecisionPlan, DecisionRule, PersonAttribute, RuleKind};
pub use policy::{ExposurePolicy, PersonProperty};
pub use preview::ExposurePreview;
pub use report::DecisionReport;
pub(crate) use state::DecisionState;
pub(crate) use viewed::{Shown, Viewed};

use std::fmt;

use self::members::Members;
use crate::json;
use crate::value::{Json, Timestamp, Value};

/// What an experimentation engine decided for somebody: which variation of which flag, and by which rule.
///
/// It comes from an Optimizely notification, by [`from_json`](Self::from_json), or is made by hand;
/// [`Client::decided`](crate::Client::decided) reports it.
///
/// Two decisions are equal when they say the same of the same person: when each was made is not compared.
///
/// ```
/// use taxogen::{Client, Decision, ExposurePolicy};
///
/// let (client, recorder) = Client::builder().exposures(ExposurePolicy::guide()).recorder();
/// let decision = Decision::new("user_123", "checkout_redesign").with_variation("treatment").with_rule("exp_rule_1");
/// client.decided(&decision);
/// client.decided(&decision);
/// assert_eq!(recorder.events("Experiment Viewed").len(), 1);
/// ```
#[derive(Clone)]
#[must_use = "a decision is reported only when it is given to `Client::decided`"]
pub struct Decision {
    engine: Engine,
    user_id: String,
    flag_key: String,
    enabled: bool,
    variation_key: Option<String>,
    rule_key: Option<String>,
    experiment_id: Option<String>,
    variation_id: Option<String>,
    variables: Members,
    attributes: Members,
    dispatched: Option<bool>,
    time: Timestamp,
}

impl Decision {
    /// A decision of Optimizely, made now, about a flag that is on, without a variation and a rule.
    pub fn new(user_id: impl Into<String>, flag_key: impl Into<String>) -> Self {
        Self {
            engine: Engine::Optimizely,
            user_id: user_id.into(),
            flag_key: flag_key.into(),
            enabled: true,
            variation_key: None,
            rule_key: None,
            experiment_id: None,
            variation_id: None,
            variables: Members::default(),
            attributes: Members::default(),
            dispatched: None,
            time: Timestamp::now(),
        }
    }

    /// Who decided; unless set, Optimizely. A known one is that, also by its name alone.
    pub fn with_engine(mut self, engine: Engine) -> Self {
        self.engine = engine.known();
        self
    }

    /// Whether the flag is on for this person.
    pub fn with_enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Which variation; an empty text is none.
    pub fn with_variation(mut self, key: impl Into<String>) -> Self {
        self.variation_key = said(key.into());
        self
    }

    /// The rule that decided: an experiment, a delivery or a holdout; an empty text is none.
    pub fn with_rule(mut self, key: impl Into<String>) -> Self {
        self.rule_key = said(key.into());
        self
    }

    /// The engine's own id of the experiment; an empty text is none.
    pub fn with_experiment_id(mut self, id: impl Into<String>) -> Self {
        self.experiment_id = said(id.into());
        self
    }

    /// The engine's own id of the variation; an empty text is none.
    pub fn with_variation_id(mut self, id: impl Into<String>) -> Self {
        self.variation_id = said(id.into());
        self
    }

    /// A variable that the flag has in this variation. No vendor is told of it; one that was set before is replaced.
    pub fn with_variable(mut self, name: impl Into<String>, value: &impl Value) -> Self {
        self.variables.set(name, value);
        self
    }

    /// An attribute that the engine knew of the person; who is told of it says the policy. One that was set before is
    /// replaced.
    pub fn with_attribute(mut self, name: impl Into<String>, value: &impl Value) -> Self {
        self.attributes.set(name, value);
        self
    }

    /// Whether the engine recorded the decision itself; unless set, it is not known.
    pub fn with_dispatched(mut self, dispatched: bool) -> Self {
        self.dispatched = Some(dispatched);
        self
    }

    /// When it was decided; unless set, when this value was made. A time in the future counts as that of the report: it
    /// would stand before all that is decided until then.
    pub fn with_time(mut self, time: impl Into<Timestamp>) -> Self {
        self.time = time.into();
        self
    }

    /// Who decided.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// For whom.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// About which flag.
    #[must_use]
    pub fn flag_key(&self) -> &str {
        &self.flag_key
    }

    /// Whether the flag is on.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// The variation, where there is one.
    #[must_use]
    pub fn variation_key(&self) -> Option<&str> {
        self.variation_key.as_deref()
    }

    /// The rule that decided, where one did.
    #[must_use]
    pub fn rule_key(&self) -> Option<&str> {
        self.rule_key.as_deref()
    }

    /// The engine's own id of the experiment, where it is known.
    #[must_use]
    pub fn experiment_id(&self) -> Option<&str> {
        self.experiment_id.as_deref()
    }

    /// The engine's own id of the variation, where it is known.
    #[must_use]
    pub fn variation_id(&self) -> Option<&str> {
        self.variation_id.as_deref()
    }

    /// The flag's variables in this variation, in the order of their names.
    #[must_use]
    pub fn variables(&self) -> &[(String, Json<'static>)] {
        self.variables.as_slice()
    }

    /// The variables as the text of one object; `None` where there are none.
    pub(crate) fn variables_object(&self) -> Option<String> {
        let mut text = Vec::from(*b"{");
        for (place, (name, value)) in self.variables().iter().enumerate() {
            text.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
            json::write_escaped(&mut text, name);
            text.extend_from_slice(b"\":");
            text.extend_from_slice(value.as_str().as_bytes());
        }
        text.push(b'}');
        let text = String::from_utf8(text).expect("texts joined are a text");
        (!self.variables().is_empty()).then_some(text)
    }

    /// What the engine knew of the person, in the order of the names.
    #[must_use]
    pub fn attributes(&self) -> &[(String, Json<'static>)] {
        self.attributes.as_slice()
    }

    /// Whether the engine recorded the decision itself, where that is known.
    #[must_use]
    pub fn dispatched(&self) -> Option<bool> {
        self.dispatched
    }

    /// When it was decided.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }
}

impl PartialEq for Decision {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            engine,
            user_id,
            flag_key,
            enabled,
            variation_key,
            rule_key,
            experiment_id,
            variation_id,
            variables,
            attributes,
            dispatched,
            time: _,
        } = self;
        *user_id == other.user_id
            && *flag_key == other.flag_key
            && *engine == other.engine
            && *enabled == other.enabled
            && *variation_key == other.variation_key
            && *rule_key == other.rule_key
            && *experiment_id == other.experiment_id
            && *variation_id == other.variation_id
            && *dispatched == other.dispatched
            && *variables == other.variables
            && *attributes == other.attributes
    }
}

impl fmt::Debug for Decision {
    /// Without the attributes, which are the person's, and the variables, which may repeat them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Decision")
            .field("engine", &self.engine)
            .field("user_id", &self.user_id)
            .field("flag_key", &self.flag_key)
            .field("enabled", &self.enabled)
            .field("variation_key", &self.variation_key)
            .field("rule_key", &self.rule_key)
            .field("experiment_id", &self.experiment_id)
            .field("variation_id", &self.variation_id)
            .field("dispatched", &self.dispatched)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// An empty text says nothing.
fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
