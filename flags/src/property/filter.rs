use std::fmt;

use super::check::{Check, Outcome};
use super::{Match, MatchingVersion, Operator, Value};

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
    check: Check,
    /// The operator is the opposite of its check: `is_not`, `not_regex`.
    opposite: bool,
    negated: bool,
}

impl Filter {
    /// Prepares a filter: what stands in a definition under `operator`, `value` and `key`.
    ///
    /// Any value will do. One that an operator can do nothing with, and a missing one, match nothing. An operator
    /// that is not known, or not about properties, makes a filter that cannot say.
    #[must_use]
    pub fn compile(operator: Operator, value: Option<&Value<'_>>, key: &str, matching: MatchingVersion) -> Self {
        let check = Check::compile(&operator, value, matching).unwrap_or(Check::Never);
        let opposite = operator.is_opposite();
        Self {
            key: key.into(),
            operator,
            value: value.cloned().map(Value::into_owned),
            check,
            opposite,
            negated: false,
        }
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
        let passes = match self.check.passes(value, now) {
            Outcome::Passes(passes) => passes != self.opposite,
            Outcome::Nothing => false,
            Outcome::CannotSay => return Match::CannotSay,
        };
        if passes == self.negated { Match::No } else { Match::Yes }
    }

    /// Whether a property passes that is *not set*, which is another thing than one that is not known.
    ///
    /// What is not set is no value of a list, has no text in it and lies between no numbers: `is_not`, `not_icontains`,
    /// `not_regex`, `not_between` and their like pass, as `is_not_set` does. What compares numbers, dates or versions
    /// matches nothing, `semver_neq` included; and a filter that names no value lets nothing pass, unless it asks for
    /// just that. A cohort's negation turns all of this round.
    ///
    /// ```
    /// use taxogen_flags::{Filter, Match, MatchingVersion, Operator, Value};
    ///
    /// let version = Value::from("1.2.3");
    /// let filter = |operator| Filter::compile(operator, Some(&version), "version", MatchingVersion::V2);
    /// assert_eq!(filter(Operator::Exact).test_not_set(), Match::No);
    /// assert_eq!(filter(Operator::IsNot).test_not_set(), Match::Yes);
    /// assert_eq!(filter(Operator::SemverNeq).test_not_set(), Match::No);
    /// ```
    #[must_use]
    pub fn test_not_set(&self) -> Match {
        let Some(passes) = self.operator.passes_what_is_not_set() else { return Match::CannotSay };
        let asks = self.operator == Operator::IsNotSet || !matches!(self.value, None | Some(Value::Null));
        if (passes && asks) == self.negated { Match::No } else { Match::Yes }
    }

    /// The truth that a value has to have to pass, where the filter compares truth and not texts.
    pub(crate) fn truth(&self) -> Option<bool> {
        let Check::Equality(equality) = &self.check else { return None };
        equality.truth().map(|truth| truth != self.opposite)
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_323_045_000;

    fn filter(operator: &str, value: Option<&str>) -> Filter {
        let value = value.map(|json| Value::parse(json).unwrap());
        Filter::compile(Operator::from_word(operator), value.as_ref(), "key", MatchingVersion::V2)
    }

    fn test(operator: &str, filter_value: Option<&str>, value: Option<&str>) -> Match {
        let value = value.map(|json| Value::parse(json).unwrap());
        filter(operator, filter_value).test(value.as_ref(), NOW)
    }

    #[test]
    fn opposites_are_opposite_where_the_test_makes_sense_and_neither_passes_where_not() {
        for (operator, opposite, filter, passes, fails, senseless) in [
            ("exact", "is_not", r#"["a", "b"]"#, r#""B""#, "null", None),
            ("icontains", "not_icontains", r#""OM""#, r#""tomato""#, "7", None),
            ("icontains_multi", "not_icontains_multi", r#"["x", "om"]"#, r#""TOMATO""#, "7", None),
            ("starts_with", "not_starts_with", r#""to""#, r#""Tomato""#, "true", None),
            ("ends_with", "not_ends_with", r#""TO""#, r#""tomato""#, "[]", None),
            ("regex", "not_regex", r#""^t""#, r#""tomato""#, r#""Tomato""#, None),
            ("between", "not_between", "[1, 2]", "1.5", "3", Some(r#""x""#)),
            ("semver_eq", "semver_neq", r#""1.2""#, r#""v1.2.0""#, r#""1.2.1""#, Some(r#""x""#)),
        ] {
            assert_eq!(test(operator, Some(filter), Some(passes)), Match::Yes, "{operator}");
            assert_eq!(test(opposite, Some(filter), Some(passes)), Match::No, "{opposite}");
            assert_eq!(test(operator, Some(filter), Some(fails)), Match::No, "{operator}");
            assert_eq!(test(opposite, Some(filter), Some(fails)), Match::Yes, "{opposite}");
            if let Some(senseless) = senseless {
                assert_eq!(test(operator, Some(filter), Some(senseless)), Match::No, "{operator}");
                assert_eq!(test(opposite, Some(filter), Some(senseless)), Match::No, "{opposite}");
            }
        }
    }

    #[test]
    fn a_filter_whose_value_makes_no_sense_or_is_missing_matches_nothing() {
        for (operator, value) in [
            ("exact", None),
            ("is_not", None),
            ("not_icontains", None),
            ("regex", Some(r#""(""#)),
            ("not_regex", Some(r#""(""#)),
            ("gt", Some(r#""abc""#)),
            ("not_between", Some("[2, 1]")),
            ("is_date_before", Some("1718447400")),
            ("semver_neq", Some(r#""abc""#)),
            ("semver_tilde", Some(r#""abc""#)),
        ] {
            assert_eq!(test(operator, value, Some("5")), Match::No, "{operator} {value:?}");
            assert_eq!(test(operator, value, None), Match::CannotSay, "{operator} {value:?}");
        }
    }

    #[test]
    fn what_is_set_is_set_to_anything_and_what_is_not_known_cannot_be_said() {
        for value in ["null", r#""""#, "false", "[]"] {
            assert_eq!(test("is_set", None, Some(value)), Match::Yes);
            assert_eq!(test("is_not_set", Some(r#""is_not_set""#), Some(value)), Match::No);
        }
        for operator in ["is_set", "is_not_set", "exact", "is_not", "future_op"] {
            assert_eq!(test(operator, Some(r#""x""#), None), Match::CannotSay, "{operator}");
        }
    }

    #[test]
    fn operators_that_are_not_about_properties_cannot_say() {
        for operator in ["future_op", "", "EXACT", "min", "in", "not_in", "flag_evaluates_to"] {
            assert_eq!(test(operator, Some("5"), Some("5")), Match::CannotSay, "{operator}");
        }
    }

    #[test]
    fn a_negated_filter_is_turned_round_but_for_what_cannot_be_said() {
        let turned = |operator: &str, value: &str| {
            let value = Value::parse(value).unwrap();
            filter(operator, Some("10")).with_negation(true).test(Some(&value), NOW)
        };
        assert_eq!(turned("gt", "11"), Match::No);
        assert_eq!(turned("gt", "9"), Match::Yes);
        assert_eq!(turned("gt", r#""abc""#), Match::Yes);
        assert_eq!(turned("future_op", "9"), Match::CannotSay);
        assert_eq!(filter("exact", Some("10")).with_negation(true).test(None, NOW), Match::CannotSay);
    }

    #[test]
    fn every_known_operator_has_its_word() {
        for operator in Operator::KNOWN {
            assert_eq!(&Operator::from_word(operator.as_str()), operator);
            assert!(operator.is_known());
        }
        assert_eq!(Operator::from_word("future_op"), Operator::Other("future_op".into()));
    }

    #[test]
    fn a_filter_shows_no_value_when_it_is_debugged() {
        assert_eq!(
            format!("{:?}", filter("exact", Some(r#""secret""#))),
            r#"Filter { key: "key", operator: Exact, value: Some(Text(..)), negated: false, .. }"#
        );
    }

    #[test]
    fn nothing_panics_whatever_is_compared_with_whatever() {
        let texts = [
            "",
            "-",
            "-1é",
            "é",
            "-1d",
            "7d",
            "-999999999d",
            "-99999999999999d",
            "-9223372036854775807h",
            "9999y",
            "NaN",
            "inf",
            "-inf",
            "1e400",
            "9223372036854775808",
            "-0",
            "0x10",
            "1_000",
            "+5",
            " 5",
            "2024-02-30",
            "2024-06-15",
            "2024-06-15T10:30:60.999999999999Z",
            "-262144-01-01",
            "+262142-12-31T23:59:59",
            "99999999999-01-01",
            "1.2.3",
            "1.2.3-",
            "1.*",
            "*",
            "v",
            "99999999999999999999.0.0",
            "(",
            "(?=a)",
            "a*",
            "\\",
            "true",
            "False",
            "ΟΣ",
            "ſ",
            "İ",
            "\u{0}",
            "\u{200d}",
            "\u{1F980}",
            "\u{2212}05:00",
            "2024-06-15T10:30:00\u{2212}",
            "2024-06-15T10:30:00+2é:00",
        ];
        let json = [
            "null",
            "true",
            "false",
            "[]",
            "[[]]",
            "{}",
            "[null]",
            "[1, 2]",
            "[2, 1]",
            r#"["NaN", 1]"#,
            r#"{"a": [1]}"#,
        ];
        let numbers = [
            "0",
            "-0",
            "-0.0",
            "1e400",
            "-1e400",
            "5e-324",
            "1718447400",
            "-62135596801",
            "1e18",
            "123456789012345678901234567890",
        ];
        let mut values: Vec<Value<'_>> = texts.into_iter().map(Value::from).collect();
        values.extend(json.into_iter().chain(numbers).map(|json| Value::parse(json).unwrap()));
        values.extend([f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE].map(Value::from));
        // 1969, 1970, 2026, 2100, and the ends of what a clock can show.
        let clocks = [-1, 0, NOW, 4_102_444_800_000, i64::MIN, i64::MAX];
        for operator in Operator::KNOWN {
            for filter_value in &values {
                for matching in [MatchingVersion::V1, MatchingVersion::V2] {
                    let filter = Filter::compile(operator.clone(), Some(filter_value), "key", matching);
                    let about_now =
                        matches!(operator, Operator::IsDateExact | Operator::IsDateBefore | Operator::IsDateAfter);
                    for value in &values {
                        for now in clocks.into_iter().take(if about_now { 6 } else { 1 }) {
                            let said = filter.test(Some(value), now);
                            assert_eq!(said, filter.test(Some(value), now), "{operator} {filter_value} {value}");
                        }
                    }
                }
            }
        }
    }
}
