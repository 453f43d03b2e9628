use std::borrow::Cow;
use std::sync::Arc;

use taxogen_flags::{Assignment, Fallback, FlagValue};

use super::{Decision, Engine, RuleKind};

/// Who decided what, without the person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decided {
    engine: Engine,
    flag: Cow<'static, str>,
    variation: Option<Arc<str>>,
    rule: Option<Cow<'static, str>>,
    enabled: bool,
}

impl Decided {
    /// What an evaluation of ours says: the value that was served or fixed, and by which rule where one assigned it.
    pub(crate) fn here(
        engine: Engine,
        flag: &'static str,
        rule: Option<&'static str>,
        value: Option<&FlagValue>,
        assignment: Assignment,
    ) -> Self {
        let variation = value.and_then(FlagValue::variant);
        let (variation, rule, enabled) = match assignment {
            Assignment::Assigned => (variation, rule.map(Cow::Borrowed), true),
            // Who is held out is in the holdout and in nothing else.
            Assignment::Holdout => (variation, variation.map(|holdout| Cow::Owned(holdout.to_owned())), false),
            _ => (None, None, false),
        };
        let variation = variation.map(Into::into);
        Self { engine, flag: flag.into(), variation, rule, enabled }
    }

    /// What another engine has decided.
    pub(crate) fn elsewhere(decision: &Decision) -> Self {
        Self {
            engine: decision.engine().clone(),
            flag: decision.flag_key().to_owned().into(),
            variation: decision.variation_key().map(Into::into),
            rule: decision.rule_key().map(|rule| Cow::Owned(rule.to_owned())),
            enabled: decision.enabled(),
        }
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) const fn variation(&self) -> Option<&Arc<str>> {
        self.variation.as_ref()
    }

    pub(crate) fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    pub(crate) const fn enabled(&self) -> bool {
        self.enabled
    }

    /// What it means for a flag that is on or off, where its rule, if it has one, is of this kind.
    pub(crate) fn on(&self, kind: Option<RuleKind>) -> (bool, Assignment) {
        match kind {
            Some(RuleKind::Holdout) => (false, Assignment::Holdout),
            _ if !self.enabled => (false, Assignment::Off),
            None | Some(RuleKind::Experiment) => (true, Assignment::Assigned),
            Some(_) => (true, Assignment::Delivered),
        }
    }

    /// The same for a flag with variants: the one that somebody was given, and how; no variant where the fallback stands
    /// in.
    pub(crate) fn variant<V>(
        &self,
        kind: Option<RuleKind>,
        from_name: impl FnOnce(&str) -> Option<V>,
    ) -> (Option<V>, Assignment) {
        let fallback = |reason| (None, Assignment::Fallback(reason));
        if kind == Some(RuleKind::Holdout) {
            return (None, Assignment::Holdout);
        }
        match (&self.variation, kind) {
            (Some(key), kind) => match (from_name(key), kind) {
                // Whether its feature is on says nothing here: a control with the feature off is a variation too.
                (Some(variant), None | Some(RuleKind::Experiment)) => (Some(variant), Assignment::Assigned),
                (Some(variant), Some(_)) => (Some(variant), Assignment::Delivered),
                (None, _) if self.enabled => fallback(Fallback::UnknownVariant),
                (None, _) => (None, Assignment::Off),
            },
            (None, None) => fallback(Fallback::NoRule),
            (None, Some(_)) if self.enabled => fallback(Fallback::NoVariant),
            (None, Some(_)) => (None, Assignment::Off),
        }
    }

    pub(crate) fn to_decision(&self, user_id: String) -> Decision {
        let Self { engine, flag, variation, rule, enabled } = self;
        Decision::new(user_id, flag.as_ref())
            .with_engine(engine.clone())
            .with_variation(variation.as_deref().unwrap_or_default())
            .with_rule(rule.as_deref().unwrap_or_default())
            .with_enabled(*enabled)
    }
}
