use std::sync::Arc;

use taxogen_flags::FlagValue;

use super::shape::Reading;
use super::source::Said;
use crate::decision::{Decided, RuleKind};

/// What another engine decided about a flag, and what its rule is.
///
/// It says more than a value does: a variation may be shown although its feature is off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    pub(crate) decided: Arc<Decided>,
    /// What the rule is as far as the source knows; none where no rule decided.
    pub(crate) kind: Option<RuleKind>,
}

impl Judged {
    pub(super) fn on_off(&self) -> Reading<bool> {
        let (on, assignment) = self.decided.on(self.kind);
        Reading::Value(on, assignment)
    }

    pub(super) fn is_on(&self) -> bool {
        self.decided.on(self.kind).0
    }

    /// The variant, where the experiment knows its rules itself: `rules`, by their keys.
    pub(super) fn variant<V>(
        &self,
        from_name: fn(&str) -> Option<V>,
        rules: &[(&'static str, RuleKind)],
    ) -> Reading<V> {
        let kind = match self.decided.rule() {
            Some(rule) if !rules.is_empty() => Some(RuleKind::among(rules, rule)),
            _ => self.kind,
        };
        match self.decided.variant(kind, from_name) {
            (Some(variant), assignment) => Reading::Value(variant, assignment),
            (None, assignment) => Reading::Default(assignment),
        }
    }
}

impl From<Judged> for Said {
    fn from(judged: Judged) -> Self {
        let decided = &judged.decided;
        let value = match decided.variation() {
            Some(variation) => FlagValue::Variant(Arc::clone(variation)),
            None => FlagValue::Boolean(decided.enabled()),
        };
        let engine = Some(decided.engine().clone());
        Self { engine, judged: Some(judged), ..Self::new(value) }
    }
}
