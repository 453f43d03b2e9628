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

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use ::optimizely::client::UserContext;
use ::optimizely::{AttributeValue, DecideOptions};

#[cfg(feature = "optimizely-crate-online")]
use ::optimizely::Conversion;
#[cfg(feature = "optimizely-crate-online")]
use ::optimizely::event_api::EventDispatcher;

use crate::decision::{Decision, DecisionHub};
use crate::error::{Error, Kind};
use crate::payload::{Payload, PayloadError, PayloadReader, decode};
use crate::value::{Null, Value, ValueWriter};

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

/// The keys of a datafile's rules, by their ids: of its experiments, those in groups, and its deliveries.
///
/// Make it anew where the datafile is another. A rule that is not in it stays without a name.
#[derive(Debug, Clone, Default)]
pub struct RuleKeys(BTreeMap<String, String>);

impl RuleKeys {
    /// Reads a datafile.
    ///
    /// # Errors
    ///
    /// When it is not JSON, or a rule of it has no id or no key. The error names the place.
    pub fn from_datafile(text: &str) -> Result<Self, Error> {
        decode(text).map_err(|error| Error::new(Kind::Input, format!("the datafile cannot be used: {error}")))
    }

    /// The key of the rule of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// Gives a decision the key of the rule whose id it has; one that has a rule keeps it.
    pub fn name(&self, decision: Decision) -> Decision {
        let key = decision.experiment_id().and_then(|id| self.get(id)).map(str::to_owned);
        match key {
            Some(key) if decision.rule_key().is_none() => decision.with_rule(key),
            _ => decision,
        }
    }
}

impl Payload for RuleKeys {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let experiments: Option<Vec<Rule>> = reader.optional("experiments")?;
        let groups: Option<Vec<Rules>> = reader.optional("groups")?;
        let rollouts: Option<Vec<Rules>> = reader.optional("rollouts")?;
        let below = groups.into_iter().chain(rollouts).flatten().flat_map(|Rules(rules)| rules);
        let rules = experiments.into_iter().flatten().chain(below);
        Ok(Self(rules.map(|Rule { id, key }| (id, key)).collect()))
    }
}

struct Rules(Vec<Rule>);

impl Payload for Rules {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self(reader.optional("experiments")?.unwrap_or_default()))
    }
}

struct Rule {
    id: String,
    key: String,
}

impl Payload for Rule {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self { id: reader.required("id")?, key: reader.required("key")? })
    }
}

/// Publishes what the crate decides: by a user that is [observed](Self::observe), of every decision, or by the
/// client's dispatcher, of those alone that are sent to Optimizely. Take one of the two, or each is published twice.
///
/// ```
/// use taxogen::DecisionHub;
/// use taxogen::optimizely_crate::{OptimizelyObserver, RuleKeys};
///
/// # let datafile = include_str!("../../../../tests/vectors/decisions/datafile.json");
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

    fn observed(&self, user: &UserContext<'_>, decision: &::optimizely::Decision, dispatched: Option<bool>) {
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
        formatter.debug_struct("OptimizelyObserver").field("rules", &self.rules.0.len()).finish_non_exhaustive()
    }
}

/// A user of the crate whose decisions are published: [`OptimizelyObserver::observe`].
pub struct ObservedUser<'c> {
    user: UserContext<'c>,
    observer: OptimizelyObserver,
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

/// A dispatcher that publishes the decisions it sends: [`OptimizelyObserver::dispatcher`].
#[cfg(feature = "optimizely-crate-online")]
#[derive(Debug)]
pub struct ObservingDispatcher<D> {
    inner: D,
    observer: OptimizelyObserver,
}

#[cfg(feature = "optimizely-crate-online")]
impl<D: EventDispatcher> EventDispatcher for ObservingDispatcher<D> {
    fn send_conversion_event(&self, user_context: &UserContext<'_>, conversion: Conversion) {
        self.inner.send_conversion_event(user_context, conversion);
    }

    fn send_decision_event(&self, user_context: &UserContext<'_>, decision: ::optimizely::Decision) {
        self.observer.observed(user_context, &decision, Some(true));
        self.inner.send_decision_event(user_context, decision);
    }
}

/// A value of the crate, as JSON.
struct Attribute<'a>(&'a AttributeValue);

impl Value for Attribute<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self.0 {
            AttributeValue::Integer(number) => match i64::try_from(*number) {
                Ok(number) => out.integer(number),
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "beyond 64 bits with a sign there is no integer to send"
                )]
                Err(_) => out.number(*number as f64),
            },
            AttributeValue::Decimal(number) => out.number(*number),
            AttributeValue::Boolean(is_set) => out.boolean(*is_set),
            AttributeValue::String(text) => out.text(text),
            _ => Null.write(out),
        }
    }
}

#[cfg(test)]
mod tests;
