//! Targets of `sync`.

use super::{Literal, Meta};

/// One of `sync.targets`.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its key.
    pub name: String,
    /// Description and the like.
    pub meta: Meta,
    /// Where the project is: `https://us.posthog.com`.
    pub host: String,
    /// The number of the project there.
    pub project: i64,
    /// Keys of flags that this target does not have.
    pub exclude: Vec<String>,
    /// What differs there: the key of a flag, and its keys with their values.
    pub flags: Vec<(String, Literal)>,
}
