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
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// The variant that the condition names, and whether the flag has it; where it has, that is the one.
    pub named: Option<(String, bool)>,
    /// By somebody's number, where no variant was named that the flag has.
    pub number: Option<Draw>,
}

/// The choice of a variant by somebody's number.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// From 0 to 1.
    pub hash: f64,
    /// The variants in their order, each for numbers below its limit and not below the one before.
    pub ranges: Vec<(String, f64)>,
    /// Which was chosen; `None` where the ranges end below the number.
    pub chosen: Option<usize>,
}

impl Choice {
    /// The variant; `None` where the flag is on without one.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        match (&self.named, &self.number) {
            (Some((variant, true)), _) => Some(variant),
            (_, Some(draw)) => draw.chosen.and_then(|index| Some(draw.ranges.get(index)?.0.as_str())),
            _ => None,
        }
    }
}
