//! Flags.

use super::{Element, Keyed, Meta, Section, Spanned, Text};
use crate::ir::{BucketBy, FlagKind, FlagRuntime, Managed};
use crate::source::Span;
use crate::yaml::Value;

/// One of `flags`.
#[derive(Clone)]
pub struct Flag {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// `kind:`; what is missing or unknown was told.
    pub kind: Option<Spanned<FlagKind>>,
    /// `variants:`.
    pub variants: Option<Variants>,
    /// `default:`.
    pub default: Option<Keyed<Value>>,
    /// `payload_type:`, with the bounds beside it; never nullable.
    pub payload_type: Option<Element>,
    /// `payload:` of the flag itself.
    pub payload: Option<Keyed<Value>>,
    /// `rollout:`; a number is one entry.
    pub rollout: Option<Rollout>,
    /// `group:`, a group type.
    pub group: Option<Text>,
    /// `active:`.
    pub active: Option<bool>,
    /// `created:`, a date.
    pub created: Option<Text>,
    /// `bucket_by:`, `distinct_id` where it is absent.
    pub bucket_by: Option<Spanned<BucketBy>>,
    /// `persist:`, whether the answer stays when a person becomes known.
    pub persist: Option<Keyed<bool>>,
    /// `runtime:`, where it is evaluated; `all` where it is absent.
    pub runtime: Option<Spanned<FlagRuntime>>,
    /// `early_exit:`, whether the first entry whose conditions hold decides, its percentage included.
    pub early_exit: Option<Keyed<bool>>,
    /// `manage:`, what else `sync` keeps equal.
    pub manage: Vec<Spanned<Managed>>,
    /// Whether all of its keys could be read.
    pub complete: bool,
}

impl Flag {
    /// Its variants; none where it has none.
    pub(crate) fn variants(&self) -> &[Variant] {
        self.variants.as_ref().map_or(&[], |variants| &variants.section.items)
    }
}

/// `variants:` of a flag.
#[derive(Clone)]
pub struct Variants {
    /// The map or list itself.
    pub span: Span,
    /// The variants; `declared` is the place of the key.
    pub section: Section<Variant>,
    /// A list: equal weights.
    pub equal: bool,
}

/// One of `variants`.
#[derive(Clone)]
pub struct Variant {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// In percent; what is missing was told, in a list there are none.
    pub weight: Option<Spanned<f64>>,
    /// `payload:`.
    pub payload: Option<Keyed<Value>>,
}

/// `rollout:` of a flag.
#[derive(Clone)]
pub struct Rollout {
    /// Where it stands.
    pub span: Span,
    /// First match decides.
    pub entries: Vec<RolloutEntry>,
    /// Whether every entry could be read.
    pub complete: bool,
}

/// One entry of a rollout.
#[derive(Clone, Default)]
pub struct RolloutEntry {
    /// Where it stands.
    pub span: Span,
    /// `percent:`, 100 where it is absent.
    pub percent: f64,
    /// `when:`, one for each operator of each property.
    pub when: Vec<Condition>,
    /// `in_cohort:`, all of them.
    pub in_cohort: Vec<Text>,
    /// `not_in_cohort:`, none of them.
    pub not_in_cohort: Vec<Text>,
    /// `flags:`, what other flags have to say.
    pub flags: Vec<FlagCondition>,
    /// `variant:`.
    pub variant: Option<Text>,
    /// `note:`.
    pub note: Option<Text>,
    /// Whether all of its keys could be read.
    pub complete: bool,
}

/// One operator of one property of `when`.
#[derive(Clone)]
pub struct Condition {
    /// The property's name.
    pub property: Text,
    /// In the server's words; `exact` where a value or list stands alone.
    pub operator: Text,
    /// What is compared with.
    pub operand: Value,
}

/// One of `flags` of an entry: what another flag has to say.
#[derive(Clone)]
pub struct FlagCondition {
    /// Its key.
    pub flag: Text,
    /// `true`, `false` or a variant.
    pub answer: Value,
}
