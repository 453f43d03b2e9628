//! What an Optimizely SDK tells its listeners.

mod fields;
mod info;
mod read;
#[cfg(test)]
mod tests;

pub use info::{DecisionInfo, DecisionSource, ExperimentInfo, FeatureInfo, FlagInfo};

use super::Decision;
use super::members::Members;
use crate::error::Error;
use crate::value::Json;

/// What an Optimizely SDK told its listener of one decision, whichever SDK it was and whichever call.
///
/// [`from_json`](Self::from_json) reads it; [`decision`](Self::decision) is what it says of a flag. Two notifications are
/// equal when they say the same in all but the `reasons`, whose texts differ from one SDK to the next.
///
/// ```
/// use taxogen::Notification;
///
/// let of_javascript = r#"{"type": "flag", "userId": "user_123", "attributes": {"age": 30}, "decisionInfo": {
///     "flagKey": "checkout_redesign", "enabled": true, "variationKey": "treatment", "ruleKey": "exp_rule_1"}}"#;
/// let of_python = r#"["flag", "user_123", {"age": 30.0}, {
///     "flag_key": "checkout_redesign", "enabled": true, "variation_key": "treatment", "rule_key": "exp_rule_1"}]"#;
/// let notification = Notification::from_json(of_javascript)?;
/// assert_eq!(notification, Notification::from_json(of_python)?);
/// assert_eq!(notification.decision().unwrap().variation_key(), Some("treatment"));
/// # Ok::<(), taxogen::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    user_id: String,
    attributes: Members,
    info: DecisionInfo,
}

impl Notification {
    /// Reads a notification, as JSON, in each of the forms that the SDKs give it:
    ///
    /// - an object in camelCase, of JavaScript and Java: `{"type": "flag", "userId": .., "attributes": {..},
    ///   "decisionInfo": {"flagKey": ..}}`;
    /// - Python's four values, as a list, `["flag", user_id, attributes, {"flag_key": ..}]`, or as an object of the same
    ///   names, `{"type": "flag", "user_id": .., "attributes": {..}, "decision_info": {"flag_key": ..}}`;
    /// - the object of Go, which Optimizely Agent streams too: `{"Type": "flag", "UserContext": {"ID": ..,
    ///   "Attributes": {..}}, "DecisionInfo": {"flagKey": ..}}`.
    ///
    /// Where a key or an id is missing, `null` or `""`, there is none. Fields that are not known are left aside; of a name
    /// that stands twice in an object, the last one counts.
    ///
    /// # Errors
    ///
    /// When it is not JSON or is nested more than 127 deep, when a field that it cannot be without is missing, when one is
    /// of another type, or stands there in both styles. The error names the field, and no value.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read::notification(text)
    }

    /// For whom. An empty text is possible: the SDKs take it.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// What the SDK knew of the person, in the order of the names.
    #[must_use]
    pub fn attributes(&self) -> &[(String, Json<'static>)] {
        self.attributes.as_slice()
    }

    /// What was decided.
    #[must_use]
    pub fn info(&self) -> &DecisionInfo {
        &self.info
    }

    /// The decision about a flag, as of now: a notification does not say when it was made. `None` for the types of the older
    /// calls, which decide no flag.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        self.clone().into_decision()
    }

    /// [`decision`](Self::decision) of a notification that is not needed any more.
    #[must_use]
    pub fn into_decision(self) -> Option<Decision> {
        let Self { user_id, attributes, info } = self;
        let DecisionInfo::Flag(flag) = info else { return None };
        let decision = Decision::new(user_id, flag.flag_key);
        Some(Decision {
            enabled: flag.enabled,
            variation_key: flag.variation_key,
            rule_key: flag.rule_key,
            experiment_id: flag.experiment_id,
            variation_id: flag.variation_id,
            variables: flag.variables,
            attributes,
            dispatched: flag.dispatched,
            ..decision
        })
    }
}

impl Decision {
    /// Reads a notification of an Optimizely SDK, in each form that [`Notification::from_json`] takes.
    ///
    /// `None` for notifications of the other types, which older calls send and which decide no flag.
    ///
    /// ```
    /// use taxogen::Decision;
    ///
    /// let json = r#"{"type": "flag", "userId": "user_123", "attributes": {"plan": "pro"}, "decisionInfo": {
    ///     "flagKey": "checkout_redesign", "enabled": true, "variationKey": "treatment", "ruleKey": "exp_rule_1",
    ///     "variables": {}, "reasons": [], "decisionEventDispatched": true}}"#;
    /// let decision = Decision::from_json(json)?.expect("of type `flag`");
    /// assert_eq!(decision.variation_key(), Some("treatment"));
    /// assert_eq!(decision.dispatched(), Some(true));
    /// # Ok::<(), taxogen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`Notification::from_json`].
    pub fn from_json(text: &str) -> Result<Option<Self>, Error> {
        Notification::from_json(text).map(Notification::into_decision)
    }
}
