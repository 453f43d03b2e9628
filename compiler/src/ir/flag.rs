//! Flags.

use super::{Literal, Meta, Name, Type};
use crate::source::Span;

/// One flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// `ident` is the constant's name.
    pub name: Name,
    /// Description, owners and the like.
    pub meta: Meta,
    /// What it is for.
    pub kind: FlagKind,
    /// What the code gets.
    pub value: FlagValue,
    /// The type of payloads.
    pub payload_type: Option<Type>,
    /// The plan's own payload of a flag without variants, a literal of `payload_type`.
    pub payload: Option<Literal>,
    /// `None`: the plan does not manage it.
    pub rollout: Option<Vec<RolloutEntry>>,
    /// `group:` counts groups of this type.
    pub group: Option<String>,
    /// Whether it is switched on at all.
    pub active: bool,
    /// Who gets the same answer again.
    pub bucket_by: BucketBy,
    /// Whether the answer stays when a person becomes known.
    pub persist: bool,
    /// Where it is evaluated.
    pub runtime: FlagRuntime,
    /// Whether the first entry whose conditions hold decides, its percentage included.
    pub early_exit: bool,
    /// What else `sync` keeps equal; else `rollout` and `active` are initial values.
    pub manage: Vec<Managed>,
    /// The day on which it came to be, as written (`2026-01-31`).
    pub created: Option<String>,
}

/// Who gets the same answer of a flag again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BucketBy {
    /// The person.
    #[default]
    DistinctId,
    /// The device.
    DeviceId,
}

/// Where a flag is evaluated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FlagRuntime {
    /// Everywhere.
    #[default]
    All,
    /// On servers.
    Server,
    /// In clients.
    Client,
}

/// What `manage:` may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Managed {
    /// `rollout:`.
    Rollout,
    /// `active:`.
    Active,
}

/// One of `cohorts`: one that exists at the vendor.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    /// Its key.
    pub name: String,
    /// Description and the like.
    pub meta: Meta,
    /// A text: its name at PostHog; an integer: its number there.
    pub posthog: Literal,
}

/// What a flag is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagKind {
    /// To bring a feature out by and by.
    Release,
    /// To run the product.
    Ops,
    /// To say who may use a feature.
    Permission,
    /// To switch a feature off at once.
    KillSwitch,
    /// To compare variants.
    Experiment,
    /// To hand out a value.
    RemoteConfig,
}

/// What the code gets of a flag.
#[derive(Debug, Clone, PartialEq)]
pub enum FlagValue {
    /// `Flag<bool, P>`.
    Boolean {
        /// What it is when there is no answer.
        default: bool,
    },
    /// `Flag<TheEnum, P>`; `ident` is the enum's name in the module `flags`.
    Variants {
        /// The enum's identifier.
        ident: String,
        /// In order.
        variants: Vec<Variant>,
        /// Index of what it is when there is no answer.
        default: usize,
    },
    /// A remote config: `Flag<ThePayload>`; the default is a literal of `payload_type`.
    Payload {
        /// What it is when there is no answer.
        default: Literal,
    },
}

/// One variant of a flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// `ident` is the variant's identifier.
    pub name: Name,
    /// Description, deprecation and the like.
    pub meta: Meta,
    /// In percent; all of a flag sum to 100.
    pub weight: f64,
    /// The plan's own payload, a literal of `payload_type`.
    pub payload: Option<Literal>,
}

/// One entry of a rollout; the first that matches decides.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutEntry {
    /// Of those that match, from 0 to 100.
    pub percent: f64,
    /// All of them have to hold.
    pub when: Vec<Condition>,
    /// Keys of cohorts; a person has to be in all of them.
    pub in_cohort: Vec<String>,
    /// Keys of cohorts; a person has to be in none of them.
    pub not_in_cohort: Vec<String>,
    /// What other flags have to say.
    pub flags: Vec<FlagCondition>,
    /// The variant that they get, whatever the weights say.
    pub variant: Option<String>,
    /// For people.
    pub note: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// One property of `when`: its operator in the server's words, and the operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The property of the person, or of the flag's group.
    pub property: String,
    /// `exact` where the plan says none.
    pub operator: String,
    /// `true` of an operator that has none.
    pub operand: Literal,
    /// Where the property's name stands.
    pub span: Span,
}

/// What another flag has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagCondition {
    /// Its key.
    pub flag: String,
    /// A boolean, or the key of a variant.
    pub answer: Literal,
}
