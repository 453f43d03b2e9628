use std::fmt;

use ::optimizely::client::UserContext;
use ::optimizely::{AttributeValue, DecideOptions};

use super::OptimizelyObserver;

/// A user of the crate whose decisions are published: [`OptimizelyObserver::observe`].
pub struct ObservedUser<'c> {
    pub(super) user: UserContext<'c>,
    pub(super) observer: OptimizelyObserver,
}

impl<'c> ObservedUser<'c> {
    /// Decides as [`UserContext::decide`] does.
    #[must_use]
    pub fn decide(&self, flag_key: &str) -> ::optimizely::Decision {
        self.decide_with_options(flag_key, self.user.client().default_decide_options())
    }

    /// Decides as [`UserContext::decide_with_options`] does.
    #[must_use]
    pub fn decide_with_options(&self, flag_key: &str, options: &DecideOptions) -> ::optimizely::Decision {
        let decision = self.user.decide_with_options(flag_key, options);
        // Otherwise it is sent where an experiment decided, which the decision does not say.
        let is_silent = options.disable_decision_event || decision.experiment_id().is_empty();
        self.observer.observed(&self.user, &decision, is_silent.then_some(false));
        decision
    }

    /// Sets an attribute, as [`UserContext::set_attribute`] does: one that the datafile does not have is left out.
    pub fn set_attribute(&mut self, key: impl Into<String>, value: AttributeValue) {
        self.user.set_attribute(key, value);
    }

    /// The crate's own user, for the rest of what it can do. What it decides is not published.
    #[must_use]
    pub fn as_unobserved(&self) -> &UserContext<'c> {
        &self.user
    }
}

impl fmt::Debug for ObservedUser<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ObservedUser").field("user_id", &self.user.user_id()).finish_non_exhaustive()
    }
}
