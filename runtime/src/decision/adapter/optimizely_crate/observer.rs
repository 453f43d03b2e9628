use std::fmt;
use std::sync::Arc;

use ::optimizely::client::UserContext;
#[cfg(feature = "optimizely-crate-online")]
use ::optimizely::event_api::EventDispatcher;

use super::attribute::Attribute;
#[cfg(feature = "optimizely-crate-online")]
use super::dispatcher::ObservingDispatcher;
use super::rule_keys::RuleKeys;
use super::user::ObservedUser;
use crate::decision::{Decision, DecisionHub};

/// Publishes what the crate decides: by a user that is [observed](Self::observe), of every decision, or by the
/// client's dispatcher, of those alone that are sent to Optimizely. Take one of the two, or each is published twice.
///
/// ```
/// use taxogen::DecisionHub;
/// use taxogen::optimizely_crate::{OptimizelyObserver, RuleKeys};
///
/// # let datafile = include_str!("../../../../../tests/vectors/decisions/datafile.json");
/// let hub = DecisionHub::new();
/// let observer = OptimizelyObserver::new(&hub).with_rules(RuleKeys::from_datafile(datafile)?);
///
/// let optimizely = optimizely::Client::from_string(datafile)?.initialize();
/// let user = observer.observe(optimizely.create_user_context("user_1"));
/// assert!(!user.decide("no_rules").enabled());
/// assert_eq!(hub.report().published, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct OptimizelyObserver {
    hub: DecisionHub,
    rules: Arc<RuleKeys>,
}

impl OptimizelyObserver {
    /// Publishes to this hub.
    #[must_use]
    pub fn new(hub: &DecisionHub) -> Self {
        Self { hub: hub.clone(), rules: Arc::default() }
    }

    /// Names the rules of decisions as this datafile has them.
    #[must_use]
    pub fn with_rules(self, rules: RuleKeys) -> Self {
        Self { rules: Arc::new(rules), ..self }
    }

    /// A user whose decisions are published.
    #[must_use]
    pub fn observe<'c>(&self, user: UserContext<'c>) -> ObservedUser<'c> {
        ObservedUser { user, observer: self.clone() }
    }

    /// For `with_event_dispatcher`: what `dispatcher` sends of decisions is published as well, as dispatched. Those that
    /// the crate does not send, of deliveries and of flags without a rule, are not seen.
    #[cfg(feature = "optimizely-crate-online")]
    #[must_use]
    pub fn dispatcher<D: EventDispatcher>(&self, dispatcher: D) -> ObservingDispatcher<D> {
        ObservingDispatcher { inner: dispatcher, observer: self.clone() }
    }

    pub(super) fn observed(&self, user: &UserContext<'_>, decision: &::optimizely::Decision, dispatched: Option<bool>) {
        let decision = Decision::from_optimizely(user.user_id(), decision, dispatched);
        let attributes = user.user_attributes();
        let decision = attributes.into_iter().fold(decision, |decision, attribute| {
            decision.with_attribute(attribute.key(), &Attribute(attribute.value()))
        });
        self.hub.publish(self.rules.name(decision));
    }
}

impl fmt::Debug for OptimizelyObserver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OptimizelyObserver").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}
