//! What destinations may see.

use super::Spanned;
use crate::ir::{DestinationKind, Sensitivity};

/// One of `destinations`.
#[derive(Clone)]
pub struct Destination {
    /// Which.
    pub kind: Spanned<DestinationKind>,
    /// `allow:`, the highest class that it may see; absent: internal.
    pub allow: Option<Spanned<Sensitivity>>,
}
