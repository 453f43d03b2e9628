//! Where the plan is kept equal.

use super::{Keyed, Meta, Rollout, Spanned, Text};
use crate::ir::Managed;
use crate::source::Span;
use crate::yaml::Value;

/// One of `sync.targets`.
#[derive(Clone)]
pub struct Target {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// `host:`; what is missing was told.
    pub host: Option<Text>,
    /// `project:`, the number of the project there; what is missing was told.
    pub project: Option<Spanned<i64>>,
    /// `owner_tag:`, by which `sync` knows its own objects.
    pub owner_tag: Option<Text>,
    /// `exclude:`, flags that this target does not have.
    pub exclude: Vec<Text>,
    /// `flags:`, what differs there.
    pub flags: Vec<FlagOverlay>,
}

/// One of `flags` of a target: what differs of a flag there.
#[derive(Clone)]
pub struct FlagOverlay {
    /// The flag's key.
    pub flag: Text,
    /// Where the map of what differs stands.
    pub span: Span,
    /// `rollout:`.
    pub rollout: Option<Rollout>,
    /// `active:`.
    pub active: Option<bool>,
    /// `manage:`.
    pub manage: Option<Vec<Spanned<Managed>>>,
    /// `payload:` of the flag itself.
    pub payload: Option<Keyed<Value>>,
    /// `variants:`.
    pub variants: Option<VariantOverlays>,
}

/// `variants:` of what differs.
#[derive(Clone)]
pub struct VariantOverlays {
    /// Where the key stands.
    pub key: Span,
    /// Those that differ.
    pub items: Vec<VariantOverlay>,
    /// Whether all of them could be read.
    pub complete: bool,
}

/// What differs of a variant.
#[derive(Clone)]
pub struct VariantOverlay {
    /// Its key.
    pub name: Text,
    /// `weight:`, in percent.
    pub weight: Option<Spanned<f64>>,
    /// `payload:`.
    pub payload: Option<Keyed<Value>>,
}
