use super::Operator;

impl Operator {
    /// Whether a property passes that is *not set*, by a filter that names a value; `None` where the operator is not about
    /// properties, or not known.
    ///
    /// By `match_property` of PostHog's server (`rust/feature-flags/src/properties/property_matching.rs`), where what is
    /// known of somebody is complete. There a value that is not there is no match, and so its opposite is one, except
    /// where the value would have to be a version: `semver_neq` wants another version, not none.
    pub(super) const fn passes_what_is_not_set(&self) -> Option<bool> {
        match self {
            Self::IsNot
            | Self::NotIcontains
            | Self::NotIcontainsMulti
            | Self::NotStartsWith
            | Self::NotEndsWith
            | Self::NotRegex
            | Self::NotBetween
            | Self::IsNotSet => Some(true),
            Self::Exact
            | Self::Icontains
            | Self::IcontainsMulti
            | Self::StartsWith
            | Self::EndsWith
            | Self::Regex
            | Self::Gt
            | Self::Gte
            | Self::Lt
            | Self::Lte
            | Self::Between
            | Self::IsSet
            | Self::IsDateExact
            | Self::IsDateBefore
            | Self::IsDateAfter
            | Self::SemverEq
            | Self::SemverNeq
            | Self::SemverGt
            | Self::SemverGte
            | Self::SemverLt
            | Self::SemverLte
            | Self::SemverTilde
            | Self::SemverCaret
            | Self::SemverWildcard => Some(false),
            Self::In | Self::NotIn | Self::FlagEvaluatesTo | Self::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Match::{self, CannotSay, No, Yes};
    use crate::{Filter, MatchingVersion, Operator, Value};

    fn filter(operator: &Operator, value: Option<&str>) -> Filter {
        let value = value.map(|json| Value::parse(json).unwrap());
        Filter::compile(operator.clone(), value.as_ref(), "key", MatchingVersion::V1)
    }

    #[test]
    fn each_operator_says_something_of_what_is_not_set() {
        let expected = [
            ("exact", r#"["pro"]"#, No),
            ("is_not", r#"["pro"]"#, Yes),
            ("icontains", r#""pro""#, No),
            ("not_icontains", r#""pro""#, Yes),
            ("icontains_multi", r#"["pro"]"#, No),
            ("not_icontains_multi", r#"["pro"]"#, Yes),
            ("starts_with", r#""pro""#, No),
            ("not_starts_with", r#""pro""#, Yes),
            ("ends_with", r#""pro""#, No),
            ("not_ends_with", r#""pro""#, Yes),
            ("regex", r#"".*""#, No),
            ("not_regex", r#"".*""#, Yes),
            ("gt", "0", No),
            ("gte", "0", No),
            ("lt", "0", No),
            ("lte", "0", No),
            ("between", "[0, 1]", No),
            ("not_between", "[0, 1]", Yes),
            ("is_set", r#""is_set""#, No),
            ("is_not_set", r#""is_not_set""#, Yes),
            ("is_date_exact", r#""2024-01-01""#, No),
            ("is_date_before", r#""2024-01-01""#, No),
            ("is_date_after", r#""2024-01-01""#, No),
            ("semver_eq", r#""1.2.3""#, No),
            ("semver_neq", r#""1.2.3""#, No),
            ("semver_gt", r#""1.2.3""#, No),
            ("semver_gte", r#""1.2.3""#, No),
            ("semver_lt", r#""1.2.3""#, No),
            ("semver_lte", r#""1.2.3""#, No),
            ("semver_tilde", r#""1.2.3""#, No),
            ("semver_caret", r#""1.2.3""#, No),
            ("semver_wildcard", r#""1.*""#, No),
            ("in", "5", CannotSay),
            ("not_in", "5", CannotSay),
            ("flag_evaluates_to", "true", CannotSay),
            ("future_op", "5", CannotSay),
        ];
        for (word, value, said) in expected {
            let operator = Operator::from_word(word);
            let filter = filter(&operator, Some(value));
            assert_eq!(filter.test_not_set(), said, "{word}");
            let turned = match said {
                Yes => No,
                No => Yes,
                CannotSay => CannotSay,
            };
            assert_eq!(filter.with_negation(true).test_not_set(), turned, "{word}, in a cohort that negates it");
        }
        let words: Vec<_> = expected.iter().map(|(word, ..)| *word).collect();
        assert!(Operator::KNOWN.iter().all(|operator| words.contains(&operator.as_str())), "an operator is missing");
    }

    #[test]
    fn a_filter_without_a_value_passes_nothing_but_that_a_property_is_not_set() {
        for operator in Operator::KNOWN {
            let expected = match operator {
                Operator::IsNotSet => Yes,
                Operator::In | Operator::NotIn | Operator::FlagEvaluatesTo => CannotSay,
                _ => No,
            };
            for value in [None, Some("null")] {
                assert_eq!(filter(operator, value).test_not_set(), expected, "{operator} {value:?}");
            }
        }
    }

    #[test]
    fn the_value_is_not_looked_at_where_there_is_nothing_to_compare_it_with() {
        let not_set = |word, value| -> Match { filter(&Operator::from_word(word), Some(value)).test_not_set() };
        assert_eq!(not_set("not_regex", r#""(""#), Yes);
        assert_eq!(not_set("not_between", "[2, 1]"), Yes);
        assert_eq!(not_set("exact", "false"), No, "what is not set is not false");
        assert_eq!(not_set("is_not", "true"), Yes);
    }
}
