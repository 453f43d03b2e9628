use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Bytes that are no definitions of flags.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefinitionsError {
    /// Not JSON: a page of a proxy, say, or the beginning of a document.
    NotJson {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// JSON, and there is no list of `flags` in it.
    NoFlags,
    /// There is a list of `flags`, it is not empty, and nothing in it is a flag.
    NoKeys,
}

impl fmt::Display for DefinitionsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { line, column } => write!(formatter, "not JSON at line {line} column {column}"),
            Self::NoFlags => formatter.write_str("no list of `flags` is in it"),
            Self::NoKeys => formatter.write_str("nothing in the list of `flags` has a `key`"),
        }
    }
}

impl std::error::Error for DefinitionsError {}

/// What is odd in otherwise usable definitions: one sentence about one flag, or about what belongs to none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub(crate) flag: Option<Arc<str>>,
    pub(crate) sentence: Box<str>,
}

impl Trouble {
    /// The key of the flag; `None` where it has none, or where the trouble is not about a flag.
    #[must_use]
    pub fn flag(&self) -> Option<&str> {
        self.flag.as_deref()
    }

    /// What is odd, without the name of the flag.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.flag {
            Some(key) => write!(formatter, "flag `{key}`: {}", self.sentence),
            None => formatter.write_str(&self.sentence),
        }
    }
}

impl Hash for Trouble {
    /// The name of a flag is as long as somebody made it, and may come with thousands of sentences: its end will do.
    fn hash<H: Hasher>(&self, state: &mut H) {
        const ENOUGH: usize = 64;
        self.sentence.hash(state);
        let name = self.flag().unwrap_or_default().as_bytes();
        name[name.len().saturating_sub(ENOUGH)..].hash(state);
    }
}
