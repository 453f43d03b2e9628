use std::sync::Arc;

use crate::clause::Clause;
use crate::{CannotSay, FlagValue, Properties, VariantRange};

/// One flag, compiled.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) key: Arc<str>,
    pub(crate) id: Option<i64>,
    pub(crate) version: Option<i64>,
    pub(crate) has_experiment: Option<bool>,
    /// Whether it is switched on; `true` where that cannot be read.
    pub(crate) active: bool,
    pub(crate) rules: Result<Rules, CannotSay>,
    /// It depends on itself, by way of other flags or cohorts.
    pub(crate) in_cycle: bool,
}

/// How an active flag comes to its value.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) continuity: bool,
    pub(crate) by_device: bool,
    /// Whom the flag is about, and with it the holdout and those conditions that do not say.
    pub(crate) target: Target,
    /// The property by which a person enrolls in the feature.
    pub(crate) enrollment: Option<Box<str>>,
    /// The older form of enrollment: a condition over all others, for those who have a property that it is about.
    pub(crate) super_condition: Option<Condition>,
    pub(crate) holdout: Option<Holdout>,
    pub(crate) conditions: Box<[Condition]>,
    pub(crate) early_exit: bool,
    pub(crate) variants: Box<[VariantRange]>,
    pub(crate) payloads: Box<[(Box<str>, Arc<str>)]>,
}

impl Rules {
    /// What is handed out with a value: nothing with `false`.
    pub(crate) fn payload(&self, value: &FlagValue) -> Option<&Arc<str>> {
        let key = match value {
            FlagValue::Boolean(false) => return None,
            FlagValue::Boolean(true) => "true",
            FlagValue::Variant(variant) => variant,
        };
        self.payloads.iter().find(|(name, _)| **name == *key).map(|(_, payload)| payload)
    }
}

impl Condition {
    /// Whether a property that the condition is about is given.
    pub(crate) fn is_touched_by(&self, properties: &Properties<'_>) -> bool {
        self.clauses.iter().any(|clause| match clause {
            Clause::Property { filter, .. } => properties.get(filter.key()).is_some(),
            _ => false,
        })
    }
}

/// Whom a condition is about.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Person,
    /// The group of this type.
    Group(Arc<str>),
    /// A type of groups that the definitions do not name.
    UnknownGroup(i64),
}

#[derive(Debug)]
pub(crate) struct Holdout {
    pub(crate) id: i64,
    /// What somebody has who is held out: `holdout-7`.
    pub(crate) value: FlagValue,
    pub(crate) limit: f64,
}

#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) target: Target,
    pub(crate) clauses: Box<[Clause]>,
    /// The share of those who match that get the flag.
    pub(crate) limit: f64,
    pub(crate) variant: Option<Override>,
}

/// The variant that a condition gives to all whom it matches.
#[derive(Debug)]
pub(crate) struct Override {
    pub(crate) key: Box<str>,
    /// Where it stands among the variants; `None` where the flag has no such variant.
    pub(crate) index: Option<usize>,
}

/// A cohort that some flag refers to, compiled.
#[derive(Debug)]
pub(crate) struct Cohort {
    pub(crate) clause: Clause,
    /// It depends on itself, by way of other cohorts or flags.
    pub(crate) in_cycle: bool,
}
