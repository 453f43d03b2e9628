use std::fmt;

use crate::value::{ConstraintError, Rule};

/// What a flag handed out is not of the plan's type.
///
/// The message names the place and the types, and no value of the payload. The key of a map is part of the place.
#[derive(Debug, Clone, PartialEq)]
pub struct PayloadError {
    /// `items[1].sku`, with the keys of maps; empty for the whole.
    path: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq)]
enum Problem {
    NotJson { line: usize, column: usize },
    Missing,
    Mismatch { found: &'static str, expected: &'static str },
    Unknown,
    Constraint(ConstraintError),
    Broken(Rule),
}

impl PayloadError {
    fn new(problem: Problem) -> Self {
        Self { path: String::new(), problem }
    }

    pub(super) fn missing(field: &str) -> Self {
        Self { path: field.to_owned(), problem: Problem::Missing }
    }

    pub(super) fn mismatch(found: &'static str, expected: &'static str) -> Self {
        Self::new(Problem::Mismatch { found, expected })
    }

    pub(super) fn unknown() -> Self {
        Self::new(Problem::Unknown)
    }

    pub(super) fn broken(rule: Rule) -> Self {
        Self::new(Problem::Broken(rule))
    }

    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self::new(Problem::NotJson { line: error.line(), column: error.column() })
    }

    /// The same problem, seen from the value around it: `step` is a field's name or `[index]`.
    pub(super) fn under(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }

    /// Where in the payload: `items[1].sku`, with the keys of maps as they were served; empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl From<ConstraintError> for PayloadError {
    fn from(error: ConstraintError) -> Self {
        Self::new(Problem::Constraint(error))
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self.problem, Problem::Missing) {
            return write!(formatter, "`{}` is missing from the payload", self.path);
        }
        if self.path.is_empty() {
            formatter.write_str("the payload is ")?;
        } else {
            write!(formatter, "`{}` of the payload is ", self.path)?;
        }
        match &self.problem {
            Problem::NotJson { line, column } => write!(formatter, "not JSON at line {line} column {column}"),
            Problem::Mismatch { found, expected } => write!(formatter, "{found} where {expected} is expected"),
            Problem::Broken(rule) => write!(formatter, "out of place: {rule}"),
            Problem::Constraint(error) => write!(formatter, "out of place: {error}"),
            Problem::Unknown | Problem::Missing => formatter.write_str("a value that the plan does not have"),
        }
    }
}

impl std::error::Error for PayloadError {}
