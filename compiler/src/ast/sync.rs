//! Where the plan is kept equal.

use super::{Meta, Spanned, Text};
use crate::yaml::Node;

/// One of `sync.targets`.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// `host:`.
    pub host: Option<Text>,
    /// `project:`, the number of the project there.
    pub project: Option<Spanned<i64>>,
    /// `exclude:`, flags that this target does not have.
    pub exclude: Vec<Text>,
    /// `flags:`, what differs there: the flag, and the map of its keys.
    pub flags: Vec<(Text, Node)>,
}
