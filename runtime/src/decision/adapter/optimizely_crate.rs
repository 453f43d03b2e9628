//! Decisions of the crate `optimizely` (0.5), which is not Optimizely's own.
//!
//! # Before you use it
//!
//! It decides otherwise than Optimizely's SDKs. On a datafile of nine flags and for 200 users it differed from the SDK for
//! JavaScript in 592 of 1,800 decisions, and in 349 of those in whether the flag was on:
//!
//! - the status of an experiment is not read: one that is paused goes on deciding;
//! - `audienceConditions` are not read, only `audienceIds`, so that typed audiences let everybody in;
//! - experiments in exclusion groups are not known;
//! - the first rule whose audience fits decides alone: who is outside its traffic gets no later rule, and no "everyone
//!   else";
//! - there are no holdouts, no forced decisions and no whitelist, no `$opt_bucketing_id` and no bandits.
//!
//! Its impressions carry no metadata, and its conversions no revenue and no value: for those there is the destination
//! `Optimizely`. Where another of Optimizely's SDKs decides, or its Agent does, give what that says to
//! [`Decision::from_json`](crate::Decision::from_json) and leave this crate alone.
//!
//! # What a decision of it lacks
//!
//! It has no rule key, no variables, and no word on whether it was sent to Optimizely. Without a rule nothing tells an
//! experiment from a delivery, so that the policy of a plan reports none of its decisions and counts them as
//! [`SkipReason::Forced`](crate::SkipReason::Forced). [`RuleKeys`] finds the rule in the datafile by the id that the
//! decision does have:
//!
//! ```
//! use taxogen::Decision;
//! use taxogen::optimizely_crate::RuleKeys;
//!
//! # let datafile = include_str!("../../../../tests/vectors/decisions/datafile.json");
//! let optimizely = optimizely::Client::from_string(datafile)?.initialize();
//! let rules = RuleKeys::from_datafile(datafile)?;
//!
//! let vendors = optimizely.create_user_context("user_000").decide("checkout_redesign");
//! let decision = rules.name(Decision::from_optimizely("user_000", &vendors, None));
//! assert_eq!(decision.rule_key(), Some("checkout_redesign_exp"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attribute;
#[cfg(feature = "optimizely-crate-online")]
mod dispatcher;
mod observer;
mod rule_keys;
mod user;

#[cfg(feature = "optimizely-crate-online")]
pub use dispatcher::ObservingDispatcher;
pub use observer::OptimizelyObserver;
pub use rule_keys::RuleKeys;
pub use user::ObservedUser;

use crate::decision::Decision;

impl Decision {
    /// A decision of the crate `optimizely`. Where it decided nothing, there is no variation: its word for that is `off`,
    /// without an id.
    ///
    /// Whether the crate has sent it to Optimizely is for the caller to say; unless the datafile's flag is decided by an
    /// experiment, it is not. The rule is not known: see [`RuleKeys`].
    pub fn from_optimizely(
        user_id: impl Into<String>,
        decision: &::optimizely::Decision,
        dispatched: Option<bool>,
    ) -> Self {
        let variation = if decision.experiment_id().is_empty() { "" } else { decision.variation_key() };
        let observed = Self::new(user_id, decision.flag_key())
            .with_enabled(decision.enabled())
            .with_variation(variation)
            .with_experiment_id(decision.experiment_id())
            .with_variation_id(decision.variation_id());
        match dispatched {
            Some(dispatched) => observed.with_dispatched(dispatched),
            None => observed,
        }
    }
}

#[cfg(test)]
mod tests;
