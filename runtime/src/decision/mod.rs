//! Decisions of experimentation engines, and what the destinations are told of them.

mod optimizely;
mod plan;
mod policy;
mod viewed;

pub use plan::{DecisionPlan, DecisionRule, PersonAttribute, RuleKind};
pub use policy::{ExposurePolicy, PersonProperty};
pub(crate) use viewed::{Engine, Shown, Viewed};

use std::fmt;

use crate::client::Client;
use crate::experiment::Exposure;
use crate::value::{Json, Value};

/// What an experimentation engine decided for somebody: which variation of which flag, and by which rule.
///
/// It comes from an Optimizely notification, by [`from_json`](Self::from_json), or is made by hand;
/// [`Client::decided`] reports it.
///
/// ```
/// use taxogen::{Client, Decision};
///
/// let (client, recorder) = Client::recorder();
/// let decision = Decision::new("user_123", "checkout_redesign").with_variation("treatment").with_rule("exp_rule_1");
/// client.decided(&decision);
/// client.decided(&decision);
/// assert_eq!(recorder.events("Experiment Viewed").len(), 1);
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a decision is reported only when it is given to `Client::decided`"]
pub struct Decision {
    user_id: String,
    flag_key: String,
    enabled: bool,
    variation_key: Option<String>,
    rule_key: Option<String>,
    attributes: Vec<(String, Json<'static>)>,
    dispatched: Option<bool>,
}

impl Decision {
    /// A decision about a flag that is on, without a variation and a rule.
    pub fn new(user_id: impl Into<String>, flag_key: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            flag_key: flag_key.into(),
            enabled: true,
            variation_key: None,
            rule_key: None,
            attributes: Vec::new(),
            dispatched: None,
        }
    }

    /// Whether the flag is on for this person.
    pub fn with_enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Which variation; an empty text is none.
    pub fn with_variation(mut self, key: impl Into<String>) -> Self {
        self.variation_key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// The rule that decided: an experiment or a delivery; an empty text is none.
    pub fn with_rule(mut self, key: impl Into<String>) -> Self {
        self.rule_key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// An attribute that the engine knew of the person. It goes only to a destination with an explicit
    /// `.allow(Sensitivity::Personal)`: no plan speaks of it.
    pub fn with_attribute(mut self, name: impl Into<String>, value: &impl Value) -> Self {
        self.attributes.push((name.into(), Json::of(value)));
        self
    }

    /// Whether the engine recorded the decision itself; unless set, it is not known.
    pub fn with_dispatched(mut self, dispatched: bool) -> Self {
        self.dispatched = Some(dispatched);
        self
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

    /// Whether the engine recorded the decision itself, where that is known.
    #[must_use]
    pub fn dispatched(&self) -> Option<bool> {
        self.dispatched
    }

    fn viewed(&self) -> Viewed<'_> {
        Viewed {
            engine: Engine::Optimizely,
            flag_key: &self.flag_key,
            variation_key: self.variation_key(),
            rule_key: self.rule_key(),
            enabled: self.enabled,
            attributes: &self.attributes,
            shown: Shown::Exposure(&Exposure::VIEWED),
        }
    }
}

impl fmt::Debug for Decision {
    /// Without the attributes, which are the person's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user_id, flag_key, enabled, variation_key, rule_key, attributes: _, dispatched } = self;
        formatter
            .debug_struct("Decision")
            .field("user_id", user_id)
            .field("flag_key", flag_key)
            .field("enabled", enabled)
            .field("variation_key", variation_key)
            .field("rule_key", rule_key)
            .field("dispatched", dispatched)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Reports a decision of another engine: the event `Experiment Viewed` and the person's property
    /// `[Optimizely] <flag>`, each vendor in its own form.
    ///
    /// It is reported once until variation, rule or `enabled` change for this person and flag. Of about
    /// 65,000 persons and flags the last decision is remembered; one that was forgotten is reported again. A decision
    /// for an empty user id, or one of nothing but spaces, is counted as lost.
    ///
    /// Segment gets the event where a rule decided and there is a variation, without the property; all others
    /// get every decision, and the property is `off` where the flag is.
    pub fn decided(&self, decision: &Decision) {
        let viewed = decision.viewed();
        if let Some(change) = viewed.enter(&self.core, &decision.user_id, &[]) {
            viewed.report(&self.user(decision.user_id.as_str()), change);
        }
    }
}
