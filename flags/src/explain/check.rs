use super::Flag;
use crate::{CannotSay, Filter, FlagValue, Match, Value};

/// One thing that a condition or a cohort asks for.
#[derive(Clone)]
#[non_exhaustive]
pub enum Check {
    /// What a property is.
    Property {
        /// The name, the operator and what is expected.
        filter: Box<Filter>,
        /// Whose property: `None` is the person's, otherwise the type of the group.
        group_type: Option<String>,
        /// The value; `None` where it is not given.
        found: Option<Value<'static>>,
        /// Whether it is as expected.
        result: Match,
    },
    /// Whether somebody is in a cohort.
    Cohort {
        /// Its number.
        id: String,
        /// Whether somebody is asked to be outside of it.
        negated: bool,
        /// What the cohort asks for.
        checks: Vec<Self>,
        /// Whether somebody is where they are asked to be.
        result: Match,
    },
    /// Several things.
    Several {
        /// Whether all of them have to hold, or one.
        all: bool,
        /// Those that were looked at.
        checks: Vec<Self>,
        /// Whether they do.
        result: Match,
    },
    /// What another flag says.
    Flag {
        /// Its key.
        key: String,
        /// What it has to say; `None` where the definition expects what no flag can say.
        expected: Option<FlagValue>,
        /// Whether it has to say something else.
        negated: bool,
        /// What it says.
        found: Option<FlagValue>,
        /// How it came to that, where that was looked at here.
        flag: Option<Box<Flag>>,
        /// Whether it says what it has to.
        result: Match,
    },
    /// What cannot be read.
    Unknown(CannotSay),
}

impl Check {
    /// Whether it holds.
    #[must_use]
    pub const fn result(&self) -> Match {
        match self {
            Self::Property { result, .. }
            | Self::Cohort { result, .. }
            | Self::Several { result, .. }
            | Self::Flag { result, .. } => *result,
            Self::Unknown(_) => Match::CannotSay,
        }
    }
}
