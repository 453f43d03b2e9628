use std::sync::LazyLock;
use std::time::Duration;

use super::outcome::{DecisionOutcome, SkipReason};
use super::policy::ExposurePolicy;
use super::report::{Counts, DecisionReport};
use super::{Decision, Engine};
use crate::dedup::Table;
use crate::hooks::{Hooks, Trouble, TroubleKind};

/// What a client knows of decisions, and what became of them.
pub(crate) struct DecisionState {
    policy: Option<ExposurePolicy>,
    counts: Counts,
    /// What was told of which rule.
    told: LazyLock<Table>,
}

impl Default for DecisionState {
    fn default() -> Self {
        Self { policy: None, counts: Counts::default(), told: LazyLock::new(|| Table::new(512, Duration::MAX)) }
    }
}

impl DecisionState {
    pub(crate) fn set(&mut self, policy: Option<ExposurePolicy>) {
        self.policy = policy;
    }

    pub(super) const fn policy(&self) -> Option<&ExposurePolicy> {
        self.policy.as_ref()
    }

    pub(super) fn report(&self) -> DecisionReport {
        self.counts.report()
    }

    /// Counts what became of a decision, and tells once what somebody has to act on.
    pub(super) fn settle(&self, hooks: &Hooks, decision: &Decision, outcome: DecisionOutcome) {
        self.counts.count(outcome);
        match outcome {
            DecisionOutcome::Skipped(SkipReason::NoPolicy) => self.tell(hooks, &"policy", || {
                "the client has no policy that says which are exposures: give it one by `Builder::exposures`, mostly \
                 `ExposurePolicy::by_plan(experiments::DECISIONS)`"
                    .to_owned()
            }),
            DecisionOutcome::Skipped(SkipReason::UnknownRule) => {
                let (engine, flag, rule) = (decision.engine(), decision.flag_key(), decision.rule_key());
                self.tell(hooks, &(engine, flag, rule), || unknown_rule(engine, flag, rule.unwrap_or_default()));
            }
            _ => {}
        }
    }

    fn tell(&self, hooks: &Hooks, what: &impl std::hash::Hash, detail: impl FnOnce() -> String) {
        if self.told.enter(what, &()) {
            hooks.trouble(&Trouble { destination: None, kind: TroubleKind::DecisionsSkipped, detail: detail() });
        }
    }
}

fn unknown_rule(engine: &Engine, flag: &str, rule: &str) -> String {
    format!(
        "the plan does not know {engine}'s rule `{rule}` of flag `{flag}`: say under `optimizely.rules` of the experiment \
         whether it is an `experiment`, a `delivery` or a `holdout`"
    )
}
