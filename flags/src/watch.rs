use crate::{CannotSay, Evaluation, Filter, FlagValue, Match, Value};

/// Sees how a flag is evaluated, step by step, in the order in which it happens.
///
/// Dispatched statically: who watches nothing (`()`) costs nothing.
pub trait Watch {
    /// The next step.
    fn see(&mut self, step: Step<'_>);
}

impl Watch for () {
    #[inline(always)]
    fn see(&mut self, _: Step<'_>) {}
}

/// One step of an evaluation. What begins (`Flag`, `Condition`, `Cohort`, `All`, `Any`, `Dependency`) ends
/// (`Decision`, `ConditionEnd`, `CohortEnd`, ..), and what lies between belongs to it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Step<'a> {
    /// A flag begins: the one that was asked for, or one that it depends on.
    Flag {
        /// Its key.
        key: &'a str,
        /// Its version.
        version: Option<i64>,
        /// Whether it is switched on at all.
        active: bool,
        /// How many conditions it has.
        conditions: usize,
    },
    /// Somebody may have enrolled in the feature by hand.
    Enrollment {
        /// The property that says so.
        property: &'a str,
        /// Its value.
        found: Option<&'a Value<'a>>,
        /// Whether somebody has.
        result: Match,
    },
    /// The check whether somebody is held out of the experiment.
    Holdout {
        /// The number of the holdout.
        id: i64,
        /// By which identifier.
        bucketing: Bucketing<'a>,
        /// Somebody's number between 0 and 1.
        hash: f64,
        /// Held out is who has at most this.
        limit: f64,
        /// Whether somebody is.
        held_out: bool,
    },
    /// A condition begins.
    Condition {
        /// Counted from 0.
        index: u32,
        /// Whom it is about.
        bucketing: Bucketing<'a>,
        /// How many filters it has: the first that does not match ends it.
        filters: usize,
    },
    /// A filter on a property, of the condition or of the cohort that is being looked at.
    Property {
        /// The key, the operator and the expected value.
        filter: &'a Filter,
        /// Whose property: `None` is the person's, otherwise the type of the group.
        group_type: Option<&'a str>,
        /// The value; `None` where the property is not given.
        found: Option<&'a Value<'a>>,
        /// The result.
        result: Match,
    },
    /// A cohort begins.
    Cohort {
        /// Its number.
        id: &'a str,
        /// Whether somebody is asked to be outside of it.
        negated: bool,
    },
    /// All of what follows must match.
    All,
    /// One of what follows must match.
    Any,
    /// The end of the innermost `All` or `Any`.
    GroupEnd {
        /// The result.
        result: Match,
    },
    /// The end of a cohort.
    CohortEnd {
        /// Its number.
        id: &'a str,
        /// The result, turned round where it is negated.
        result: Match,
    },
    /// A dependency on another flag begins; that flag follows, unless it cannot be looked at.
    Dependency {
        /// The other flag.
        key: &'a str,
        /// What it must evaluate to; `None` where the definition expects what no flag can be.
        expected: Option<&'a FlagValue>,
        /// Whether it must evaluate to something else.
        negated: bool,
    },
    /// The end of a dependency.
    DependencyEnd {
        /// The other flag.
        key: &'a str,
        /// What it evaluated to.
        found: Option<&'a FlagValue>,
        /// The result.
        result: Match,
    },
    /// A filter that cannot be read, or of a type that is not known here: it cannot say.
    UnknownFilter {
        /// Why.
        why: CannotSay,
    },
    /// The bucket of a condition whose filters all match.
    Rollout {
        /// Somebody's number between 0 and 1; `None` where it does not matter: everybody is in.
        hash: Option<f64>,
        /// In is who has at most this.
        limit: f64,
        /// Whether somebody is.
        within: bool,
    },
    /// The end of a condition.
    ConditionEnd {
        /// Counted from 0.
        index: u32,
        /// What came of it.
        outcome: Outcome,
    },
    /// A condition matched, and has the flag stop where somebody is outside its rollout.
    EarlyExit {
        /// The condition, counted from 0.
        index: u32,
    },
    /// The condition gives a variant of its own.
    Override {
        /// The variant.
        variant: &'a str,
        /// Whether the flag has it; where not, the variant is chosen by number.
        known: bool,
    },
    /// The choice of the variant by number.
    Variant {
        /// Somebody's number between 0 and 1.
        hash: f64,
        /// The variants in their order: each is for numbers below its limit, and not below the one before.
        ranges: &'a [VariantRange],
        /// Which was chosen; `None` where the ranges end below the number.
        chosen: Option<usize>,
    },
    /// What the flag says: the last step of a flag.
    Decision(&'a Result<Evaluation, CannotSay>),
}

/// By which identifier somebody gets a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bucketing<'a> {
    /// The distinct id.
    DistinctId,
    /// The device id.
    DeviceId,
    /// The key of the group of this type.
    Group(&'a str),
    /// The key of a group whose type the definitions do not name.
    UnknownGroup(i64),
}

/// What came of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It matched, and somebody is in its rollout.
    Matched,
    /// Its filters do not match.
    NoMatch,
    /// Its filters match, and somebody is outside its rollout.
    OutOfRollout,
    /// It is about a group that is not given.
    NoGroup,
    /// It cannot be decided.
    CannotSay(CannotSay),
}

/// One variant of a flag and its share.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantRange {
    pub(crate) value: FlagValue,
    pub(crate) below: f64,
}

impl VariantRange {
    /// The variant's key.
    #[must_use]
    pub fn variant(&self) -> &str {
        self.value.variant().unwrap_or_default()
    }

    /// The variant is for numbers below this.
    #[must_use]
    pub const fn below(&self) -> f64 {
        self.below
    }
}
