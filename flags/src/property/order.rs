use std::cmp::Ordering;

use super::Value;
use super::check::Outcome;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_of_numbers_are_ordered() {
        for (value, less, equal) in [
            ("9", true, false),
            ("10", false, true),
            ("10.0", false, true),
            (r#""10""#, false, true),
            (r#""+5""#, true, false),
            (r#""1e3""#, false, false),
            (r#""inf""#, false, false),
            (r#""-Infinity""#, true, false),
            ("123456789012345678901234567890", false, false),
            ("1e400", false, false),
        ] {
            let value = Value::parse(value).unwrap();
            let holds = |wanted, or_equal| Order::new(&Value::from(10), wanted, or_equal).unwrap().holds(&value);
            assert_eq!(holds(Ordering::Less, false), Outcome::Passes(less), "{value} < 10");
            assert_eq!(holds(Ordering::Less, true), Outcome::Passes(less || equal), "{value} <= 10");
            assert_eq!(holds(Ordering::Greater, false), Outcome::Passes(!less && !equal), "{value} > 10");
            assert_eq!(holds(Ordering::Greater, true), Outcome::Passes(!less), "{value} >= 10");
        }
    }

    #[test]
    fn what_is_no_number_is_in_no_order() {
        for json in ["null", "true", "[5]", r#""""#, r#"" 5""#, r#""0x10""#, r#""1_000""#, r#""١٢""#, r#""５""#, "{}"]
        {
            let value = Value::parse(json).unwrap();
            assert!(Order::new(&value, Ordering::Less, true).is_none(), "{json}");
            assert_eq!(Order::new(&Value::from(10), Ordering::Less, true).unwrap().holds(&value), Outcome::Nothing);
            assert_eq!(Range::new(&Value::parse("[0, 10]").unwrap()).unwrap().holds(&value), Outcome::Nothing);
        }
        let nan = Order::new(&Value::from("NaN"), Ordering::Greater, true).unwrap();
        assert_eq!(nan.holds(&Value::from(5)), Outcome::Passes(false));
    }

    #[test]
    fn a_range_has_two_bounds_in_order_and_holds_both() {
        for (bounds, value, within) in [
            ("[5, 10]", "5", true),
            ("[5, 10]", r#""10""#, true),
            ("[5, 10]", "4.999", false),
            ("[5, 10]", "10.5", false),
            (r#"["-1", "inf"]"#, "1e300", true),
            ("[5, 5]", "5.0", true),
        ] {
            let range = Range::new(&Value::parse(bounds).unwrap()).unwrap();
            assert_eq!(range.holds(&Value::parse(value).unwrap()), Outcome::Passes(within), "{value} in {bounds}");
        }
        for bounds in
            ["[10, 5]", "[5]", "[5, 6, 7]", "[]", "5", r#""5,10""#, r#"["a", 5]"#, r#"["NaN", 5]"#, "[null, 5]"]
        {
            assert!(Range::new(&Value::parse(bounds).unwrap()).is_none(), "{bounds}");
        }
    }
}
