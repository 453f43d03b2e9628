use std::fmt;

use crate::decision::members::Members;
use crate::value::Json;

/// What a notification says was decided: `decisionInfo`, by the notification's `type`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DecisionInfo {
    /// `flag`, of `decide`, `decideForKeys` and `decideAll`: one for each flag.
    Flag(FlagInfo),
    /// `ab-test`, of `activate` and `getVariation`.
    AbTest(ExperimentInfo),
    /// `feature-test`, of the same calls where the experiment belongs to a flag.
    FeatureTest(ExperimentInfo),
    /// `feature`, of `isFeatureEnabled` and `getEnabledFeatures`.
    Feature(FeatureInfo),
    /// `feature-variable`, of `getFeatureVariable` and its like: with one variable.
    FeatureVariable(FeatureInfo),
    /// `all-feature-variables`, of `getAllFeatureVariables`: with all of them.
    AllFeatureVariables(FeatureInfo),
    /// A type that no SDK had when this was written; what it says is not read.
    Other(String),
}

impl DecisionInfo {
    /// The notification's `type`.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Flag(_) => "flag",
            Self::AbTest(_) => "ab-test",
            Self::FeatureTest(_) => "feature-test",
            Self::Feature(_) => "feature",
            Self::FeatureVariable(_) => "feature-variable",
            Self::AllFeatureVariables(_) => "all-feature-variables",
            Self::Other(kind) => kind,
        }
    }
}

/// What was decided about a flag. `Debug` shows how many reasons there are: they may repeat attributes of the person.
#[derive(Clone)]
pub struct FlagInfo {
    /// Which flag.
    pub flag_key: String,
    /// Whether it is on.
    pub enabled: bool,
    /// The variation, where there is one.
    pub variation_key: Option<String>,
    /// The rule that decided, where one did: an experiment, a delivery or a holdout.
    pub rule_key: Option<String>,
    /// Optimizely's id of the experiment; SDKs say it since 2025.
    pub experiment_id: Option<String>,
    /// Optimizely's id of the variation; SDKs say it since 2025.
    pub variation_id: Option<String>,
    /// Whether the SDK handed the decision to its event processor, where it says so.
    pub dispatched: Option<bool>,
    pub(super) variables: Members,
    pub(super) reasons: Vec<String>,
}

impl FlagInfo {
    /// The flag's variables in this variation, in the order of their names.
    #[must_use]
    pub fn variables(&self) -> &[(String, Json<'static>)] {
        self.variables.as_slice()
    }

    /// Why, in the words of the SDK, where it was asked for them. They are for a person who looks for a mistake.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

impl fmt::Debug for FlagInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FlagInfo")
            .field("flag_key", &self.flag_key)
            .field("enabled", &self.enabled)
            .field("variation_key", &self.variation_key)
            .field("rule_key", &self.rule_key)
            .field("experiment_id", &self.experiment_id)
            .field("variation_id", &self.variation_id)
            .field("dispatched", &self.dispatched)
            .field("variables", &self.variables)
            .field("reasons", &self.reasons.len())
            .finish()
    }
}

/// In all but the reasons.
impl PartialEq for FlagInfo {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            flag_key,
            enabled,
            variation_key,
            rule_key,
            experiment_id,
            variation_id,
            dispatched,
            variables,
            reasons: _,
        } = self;
        *flag_key == other.flag_key
            && *enabled == other.enabled
            && *variation_key == other.variation_key
            && *rule_key == other.rule_key
            && *experiment_id == other.experiment_id
            && *variation_id == other.variation_id
            && *dispatched == other.dispatched
            && *variables == other.variables
    }
}

/// What was decided about an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExperimentInfo {
    /// Which experiment.
    pub experiment_key: String,
    /// The variation, where the person is in one.
    pub variation_key: Option<String>,
}

/// What was decided about a feature, as the older calls name a flag.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureInfo {
    /// Which feature.
    pub feature_key: String,
    /// Whether it is on.
    pub enabled: bool,
    /// What decided, where it is said.
    pub source: Option<DecisionSource>,
    /// The experiment that decided, where one did.
    pub experiment_key: Option<String>,
    /// The variation of that experiment.
    pub variation_key: Option<String>,
    /// The type of the one variable of a [`FeatureVariable`](DecisionInfo::FeatureVariable).
    pub variable_type: Option<String>,
    pub(super) variables: Members,
}

impl FeatureInfo {
    /// The variables that were asked for, in the order of their names.
    #[must_use]
    pub fn variables(&self) -> &[(String, Json<'static>)] {
        self.variables.as_slice()
    }
}

/// What decided about a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecisionSource {
    /// `feature-test`: an experiment.
    FeatureTest,
    /// `rollout`: a delivery, or no rule at all.
    Rollout,
    /// `holdout`.
    Holdout,
    /// One that no SDK had when this was written.
    Other(String),
}

impl From<&str> for DecisionSource {
    fn from(name: &str) -> Self {
        match name {
            "feature-test" => Self::FeatureTest,
            "rollout" => Self::Rollout,
            "holdout" => Self::Holdout,
            other => Self::Other(other.to_owned()),
        }
    }
}
