use serde_json::Value;

use super::{Payload, PayloadError, PayloadReader};
use crate::value::{Bound, Measured, Nullable, Rule};

/// Reads one field of a payload that has rules to keep: [`PayloadReader::checked`].
#[derive(Debug)]
pub struct RuledReader<'a> {
    reader: PayloadReader<'a>,
    rules: Vec<Rule>,
}

impl<'a> RuledReader<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        Self { reader: PayloadReader::new(value), rules: Vec::new() }
    }

    /// A field that has to be there.
    ///
    /// # Errors
    ///
    /// When it is missing, of another type, or breaks a rule, or when this is no object.
    pub fn required<T: Payload + Measured>(&self, name: &str) -> Result<T, PayloadError> {
        self.keeping(name, self.reader.required(name)?)
    }

    /// A field that may be missing; `null` counts as missing.
    ///
    /// # Errors
    ///
    /// When it is of another type or breaks a rule, or when this is no object.
    pub fn optional<T: Payload + Measured>(&self, name: &str) -> Result<Option<T>, PayloadError> {
        self.keeping(name, self.reader.optional(name)?)
    }

    /// A field that may be missing, and may be `null`.
    ///
    /// # Errors
    ///
    /// When it is of another type or breaks a rule, or when this is no object.
    pub fn nullable<T: Payload + Measured>(&self, name: &str) -> Result<Nullable<T>, PayloadError> {
        self.keeping(name, self.reader.nullable(name)?)
    }

    /// At least this.
    #[must_use]
    pub fn at_least(self, bound: impl Into<Bound>) -> Self {
        self.with(Rule::Min(bound.into()))
    }

    /// At most this.
    #[must_use]
    pub fn at_most(self, bound: impl Into<Bound>) -> Self {
        self.with(Rule::Max(bound.into()))
    }

    /// At least so many characters.
    #[must_use]
    pub fn min_length(self, length: u64) -> Self {
        self.with(Rule::MinLength(length))
    }

    /// At most so many characters.
    #[must_use]
    pub fn max_length(self, length: u64) -> Self {
        self.with(Rule::MaxLength(length))
    }

    /// The pattern is found somewhere in the text.
    #[must_use]
    pub fn pattern(self, pattern: &'static str) -> Self {
        self.with(Rule::Pattern(pattern))
    }

    /// At least so many items.
    #[must_use]
    pub fn min_items(self, items: u64) -> Self {
        self.with(Rule::MinItems(items))
    }

    /// At most so many items.
    #[must_use]
    pub fn max_items(self, items: u64) -> Self {
        self.with(Rule::MaxItems(items))
    }

    fn with(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    fn keeping<T: Measured>(&self, name: &str, value: T) -> Result<T, PayloadError> {
        match self.rules.iter().find(|rule| value.breaks(**rule)) {
            None => Ok(value),
            Some(rule) => Err(PayloadError::broken(*rule).under(name)),
        }
    }
}
