use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::open_feature::{
    EvaluationContext, EvaluationContextFieldValue, EvaluationDetails, EvaluationError, EvaluationReason, Hook,
    HookContext, HookHints, Value, async_trait,
};

use super::evaluated::{decision, with_attributes};
use crate::decision::DecisionHub;

/// The field of an evaluation's context that says, when it is `true`, that nobody is shown what comes of it:
/// `context.with_custom_field(SUPPRESS, true)`.
pub const SUPPRESS: &str = "suppressExposure";

/// Publishes what clients of OpenFeature evaluate, as decisions of [`Engine::OpenFeature`](crate::Engine::OpenFeature).
///
/// It acts after a flag was resolved, and only then: an evaluation that failed shows the caller's own default, which
/// nobody assigned. What a decision says comes from the evaluation:
///
/// | of the decision | from |
/// |---|---|
/// | user | the targeting key; without one nothing is published, and that is counted |
/// | flag | the flag's key |
/// | variation | `variant`, else the value where it is a text |
/// | enabled | the value where it is a boolean |
/// | rule | the text `ruleKey` in the flag's metadata, else the one [named here](Self::with_rule) where the reason is `SPLIT` |
/// | attributes | the custom fields of the context but structures |
///
/// For the reasons `DISABLED` and `ERROR` nobody decided: not enabled, without variation and rule.
///
/// Few providers name a rule. Without one the policy of a plan cannot tell an experiment from a delivery, reports
/// nothing, and counts it as [`SkipReason::Forced`](crate::SkipReason::Forced). An answer from a cache has lost its reason,
/// and so has no rule unless the metadata names one.
///
/// Clones share their counts: keep one and give the other to the client.
#[derive(Clone)]
pub struct ExposureHook {
    hub: DecisionHub,
    rules: BTreeMap<String, String>,
    suppress: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    published: AtomicU64,
    suppressed: AtomicU64,
    nobody: AtomicU64,
}

/// What became of the evaluations that an [`ExposureHook`] saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExposureHookReport {
    /// Published.
    pub published: u64,
    /// Not published, because the context said so.
    pub suppressed: u64,
    /// Not published, because the context has no targeting key: nobody was exposed who has a name.
    pub without_targeting_key: u64,
}

impl ExposureHook {
    /// Publishes to this hub.
    #[must_use]
    pub fn new(hub: &DecisionHub) -> Self {
        let (rules, counts) = (BTreeMap::new(), Arc::default());
        Self { hub: hub.clone(), rules, suppress: SUPPRESS.to_owned(), counts }
    }

    /// Names the rule by which this flag assigns by lot: for a provider that gives the reason `SPLIT` and no rule.
    #[must_use]
    pub fn with_rule(mut self, flag: impl Into<String>, rule: impl Into<String>) -> Self {
        self.rules.insert(flag.into(), rule.into());
        self
    }

    /// Another field of the context in place of [`SUPPRESS`].
    #[must_use]
    pub fn suppressed_by(mut self, field: impl Into<String>) -> Self {
        self.suppress = field.into();
        self
    }

    /// What was published, and what was not.
    #[must_use]
    pub fn report(&self) -> ExposureHookReport {
        let Counts { published, suppressed, nobody } = &*self.counts;
        ExposureHookReport {
            published: published.load(Ordering::Relaxed),
            suppressed: suppressed.load(Ordering::Relaxed),
            without_targeting_key: nobody.load(Ordering::Relaxed),
        }
    }

    fn evaluated(&self, context: &EvaluationContext, details: &EvaluationDetails<Value>) {
        let count = |counter: &AtomicU64| _ = counter.fetch_add(1, Ordering::Relaxed);
        if context.custom_fields.get(&self.suppress).and_then(EvaluationContextFieldValue::as_bool) == Some(true) {
            return count(&self.counts.suppressed);
        }
        let Some(user) = &context.targeting_key else {
            return count(&self.counts.nobody);
        };
        count(&self.counts.published);
        let decision = with_attributes(decision(user, details), context, &self.suppress);
        let named = self.rule_by_lot(details).filter(|_| decision.rule_key().is_none()).map(str::to_owned);
        self.hub.publish(match named {
            Some(rule) => decision.with_rule(rule),
            None => decision,
        });
    }

    /// The name that the rule was given here, where the evaluation names none.
    fn rule_by_lot(&self, details: &EvaluationDetails<Value>) -> Option<&str> {
        let is_split = details.reason == Some(EvaluationReason::Split);
        self.rules.get(&details.flag_key).filter(|_| is_split).map(String::as_str)
    }
}

#[async_trait]
impl Hook for ExposureHook {
    async fn before<'a>(
        &self,
        _: &HookContext<'a>,
        _: Option<&'a HookHints>,
    ) -> Result<Option<EvaluationContext>, EvaluationError> {
        Ok(None)
    }

    async fn after<'a>(
        &self,
        context: &HookContext<'a>,
        details: &EvaluationDetails<Value>,
        _: Option<&'a HookHints>,
    ) -> Result<(), EvaluationError> {
        self.evaluated(context.evaluation_context, details);
        Ok(())
    }

    async fn error<'a>(&self, _: &HookContext<'a>, _: &EvaluationError, _: Option<&'a HookHints>) {}

    async fn finally<'a>(&self, _: &HookContext<'a>, _: &EvaluationDetails<Value>, _: Option<&'a HookHints>) {}
}

impl fmt::Debug for ExposureHook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExposureHook")
            .field("rules", &self.rules)
            .field("report", &self.report())
            .finish_non_exhaustive()
    }
}
