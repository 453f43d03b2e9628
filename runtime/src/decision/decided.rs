use std::borrow::Cow;

use taxogen_flags::{Assignment, FlagValue};

use super::{Decision, Engine};

/// Who decided what, without the person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decided {
    engine: Engine,
    flag: Cow<'static, str>,
    variation: Option<Box<str>>,
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

    pub(crate) fn to_decision(&self, user_id: String) -> Decision {
        let Self { engine, flag, variation, rule, enabled } = self;
        Decision::new(user_id, flag.as_ref())
            .with_engine(engine.clone())
            .with_variation(variation.as_deref().unwrap_or_default())
            .with_rule(rule.as_deref().unwrap_or_default())
            .with_enabled(*enabled)
    }
}
