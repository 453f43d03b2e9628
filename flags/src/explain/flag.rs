use super::{Bucket, Check, Subject};
use crate::{CannotSay, Evaluation, Match, Outcome, Value};

/// How one flag was evaluated.
#[derive(Clone)]
#[non_exhaustive]
pub struct Flag {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: Option<i64>,
    /// Whether it is switched on at all.
    pub active: bool,
    /// How many conditions it has.
    pub condition_count: usize,
    /// Whether somebody has enrolled in the feature, where the flag asks.
    pub enrollment: Option<Enrollment>,
    /// Whether somebody is held out, where the flag has a holdout.
    pub holdout: Option<Holdout>,
    /// The conditions that were looked at, in order.
    pub conditions: Vec<Condition>,
    /// Whether a condition had the flag stop because somebody is outside its rollout.
    pub early_exit: bool,
    /// How the variant was chosen, where there was something to choose.
    pub choice: Option<Choice>,
    /// What the flag says.
    pub decision: Result<Evaluation, CannotSay>,
}

/// Whether somebody has enrolled in a feature.
#[derive(Clone)]
pub struct Enrollment {
    /// The property that says so.
    pub property: String,
    /// Its value.
    pub found: Option<Value<'static>>,
    /// Whether somebody has.
    pub result: Match,
}

/// Whether somebody is held out of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    /// The number of the holdout.
    pub id: i64,
    /// Who gets the number.
    pub subject: Subject,
    /// Who is within is held out.
    pub bucket: Bucket,
}

/// How one condition was looked at.
#[derive(Clone)]
pub struct Condition {
    /// Counted from 0.
    pub index: u32,
    /// Whom it is about.
    pub subject: Subject,
    /// How many things it asks for; all of them have to hold.
    pub check_count: usize,
    /// Those that were looked at, in order.
    pub checks: Vec<Check>,
    /// The bucket, where it came to that.
    pub rollout: Option<Bucket>,
    /// What came of it.
    pub outcome: Outcome,
}

/// How a variant was chosen.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Choice {
    /// The condition gives this one.
    Override {
        /// Its key.
        variant: String,
    },
    /// By somebody's number.
    Number {
        /// The variant that the condition would give, and that the flag does not have.
        unknown: Option<String>,
        /// From 0 to 1.
        hash: f64,
        /// The variants in their order, each for numbers below its limit and not below the one before.
        ranges: Vec<(String, f64)>,
        /// Which was chosen; `None` where the ranges end below the number.
        chosen: Option<usize>,
    },
}
