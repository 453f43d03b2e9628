use std::borrow::Cow;

use taxogen_flags::Assignment;

use super::ExperimentKey;
use crate::decision::{Decision, Engine};
use crate::flag::{FlagSource, Resolved};

/// Who decided what, without the person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decided {
    engine: Engine,
    flag: Cow<'static, str>,
    variation: Option<Cow<'static, str>>,
    rule: Option<Cow<'static, str>>,
    enabled: bool,
}

impl Decided {
    /// What an evaluation of ours says.
    pub(super) fn of<V, P>(experiment: &ExperimentKey<V, P>, resolved: &Resolved<'_, V>) -> Self {
        let said = || resolved.served.and_then(|served| served.value.variant());
        let (variation, rule, enabled) = match resolved.assignment {
            Assignment::Assigned => {
                let variant = (experiment.names.name)(&resolved.value);
                // What was fixed by hand no rule decided.
                let rule = (resolved.source != FlagSource::Fixed).then_some(experiment.key);
                (Some(variant.into()), rule.map(Cow::Borrowed), true)
            }
            Assignment::Holdout => {
                let holdout = said().map(|holdout| Cow::Owned(holdout.to_owned()));
                (holdout.clone(), holdout, false)
            }
            _ => (None, None, false),
        };
        Self { engine: Engine::PostHog, flag: experiment.flag.into(), variation, rule, enabled }
    }

    /// What another engine has decided.
    pub(super) fn by(decision: &Decision) -> Self {
        let owned = |text: Option<&str>| text.map(|text| Cow::Owned(text.to_owned()));
        Self {
            engine: decision.engine().clone(),
            flag: decision.flag_key().to_owned().into(),
            variation: owned(decision.variation_key()),
            rule: owned(decision.rule_key()),
            enabled: decision.enabled(),
        }
    }

    pub(super) fn to_decision(&self, user_id: String) -> Decision {
        let Self { engine, flag, variation, rule, enabled } = self;
        Decision::new(user_id, flag.as_ref())
            .with_engine(engine.clone())
            .with_variation(variation.as_deref().unwrap_or_default())
            .with_rule(rule.as_deref().unwrap_or_default())
            .with_enabled(*enabled)
    }
}
