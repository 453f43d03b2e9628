use std::cmp::Ordering;

use super::Value;
use super::filter::Outcome;

/// `gt` and its like: numbers, and texts that Rust's `f64` can read (`+5`, `1e3`, `inf`, `NaN`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    bound: f64,
    wanted: Ordering,
    or_equal: bool,
}

impl Order {
    pub(super) fn new(filter: &Value<'_>, wanted: Ordering, or_equal: bool) -> Option<Self> {
        Some(Self { bound: number(filter)?, wanted, or_equal })
    }

    pub(super) fn holds(self, value: &Value<'_>) -> Outcome {
        let Some(value) = number(value) else { return Outcome::Nothing };
        let order = value.partial_cmp(&self.bound);
        Outcome::Passes(order == Some(self.wanted) || (self.or_equal && order == Some(Ordering::Equal)))
    }
}

/// `between`: the number is one of the two bounds, or between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// A list of two numbers, the lower first.
    pub(super) fn new(filter: &Value<'_>) -> Option<Self> {
        let members = filter.members()?;
        let [low, high] = members.as_slice() else { return None };
        let (low, high) = (number(low)?, number(high)?);
        (low <= high).then_some(Self { low, high })
    }

    pub(super) fn holds(self, value: &Value<'_>) -> Outcome {
        match number(value) {
            Some(value) if !value.is_nan() => Outcome::Passes(self.low <= value && value <= self.high),
            _ => Outcome::Nothing,
        }
    }
}

/// A number, or a text that is one; a text with white space, `0x10` or `1_000` is none.
pub(super) fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number.as_f64()),
        Value::Text(text) => text.parse().ok(),
        Value::Null | Value::Boolean(_) | Value::Json(_) => None,
    }
}
