use std::fmt;
use std::sync::Arc;

use crate::{FlagValue, ReasonCode};

/// What a flag says about somebody, evaluated here from its definition.
///
/// Its texts are shared with the definition: making and cloning one allocates nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The answer.
    pub value: FlagValue,
    /// Why.
    pub reason: ReasonCode,
    /// Which condition decided, counted from 0; `None` where none did.
    pub condition_index: Option<u32>,
    /// What the flag hands out with this value: JSON text, as it stands in the definition.
    pub payload: Option<Arc<str>>,
    /// The flag's number at PostHog.
    pub id: Option<i64>,
    /// Which version of the flag was evaluated.
    pub version: Option<i64>,
    /// Whether an experiment runs on the flag, where the definition says so.
    pub has_experiment: Option<bool>,
}

impl Evaluation {
    /// Why, as PostHog's server says it: `Matched condition set 1`.
    #[must_use]
    pub fn description(&self) -> impl fmt::Display + use<> {
        Description { reason: self.reason.clone(), condition_index: self.condition_index }
    }

    /// Whether somebody is held out of the experiment on this flag.
    #[must_use]
    pub fn is_holdout(&self) -> bool {
        self.reason == ReasonCode::HoldoutConditionValue
    }
}

struct Description {
    reason: ReasonCode,
    condition_index: Option<u32>,
}

impl fmt::Display for Description {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (&self.reason, self.condition_index) {
            (ReasonCode::ConditionMatch, Some(index)) => {
                return write!(formatter, "Matched condition set {}", u64::from(index) + 1);
            }
            (ReasonCode::ConditionMatch, None) => "Matched condition set",
            (ReasonCode::NoConditionMatch, _) => "No matching condition set",
            (ReasonCode::OutOfRolloutBound, _) => "Out of rollout bound",
            (ReasonCode::NoGroupType, _) => "No group type",
            (ReasonCode::SuperConditionValue, _) => "Super condition value",
            (ReasonCode::HoldoutConditionValue, _) => "Holdout condition value",
            (ReasonCode::FlagDisabled, _) => "Feature flag is disabled",
            (ReasonCode::Other(word), _) => word,
        };
        formatter.write_str(text)
    }
}

/// Why a flag cannot be evaluated here, so that PostHog's server has to be asked.
///
/// It concerns one flag and one person: others are evaluated all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CannotSay {
    /// The definition of the flag cannot be read; [`troubles`](crate::Definitions::troubles) says why.
    OddDefinition,
    /// The flag has rules of a version that is not known here.
    UnknownRules,
    /// The flag keeps its value while somebody signs in, which the server remembers.
    ExperienceContinuity,
    /// The distinct id is empty, so that nobody can be put into a bucket.
    NoDistinctId,
    /// The flag is rolled out by device, and no device is given.
    NoDeviceId,
    /// Somebody may have enrolled in the feature; that property is not given.
    Enrollment,
    /// The flag is about a type of groups that the definitions do not name.
    UnknownGroupType,
    /// A property that decides is not given.
    UnknownProperty,
    /// A filter cannot be read, or compares in a way that is not known here.
    UnknownFilter,
    /// A cohort that decides is not part of the definitions: its members are a list at the server.
    UnknownCohort,
    /// A flag that decides is not part of the definitions, or cannot be evaluated.
    UnknownDependency,
    /// Cohorts or flags depend on each other in a circle.
    Cycle,
    /// Cohorts and flags depend on each other too deeply, or too widely, to be followed here.
    TooComplex,
}

impl CannotSay {
    /// The reason in one word, for counting.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OddDefinition => "odd_definition",
            Self::UnknownRules => "unknown_rules",
            Self::ExperienceContinuity => "experience_continuity",
            Self::NoDistinctId => "no_distinct_id",
            Self::NoDeviceId => "no_device_id",
            Self::Enrollment => "enrollment",
            Self::UnknownGroupType => "unknown_group_type",
            Self::UnknownProperty => "unknown_property",
            Self::UnknownFilter => "unknown_filter",
            Self::UnknownCohort => "unknown_cohort",
            Self::UnknownDependency => "unknown_dependency",
            Self::Cycle => "cycle",
            Self::TooComplex => "too_complex",
        }
    }
}

impl fmt::Display for CannotSay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OddDefinition => "the definition of the flag cannot be read",
            Self::UnknownRules => "the flag has rules of a version that is not known here",
            Self::ExperienceContinuity => {
                "the flag keeps its value while somebody signs in, which the server remembers"
            }
            Self::NoDistinctId => "the distinct id is empty",
            Self::NoDeviceId => "the flag is rolled out by device, and no device id is given",
            Self::Enrollment => "somebody may have enrolled in the feature, and that property is not given",
            Self::UnknownGroupType => "the flag is about a type of groups that the definitions do not name",
            Self::UnknownProperty => "a property that decides is not given",
            Self::UnknownFilter => "a filter cannot be read, or compares in a way that is not known here",
            Self::UnknownCohort => "a cohort that decides is not part of the definitions",
            Self::UnknownDependency => "a flag that decides is not part of the definitions, or cannot be evaluated",
            Self::Cycle => "cohorts or flags depend on each other in a circle",
            Self::TooComplex => "cohorts and flags depend on each other too deeply or too widely",
        })
    }
}

impl std::error::Error for CannotSay {}
