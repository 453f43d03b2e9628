use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// Why a source gave the value it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The reason in one word.
    pub code: ReasonCode,
    /// The source's own sentence: `Matched condition set 1`.
    pub description: Option<Arc<str>>,
}

/// PostHog's words for why a flag has its value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonCode {
    /// A condition matched.
    ConditionMatch,
    /// No condition matched.
    NoConditionMatch,
    /// A condition matched, and somebody is outside its rollout.
    OutOfRolloutBound,
    /// The flag is about a group, and the group was not given.
    NoGroupType,
    /// A condition over all others decided.
    SuperConditionValue,
    /// Somebody is held out of the experiment.
    HoldoutConditionValue,
    /// The flag is switched off.
    FlagDisabled,
    /// A word that this version does not know.
    Other(Arc<str>),
}

impl Reason {
    /// Reads `{"code": .., "description": ..}`; without a code there is no reason.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let code = value.get("code")?.as_str()?;
        let description = value.get("description").and_then(Value::as_str).filter(|text| !text.is_empty());
        Some(Self { code: ReasonCode::from_word(code), description: description.map(Into::into) })
    }

    /// The description, or else the code: what PostHog calls `$feature_flag_reason`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.description.as_deref().unwrap_or_else(|| self.code.as_str())
    }
}

impl ReasonCode {
    fn from_word(word: &str) -> Self {
        match word {
            "condition_match" => Self::ConditionMatch,
            "no_condition_match" => Self::NoConditionMatch,
            "out_of_rollout_bound" => Self::OutOfRolloutBound,
            "no_group_type" => Self::NoGroupType,
            "super_condition_value" => Self::SuperConditionValue,
            "holdout_condition_value" => Self::HoldoutConditionValue,
            "flag_disabled" => Self::FlagDisabled,
            other => Self::Other(other.into()),
        }
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ConditionMatch => "condition_match",
            Self::NoConditionMatch => "no_condition_match",
            Self::OutOfRolloutBound => "out_of_rollout_bound",
            Self::NoGroupType => "no_group_type",
            Self::SuperConditionValue => "super_condition_value",
            Self::HoldoutConditionValue => "holdout_condition_value",
            Self::FlagDisabled => "flag_disabled",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
