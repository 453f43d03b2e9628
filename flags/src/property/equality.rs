use super::text::{compare, compare_ascii, fold};
use super::{MatchingVersion, Value};

/// `exact`: the value is this one, or one of these.
///
/// Values are compared as texts in lower case; which letters have a lower case is Unicode's matter.
#[derive(Debug, Clone)]
pub(super) enum Equality {
    /// The value is as true as the filter is: a list of truths holds all of them.
    Truth(bool),
    /// The folded texts, in their order.
    Texts(Box<[Box<str>]>),
}

impl Equality {
    pub(super) fn new(filter: &Value<'_>, matching: MatchingVersion) -> Self {
        let members = filter.members();
        // A list without members is made of truths alone, whatever the version.
        let compares_truth = match matching {
            MatchingVersion::V1 => is_truth_value(filter),
            MatchingVersion::V2 => members.as_ref().is_some_and(Vec::is_empty),
        };
        if compares_truth {
            return Self::Truth(is_true(filter));
        }
        let mut texts: Vec<Box<str>> = match &members {
            Some(members) => members.iter().map(|member| member.with_text(fold)).collect(),
            None => vec![filter.with_text(fold)],
        };
        texts.sort_unstable_by(|one, two| compare(one, two));
        texts.dedup();
        Self::Texts(texts.into())
    }

    /// The truth that is asked for, where truth is what counts.
    pub(super) const fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Texts(_) => None,
        }
    }

    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Truth(truth) => is_true(value) == *truth,
            Self::Texts(texts) => value.with_text(|value| contains(texts, value)),
        }
    }
}

fn contains(texts: &[Box<str>], value: &str) -> bool {
    if value.is_ascii() {
        return texts.binary_search_by(|text| compare_ascii(text, value)).is_ok();
    }
    let value = value.to_lowercase();
    texts.binary_search_by(|text| compare(text, &value)).is_ok()
}

/// Whether the value stands for a truth: `true`, `"False"`, or a list of nothing else.
fn is_truth_value(value: &Value<'_>) -> bool {
    match value {
        Value::Boolean(_) => true,
        Value::Text(text) => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        Value::Json(_) => value.members().is_some_and(|members| members.iter().all(is_truth_value)),
        Value::Null | Value::Number(_) => false,
    }
}

fn is_true(value: &Value<'_>) -> bool {
    match value {
        Value::Boolean(boolean) => *boolean,
        Value::Text(text) => text.eq_ignore_ascii_case("true"),
        Value::Json(_) => value.members().is_some_and(|members| members.iter().all(is_true)),
        Value::Null | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(filter: &str, value: &str, matching: MatchingVersion) -> bool {
        Equality::new(&Value::parse(filter).unwrap(), matching).holds(&Value::parse(value).unwrap())
    }

    #[test]
    fn values_are_compared_as_texts_in_lower_case() {
        for (filter, value, expected) in [
            (r#""Pro""#, r#""pRO""#, true),
            (r#""pro""#, r#""pro ""#, false),
            (r#"["free", "Pro"]"#, r#""PRO""#, true),
            (r#"["free", "Pro"]"#, r#""""#, false),
            (r#"["", "a"]"#, r#""""#, true),
            ("10", "10", true),
            ("10", "10.0", false),
            ("10", r#""10""#, true),
            ("1e+21", "1e+21", true),
            ("1e+21", "1e21", false),
            ("1E3", r#""1e3""#, true),
            ("null", r#""null""#, true),
            ("null", "null", true),
            ("[null]", "null", true),
            (r#""[1,2]""#, "[1, 2]", true),
            ("[1, 2]", "[1, 2]", false),
            ("[[1, 2]]", "[1,2]", true),
            (r#""ÄÖ""#, r#""äö""#, true),
            (r#""K""#, "\"\u{212a}\"", true),
            (r#""straße""#, r#""STRASSE""#, false),
            (r#""ὈΔΥΣΣΕΎΣ""#, r#""ὀδυσσεύς""#, true),
            (r#""ΟΣ""#, r#""οσ""#, false),
            (r#"{"a": 1}"#, r#"{ "A" : 1 }"#, true),
        ] {
            for matching in [MatchingVersion::V1, MatchingVersion::V2] {
                assert_eq!(holds(filter, value, matching), expected, "{filter} {value} {matching:?}");
            }
        }
    }

    #[test]
    fn truths_are_compared_as_such_in_version_1_alone() {
        for (filter, value, first, second) in [
            ("true", "true", true, true),
            ("true", r#""TRUE""#, true, true),
            ("true", "1", false, false),
            ("false", "false", true, true),
            ("false", r#""banana""#, true, false),
            ("false", "0", true, false),
            ("false", "null", true, false),
            (r#""False""#, "null", true, false),
            ("[true, false]", "true", false, true),
            ("[true, false]", "0", true, false),
            (r#"["true"]"#, r#"["true", true]"#, true, false),
            (r#"["true"]"#, "[]", true, false),
            (r#"["true"]"#, "[0]", false, false),
            (r#"["false", "yes"]"#, "0", false, false),
            ("[]", "true", true, true),
            ("[]", r#""x""#, false, false),
            ("[]", "[]", true, true),
            ("[[]]", "[]", true, true),
        ] {
            assert_eq!(holds(filter, value, MatchingVersion::V1), first, "{filter} {value}, version 1");
            assert_eq!(holds(filter, value, MatchingVersion::V2), second, "{filter} {value}, version 2");
        }
    }

    #[test]
    fn a_long_list_is_found_in_whatever_its_order() {
        let list: Vec<String> = (0..1_000).rev().map(|number| format!("User-{number}@Example.com")).collect();
        let list = serde_json::Value::from(list);
        let equality = Equality::new(&Value::from(&list), MatchingVersion::V2);
        for number in 0..1_000 {
            assert!(equality.holds(&Value::from(format!("uSER-{number}@example.com"))));
        }
        assert!(!equality.holds(&Value::from("user-1000@example.com")));
    }
}
