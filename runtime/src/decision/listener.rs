use std::fmt;

use super::Decision;
use super::outcome::{DecisionOutcome, SkipReason};
use super::policy::ExposurePolicy;
use super::report::DecisionReport;
use super::viewed::Viewed;
use crate::client::Client;
use crate::dedup::{Claim, HandleNumber};
use crate::destinations::Destinations;
use crate::user::User;

/// Reports decisions as exposures by a policy of its own. [`Client::exposure_listener`] makes it.
///
/// All listeners of a client share one memory: what one of them has reported is repeated for the others.
///
/// ```
/// use taxogen::{Client, Decision, DecisionOutcome, ExposurePolicy};
///
/// let (client, recorder) = Client::recorder();
/// let listener = client.exposure_listener(ExposurePolicy::guide());
/// let decision = Decision::new("user_123", "checkout_redesign").with_variation("treatment").with_rule("exp_rule_1");
/// assert_eq!(listener.decided(&decision), DecisionOutcome::Reported);
/// assert_eq!(listener.decided(&decision), DecisionOutcome::Repeated);
/// assert_eq!(recorder.events("Experiment Viewed").len(), 1);
/// ```
#[derive(Clone)]
#[must_use = "it reports what it is told"]
pub struct ExposureListener {
    client: Client,
    policy: ExposurePolicy,
}

impl ExposureListener {
    /// Reports a decision, as [`Client::decided`] does, and says what became of it.
    #[expect(clippy::must_use_candidate, reason = "it is counted in any case")]
    pub fn decided(&self, decision: &Decision) -> DecisionOutcome {
        self.client.report_decision(Some(&self.policy), decision, None)
    }
}

impl fmt::Debug for ExposureListener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ExposureListener").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Client {
    /// Reports a decision of another engine as an exposure, where the policy of [`Builder::exposures`] says that it is
    /// one: the event `Experiment Viewed`, or what the plan's `exposure:` calls it, and the property `[<Engine>] <flag>` of
    /// the person. PostHog gets both as one event, Mixpanel each as a call of its own, and Segment the event alone, where a
    /// rule has given a variation.
    ///
    /// It is reported once until variation, rule or `enabled` change for this person and flag; [`Builder::dedup`] says for
    /// how long and for how many. The event has the time of the decision. What is not reported is counted by reason in the
    /// [`decision_report`](Self::decision_report).
    ///
    /// [`Builder::dedup`]: crate::Builder::dedup
    /// [`Builder::exposures`]: crate::Builder::exposures
    #[expect(clippy::must_use_candidate, reason = "it is counted in any case")]
    pub fn decided(&self, decision: &Decision) -> DecisionOutcome {
        self.report_decision(self.core.decisions.policy(), decision, None)
    }

    /// What reports decisions by this policy, whatever the client's own is.
    pub fn exposure_listener(&self, policy: ExposurePolicy) -> ExposureListener {
        ExposureListener { client: self.clone(), policy }
    }

    /// What became of the decisions that this client was told of.
    ///
    /// ```
    /// use taxogen::{Client, Decision, SkipReason};
    ///
    /// let (client, _) = Client::recorder();
    /// client.decided(&Decision::new("user_123", "checkout_redesign"));
    /// assert_eq!(client.decision_report().skipped_for(SkipReason::NoPolicy), 1);
    /// ```
    #[must_use]
    pub fn decision_report(&self) -> DecisionReport {
        self.core.decisions.report()
    }

    /// The one place through which every decision of another engine goes.
    fn report_decision(
        &self,
        policy: Option<&ExposurePolicy>,
        decision: &Decision,
        user: Option<&User>,
    ) -> DecisionOutcome {
        let core = &*self.core;
        if core.kinds() == Destinations::NONE {
            return DecisionOutcome::Skipped(SkipReason::NoDestination);
        }
        let judged = policy.ok_or(SkipReason::NoPolicy).and_then(|policy| policy.judge(decision));
        let outcome = match (judged.and_then(|viewed| viewed.for_any_of(core.kinds())), user) {
            (Err(reason), _) => DecisionOutcome::Skipped(reason),
            (Ok(viewed), Some(user)) => viewed.expose(viewed.claim_for(user), || user.clone()),
            (Ok(viewed), None) => {
                let claim = viewed.claim(core, HandleNumber::next, decision.user_id(), &[]);
                viewed.expose(claim, || self.user(decision.user_id()))
            }
        };
        core.decisions.settle(&core.hooks, decision, outcome);
        outcome
    }
}

impl User {
    /// Reports a decision as [`Client::decided`] does, for this person: under their distinct id, with their groups and
    /// super properties, whatever id the engine knows them by. Segment gets that id as `optimizelyUserId`.
    ///
    /// From then on the handle knows that the person is in that variation; see
    /// [`Builder::stamp_variations`](crate::Builder::stamp_variations).
    #[expect(clippy::must_use_candidate, reason = "it is counted in any case")]
    pub fn decided(&self, decision: &Decision) -> DecisionOutcome {
        self.note_decision(decision);
        self.client.report_decision(self.client.core.decisions.policy(), decision, Some(self))
    }
}

impl Viewed<'_> {
    /// The same, where it is for one of these destinations.
    fn for_any_of(self, kinds: Destinations) -> Result<Self, SkipReason> {
        if kinds.meets(self.destinations()) {
            return Ok(self);
        }
        Err(self.withheld(kinds.only(Destinations::ALL).first()).unwrap_or(SkipReason::NoDestination))
    }

    /// Reports what nobody has claimed before.
    fn expose(&self, claim: Option<Claim<'_>>, user: impl FnOnce() -> User) -> DecisionOutcome {
        let Some(claim) = claim else { return DecisionOutcome::Repeated };
        let user = user();
        if self.report(&user, claim) {
            DecisionOutcome::Reported
        } else if user.identity.is_empty() {
            // It was counted as lost, and told.
            DecisionOutcome::Skipped(SkipReason::EmptyId)
        } else {
            DecisionOutcome::Skipped(SkipReason::NotRecorded)
        }
    }
}
