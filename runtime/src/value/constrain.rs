//! The rules that a plan writes beside a type, as they are checked at run time.

use std::borrow::Cow;
use std::fmt;

use super::{Nullable, OrNull, Value, ValueWriter};

/// A rule that a value broke.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// At least this.
    Min(Bound),
    /// At most this.
    Max(Bound),
    /// At least so many characters.
    MinLength(u64),
    /// At most so many characters.
    MaxLength(u64),
    /// The pattern is found somewhere in the text.
    Pattern(&'static str),
    /// At least so many items.
    MinItems(u64),
    /// At most so many items.
    MaxItems(u64),
    /// Neither infinite nor not a number: JSON has no word for these.
    Finite,
    /// Of an extra property: another name than those that the plan declares for the event.
    Undeclared,
    /// Of an extra property: another name than those that vendors keep for themselves.
    NotKept,
    /// Of an extra property: a name of 1 to 200 characters, none of them a control character, not all of them spaces.
    Name,
}

/// A bound in the type in which the plan wrote it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Of an `integer`.
    Integer(i64),
    /// Of a `number`.
    Number(f64),
}

impl From<i64> for Bound {
    fn from(bound: i64) -> Self {
        Self::Integer(bound)
    }
}

impl From<f64> for Bound {
    fn from(bound: f64) -> Self {
        Self::Number(bound)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(bound) => bound.fmt(formatter),
            Self::Number(bound) => bound.fmt(formatter),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Min(bound) => write!(formatter, "at least {bound}"),
            Self::Max(bound) => write!(formatter, "at most {bound}"),
            Self::MinLength(length) => counted(formatter, "least", *length, "character"),
            Self::MaxLength(length) => counted(formatter, "most", *length, "character"),
            Self::Pattern(pattern) => write!(formatter, "matching `{pattern}`"),
            Self::MinItems(items) => counted(formatter, "least", *items, "item"),
            Self::MaxItems(items) => counted(formatter, "most", *items, "item"),
            Self::Finite => formatter.write_str("a finite number"),
            Self::Undeclared => formatter.write_str("called otherwise than what the plan declares"),
            Self::NotKept => formatter.write_str("called otherwise than what vendors keep for themselves"),
            Self::Name => formatter.write_str("called by 1 to 200 characters, none of them a control character"),
        }
    }
}

fn counted(formatter: &mut fmt::Formatter<'_>, bound: &str, count: u64, noun: &str) -> fmt::Result {
    let plural = if count == 1 { "" } else { "s" };
    write!(formatter, "at {bound} {count} {noun}{plural}")
}

/// What a rule can be asked about. A value of another kind keeps every rule: the compiler of the plan
/// puts rules only where they fit.
pub trait Measured {
    /// Whether the value breaks the rule.
    fn breaks(&self, rule: Rule) -> bool;
}

impl Measured for i64 {
    fn breaks(&self, rule: Rule) -> bool {
        match rule {
            Rule::Min(Bound::Integer(min)) => *self < min,
            Rule::Max(Bound::Integer(max)) => *self > max,
            _ => false,
        }
    }
}

impl Measured for f64 {
    fn breaks(&self, rule: Rule) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "the plan's bound is read as the number it constrains")]
        match rule {
            Rule::Min(Bound::Number(min)) => *self < min,
            Rule::Max(Bound::Number(max)) => *self > max,
            Rule::Min(Bound::Integer(min)) => *self < min as f64,
            Rule::Max(Bound::Integer(max)) => *self > max as f64,
            Rule::Finite => !self.is_finite(),
            _ => false,
        }
    }
}

impl Measured for str {
    fn breaks(&self, rule: Rule) -> bool {
        match rule {
            Rule::MinLength(length) => characters(self) < length,
            Rule::MaxLength(length) => self.len() as u64 > length && characters(self) > length,
            Rule::Pattern(pattern) => !crate::pattern::is_match(pattern, self),
            _ => false,
        }
    }
}

/// How many characters a text has; `const`, so that the compiler checks what is written in code.
#[must_use]
pub const fn characters(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (mut index, mut count) = (0, 0);
    while index < bytes.len() {
        // The bytes behind the first of a character begin with the bits 10.
        if bytes[index] & 0xc0 != 0x80 {
            count += 1;
        }
        index += 1;
    }
    count
}

impl Measured for Cow<'_, str> {
    fn breaks(&self, rule: Rule) -> bool {
        (**self).breaks(rule)
    }
}

impl Measured for String {
    fn breaks(&self, rule: Rule) -> bool {
        (**self).breaks(rule)
    }
}

impl<T> Measured for Vec<T> {
    fn breaks(&self, rule: Rule) -> bool {
        match rule {
            Rule::MinItems(items) => (self.len() as u64) < items,
            Rule::MaxItems(items) => self.len() as u64 > items,
            _ => false,
        }
    }
}

impl<K, V> Measured for std::collections::BTreeMap<K, V> {
    fn breaks(&self, rule: Rule) -> bool {
        match rule {
            Rule::MinItems(items) => (self.len() as u64) < items,
            Rule::MaxItems(items) => self.len() as u64 > items,
            _ => false,
        }
    }
}

impl<T: Measured> Measured for Option<T> {
    fn breaks(&self, rule: Rule) -> bool {
        self.as_ref().is_some_and(|value| value.breaks(rule))
    }
}

impl<T: Measured> Measured for Nullable<T> {
    fn breaks(&self, rule: Rule) -> bool {
        self.as_option().is_some_and(|value| value.breaks(rule))
    }
}

impl<T: Measured> Measured for OrNull<'_, T> {
    fn breaks(&self, rule: Rule) -> bool {
        self.0.breaks(rule)
    }
}

impl<T: Measured + ?Sized> Measured for &T {
    fn breaks(&self, rule: Rule) -> bool {
        (**self).breaks(rule)
    }
}

/// Puts a rule on a value; [`Checked`] takes more of them.
pub trait Constrain: Value + Measured {
    /// At least this.
    fn at_least(&self, bound: impl Into<Bound>) -> Checked<'_, Self> {
        Checked::new(self).at_least(bound)
    }

    /// At most this.
    fn at_most(&self, bound: impl Into<Bound>) -> Checked<'_, Self> {
        Checked::new(self).at_most(bound)
    }

    /// At least so many characters.
    fn min_length(&self, length: u64) -> Checked<'_, Self> {
        Checked::new(self).min_length(length)
    }

    /// At most so many characters.
    fn max_length(&self, length: u64) -> Checked<'_, Self> {
        Checked::new(self).max_length(length)
    }

    /// The pattern is found somewhere in the text.
    fn pattern(&self, pattern: &'static str) -> Checked<'_, Self> {
        Checked::new(self).pattern(pattern)
    }

    /// At least so many items.
    fn min_items(&self, items: u64) -> Checked<'_, Self> {
        Checked::new(self).min_items(items)
    }

    /// At most so many items.
    fn max_items(&self, items: u64) -> Checked<'_, Self> {
        Checked::new(self).max_items(items)
    }
}

impl<T: Value + Measured + ?Sized> Constrain for T {}

/// A value and the first rule that it breaks.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a, T: ?Sized> {
    value: &'a T,
    broken: Option<Rule>,
}

impl<'a, T: Value + Measured + ?Sized> Checked<'a, T> {
    fn new(value: &'a T) -> Self {
        Self { value, broken: None }
    }

    fn with(mut self, rule: Rule) -> Self {
        if self.broken.is_none() && self.value.breaks(rule) {
            self.broken = Some(rule);
        }
        self
    }

    /// Whether the value of a named type keeps its rules; generated constructors ask it.
    ///
    /// # Errors
    ///
    /// Names the type and the first rule that the value breaks, and never the value: it may be personal.
    pub fn check(self, type_name: &'static str) -> Result<(), ConstraintError> {
        match self.broken.or_else(|| self.value.broken_rule()) {
            None => Ok(()),
            Some(rule) => Err(ConstraintError { type_name, rule }),
        }
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
}

impl<T: Value + ?Sized> Value for Checked<'_, T> {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        self.value.write(out);
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.value.is_absent()
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        self.broken.or_else(|| self.value.broken_rule())
    }
}

/// A value that breaks a rule of its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConstraintError {
    type_name: &'static str,
    rule: Rule,
}

impl ConstraintError {
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a `{}` is {}", self.type_name, self.rule)
    }
}

impl std::error::Error for ConstraintError {}
