use std::cmp::Ordering;

use super::date::DateOrder;
use super::equality::Equality;
use super::order::{Order, Range};
use super::pattern::Pattern;
use super::text::{Needle, Needles};
use super::version::{VersionOrder, VersionRange};
use super::{MatchingVersion, Operator, Value};

/// What an operator does with a value, prepared.
#[derive(Clone)]
pub(super) enum Check {
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

/// What a check finds, before anything is turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value is such, or is not.
    Passes(bool),
    /// The check makes no sense for the value: neither it nor its opposite passes.
    Nothing,
    CannotSay,
}

impl Check {
    /// `None` where the operator can do nothing with the value, or misses one.
    pub(super) fn compile(operator: &Operator, value: Option<&Value<'_>>, matching: MatchingVersion) -> Option<Self> {
        Some(match operator {
            Operator::Exact | Operator::IsNot => Self::Equality(Equality::new(value?, matching)),
            Operator::Icontains | Operator::NotIcontains => Self::Contains(Needles::one(value?)),
            Operator::IcontainsMulti | Operator::NotIcontainsMulti => Self::Contains(Needles::many(value?)),
            Operator::StartsWith | Operator::NotStartsWith => Self::StartsWith(Needle::new(value?)),
            Operator::EndsWith | Operator::NotEndsWith => Self::EndsWith(Needle::new(value?)),
            Operator::Regex | Operator::NotRegex => Self::Pattern(value?.with_text(Pattern::new)),
            Operator::Gt => Self::Order(Order::new(value?, Ordering::Greater, false)?),
            Operator::Gte => Self::Order(Order::new(value?, Ordering::Greater, true)?),
            Operator::Lt => Self::Order(Order::new(value?, Ordering::Less, false)?),
            Operator::Lte => Self::Order(Order::new(value?, Ordering::Less, true)?),
            Operator::Between | Operator::NotBetween => Self::Range(Range::new(value?)?),
            Operator::IsDateExact => Self::Date(DateOrder::new(value?, Ordering::Equal)?),
            Operator::IsDateBefore => Self::Date(DateOrder::new(value?, Ordering::Less)?),
            Operator::IsDateAfter => Self::Date(DateOrder::new(value?, Ordering::Greater)?),
            Operator::SemverEq | Operator::SemverNeq => Self::version(value?, Ordering::Equal, false)?,
            Operator::SemverGt => Self::version(value?, Ordering::Greater, false)?,
            Operator::SemverGte => Self::version(value?, Ordering::Greater, true)?,
            Operator::SemverLt => Self::version(value?, Ordering::Less, false)?,
            Operator::SemverLte => Self::version(value?, Ordering::Less, true)?,
            Operator::SemverTilde => Self::VersionRange(VersionRange::tilde(value?)?),
            Operator::SemverCaret => Self::VersionRange(VersionRange::caret(value?)?),
            Operator::SemverWildcard => Self::VersionRange(VersionRange::wildcard(value?)?),
            Operator::IsSet | Operator::IsNotSet => Self::Set,
            Operator::In | Operator::NotIn | Operator::FlagEvaluatesTo | Operator::Other(_) => Self::Unknown,
        })
    }

    fn version(value: &Value<'_>, wanted: Ordering, or_equal: bool) -> Option<Self> {
        VersionOrder::new(value, wanted, or_equal).map(|order| Self::VersionOrder(Box::new(order)))
    }

    pub(super) fn passes(&self, value: &Value<'_>, now: i64) -> Outcome {
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
