use std::cmp::Ordering;
use std::fmt;

use super::date::DateOrder;
use super::equality::Equality;
use super::order::{Order, Range};
use super::pattern::Pattern;
use super::text::{Needle, Needles};
use super::version::{VersionOrder, VersionRange};
use super::{Operator, Value};

/// What a filter says about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// The value passes.
    Yes,
    /// The value does not pass.
    No,
    /// That cannot be known here: the property is not known, or the operator is not.
    CannotSay,
}

/// Which of PostHog's two ways `exact` and `is_not` compare: `property_matching_version` of the definitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MatchingVersion {
    /// A filter for `true` or `false` compares truth: `false` passes whatever is not true, `"banana"` and `0` too.
    #[default]
    V1,
    /// A filter for `true` or `false` compares texts, as all others do.
    V2,
}

impl MatchingVersion {
    /// The version that the definitions name; each but `2` is read as `1`.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        if number == 2 { Self::V2 } else { Self::V1 }
    }
}

/// One filter on one property, ready to be tested against many values.
///
/// Everything that does not depend on the value is done once: texts are folded, numbers, dates and versions read.
/// A regular expression is compiled when it is first needed.
///
/// ```
/// use taxogen_flags::{Filter, Match, MatchingVersion, Operator, Value};
///
/// let list = Value::parse(r#"["pro", "team"]"#).unwrap();
/// let filter = Filter::compile(Operator::Exact, Some(&list), "plan", MatchingVersion::V2);
/// let now = 1_767_323_045_000;
/// assert_eq!(filter.test(Some(&Value::from("Pro")), now), Match::Yes);
/// assert_eq!(filter.test(Some(&Value::from("free")), now), Match::No);
/// assert_eq!(filter.test(None, now), Match::CannotSay);
/// ```
#[derive(Clone)]
pub struct Filter {
    key: Box<str>,
    operator: Operator,
    value: Option<Value<'static>>,
    test: Test,
    /// The operator is the opposite of its test: `is_not`, `not_regex`.
    opposite: bool,
    negated: bool,
}

#[derive(Clone)]
enum Test {
    Unknown,
    Never,
    Set,
    Equality(Equality),
    Contains(Needles),
    StartsWith(Needle),
    EndsWith(Needle),
    Pattern(Pattern),
    Order(Order),
    Range(Range),
    Date(DateOrder),
    VersionOrder(Box<VersionOrder>),
    VersionRange(VersionRange),
}

impl Filter {
    /// Prepares a filter: what stands in a definition under `operator`, `value` and `key`.
    ///
    /// Any value will do. One that an operator can do nothing with, and a missing one, match nothing. An operator
    /// that is not known, or not about properties, makes a filter that cannot say.
    #[must_use]
    pub fn compile(operator: Operator, value: Option<&Value<'_>>, key: &str, matching: MatchingVersion) -> Self {
        let test = Test::compile(&operator, value, matching).unwrap_or(Test::Never);
        let opposite = operator.is_opposite();
        Self { key: key.into(), operator, value: value.cloned().map(Value::into_owned), test, opposite, negated: false }
    }

    /// The same filter turned round, as a cohort's `negation` asks for; what cannot be said stays so.
    #[must_use]
    pub fn with_negation(mut self, negated: bool) -> Self {
        self.negated = negated;
        self
    }

    /// Whether the value passes; `None` is a property that is not known.
    ///
    /// `now` is in milliseconds since 1970; dates such as `-7d` are counted from it.
    #[must_use]
    pub fn test(&self, value: Option<&Value<'_>>, now: i64) -> Match {
        let Some(value) = value else { return Match::CannotSay };
        let passes = match self.test.passes(value, now) {
            Outcome::Passes(passes) => passes != self.opposite,
            Outcome::Nothing => false,
            Outcome::CannotSay => return Match::CannotSay,
        };
        if passes == self.negated { Match::No } else { Match::Yes }
    }

    /// The name of the property.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How it compares.
    #[must_use]
    pub const fn operator(&self) -> &Operator {
        &self.operator
    }

    /// What it compares with.
    #[must_use]
    pub const fn value(&self) -> Option<&Value<'static>> {
        self.value.as_ref()
    }

    /// Whether it is turned round.
    #[must_use]
    pub const fn is_negated(&self) -> bool {
        self.negated
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Filter")
            .field("key", &self.key)
            .field("operator", &self.operator)
            .field("value", &self.value)
            .field("negated", &self.negated)
            .finish_non_exhaustive()
    }
}

/// What a test finds, before anything is turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value is such, or is not.
    Passes(bool),
    /// The test makes no sense for the value: neither it nor its opposite passes.
    Nothing,
    CannotSay,
}

impl Test {
    /// `None` where the operator can do nothing with the value, or misses one.
    fn compile(operator: &Operator, value: Option<&Value<'_>>, matching: MatchingVersion) -> Option<Self> {
        if matches!(operator, Operator::IsSet | Operator::IsNotSet) {
            return Some(Self::Set);
        }
        if matches!(operator, Operator::In | Operator::NotIn | Operator::FlagEvaluatesTo | Operator::Other(_)) {
            return Some(Self::Unknown);
        }
        let value = value?;
        Some(match operator {
            Operator::Exact | Operator::IsNot => Self::Equality(Equality::new(value, matching)),
            Operator::Icontains | Operator::NotIcontains => Self::Contains(Needles::one(value)),
            Operator::IcontainsMulti | Operator::NotIcontainsMulti => Self::Contains(Needles::many(value)),
            Operator::StartsWith | Operator::NotStartsWith => Self::StartsWith(Needle::new(value)),
            Operator::EndsWith | Operator::NotEndsWith => Self::EndsWith(Needle::new(value)),
            Operator::Regex | Operator::NotRegex => Self::Pattern(value.with_text(Pattern::new)),
            Operator::Gt => Self::Order(Order::new(value, Ordering::Greater, false)?),
            Operator::Gte => Self::Order(Order::new(value, Ordering::Greater, true)?),
            Operator::Lt => Self::Order(Order::new(value, Ordering::Less, false)?),
            Operator::Lte => Self::Order(Order::new(value, Ordering::Less, true)?),
            Operator::Between | Operator::NotBetween => Self::Range(Range::new(value)?),
            Operator::IsDateExact => Self::Date(DateOrder::new(value, Ordering::Equal)?),
            Operator::IsDateBefore => Self::Date(DateOrder::new(value, Ordering::Less)?),
            Operator::IsDateAfter => Self::Date(DateOrder::new(value, Ordering::Greater)?),
            Operator::SemverEq | Operator::SemverNeq => Self::version(value, Ordering::Equal, false)?,
            Operator::SemverGt => Self::version(value, Ordering::Greater, false)?,
            Operator::SemverGte => Self::version(value, Ordering::Greater, true)?,
            Operator::SemverLt => Self::version(value, Ordering::Less, false)?,
            Operator::SemverLte => Self::version(value, Ordering::Less, true)?,
            Operator::SemverTilde => Self::VersionRange(VersionRange::tilde(value)?),
            Operator::SemverCaret => Self::VersionRange(VersionRange::caret(value)?),
            Operator::SemverWildcard => Self::VersionRange(VersionRange::wildcard(value)?),
            Operator::IsSet | Operator::IsNotSet => Self::Set,
            Operator::In | Operator::NotIn | Operator::FlagEvaluatesTo | Operator::Other(_) => Self::Unknown,
        })
    }

    fn version(value: &Value<'_>, wanted: Ordering, or_equal: bool) -> Option<Self> {
        VersionOrder::new(value, wanted, or_equal).map(|order| Self::VersionOrder(Box::new(order)))
    }

    fn passes(&self, value: &Value<'_>, now: i64) -> Outcome {
        match self {
            Self::Unknown => Outcome::CannotSay,
            Self::Never => Outcome::Nothing,
            Self::Set => Outcome::Passes(true),
            Self::Equality(equality) => Outcome::Passes(equality.holds(value)),
            Self::Contains(needles) => Outcome::Passes(value.with_text(|text| needles.within(text))),
            Self::StartsWith(needle) => Outcome::Passes(value.with_text(|text| needle.begins(text))),
            Self::EndsWith(needle) => Outcome::Passes(value.with_text(|text| needle.ends(text))),
            Self::Pattern(pattern) => value.with_text(|text| pattern.is_found_in(text)),
            Self::Order(order) => order.holds(value),
            Self::Range(range) => range.holds(value),
            Self::Date(order) => order.holds(value, now),
            Self::VersionOrder(order) => order.holds(value),
            Self::VersionRange(range) => range.holds(value),
        }
    }
}
