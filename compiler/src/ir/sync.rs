//! Targets of `sync`.

use super::{Literal, Managed, Meta, Plan, RolloutEntry};

/// One of `sync.targets`.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its key.
    pub name: String,
    /// Description and the like.
    pub meta: Meta,
    /// Where the project is: `https://us.posthog.com`, without a slash at its end.
    pub host: String,
    /// The number of the project there.
    pub project: i64,
    /// The tag by which `sync` knows its own objects; `None`: the usual one.
    pub owner_tag: Option<String>,
    /// Keys of flags that this target does not have.
    pub exclude: Vec<String>,
    /// What differs there, by the key of the flag.
    pub flags: Vec<(String, FlagOverlay)>,
}

/// What differs of a flag at a target; what is absent is as everywhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlagOverlay {
    /// In place of its rollout.
    pub rollout: Option<Vec<RolloutEntry>>,
    /// Whether it is switched on.
    pub active: Option<bool>,
    /// What `sync` keeps equal there.
    pub manage: Option<Vec<Managed>>,
    /// What it hands out; a literal of its payload type.
    pub payload: Option<Literal>,
    /// Variants that differ.
    pub variants: Vec<VariantOverlay>,
}

/// What differs of a variant at a target.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantOverlay {
    /// Its key.
    pub name: String,
    /// In percent.
    pub weight: Option<f64>,
    /// A literal of the flag's payload type.
    pub payload: Option<Literal>,
}

impl Plan {
    /// The target of that name.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }
}
