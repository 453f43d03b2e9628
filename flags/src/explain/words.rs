//! What a filter asks, and values, in plain words.

use std::fmt::Write as _;

use serde_json::value::RawValue;

use crate::{Filter, Operator, Value};

/// Longer values are cut off: a person reads them.
const LONGEST: usize = 120;

/// As many members of a list are named.
const MEMBERS: usize = 12;

/// What a filter asks: `plan is one of "pro", "team"`.
pub(super) fn question(filter: &Filter) -> String {
    let (name, operator) = (name(filter.key()), filter.operator());
    let verb = verb(operator);
    let asked = match (operator, filter.value()) {
        (Operator::IsSet | Operator::IsNotSet, _) => format!("{name} {verb}"),
        _ if filter.truth() == Some(true) => format!("{name} is true"),
        _ if filter.truth() == Some(false) => format!("{name} is anything but true"),
        (Operator::Other(word), _) => format!("{name} is compared by {}, which is not known here", quoted(word)),
        (_, None) => format!("{name} {verb} a value that the definition does not name"),
        (Operator::Between | Operator::NotBetween, Some(value)) => {
            let limits = members(value).map_or_else(|| said(value), |members| members.join(" and "));
            format!("{name} {verb} {limits}")
        }
        (_, Some(value)) => match verb_of_list(operator).zip(members(value)) {
            Some((verb, members)) => format!("{name} {verb} {}", members.join(", ")),
            None => format!("{name} {verb} {}{}", said(value), explained(operator, value)),
        },
    };
    if filter.is_negated() { format!("not: {asked}") } else { asked }
}

/// How an operator is spoken.
fn verb(operator: &Operator) -> &'static str {
    match operator {
        Operator::Exact | Operator::Other(_) => "is",
        Operator::IsNot => "is not",
        Operator::Icontains | Operator::IcontainsMulti => "contains",
        Operator::NotIcontains | Operator::NotIcontainsMulti => "does not contain",
        Operator::StartsWith => "starts with",
        Operator::NotStartsWith => "does not start with",
        Operator::EndsWith => "ends with",
        Operator::NotEndsWith => "does not end with",
        Operator::Regex => "fits the pattern",
        Operator::NotRegex => "does not fit the pattern",
        Operator::Gt => "is greater than",
        Operator::Gte => "is at least",
        Operator::Lt => "is less than",
        Operator::Lte => "is at most",
        Operator::Between => "is between",
        Operator::NotBetween => "is not between",
        Operator::IsSet => "is set",
        Operator::IsNotSet => "is not set",
        Operator::IsDateExact => "is the date",
        Operator::IsDateBefore => "is a date before",
        Operator::IsDateAfter => "is a date after",
        Operator::SemverEq
        | Operator::SemverGte
        | Operator::SemverLte
        | Operator::SemverTilde
        | Operator::SemverCaret => "is version",
        Operator::SemverNeq => "is another version than",
        Operator::SemverGt => "is a version after",
        Operator::SemverLt => "is a version before",
        Operator::SemverWildcard => "is a version like",
        Operator::In => "is in",
        Operator::NotIn => "is not in",
        Operator::FlagEvaluatesTo => "gives",
    }
}

/// How an operator is spoken that takes the members of a list one by one.
fn verb_of_list(operator: &Operator) -> Option<&'static str> {
    match operator {
        Operator::Exact => Some("is one of"),
        Operator::IsNot => Some("is none of"),
        Operator::IcontainsMulti => Some("contains one of"),
        Operator::NotIcontainsMulti => Some("contains none of"),
        _ => None,
    }
}

/// What the value of an operator means, where that is not plain.
fn explained(operator: &Operator, value: &Value<'_>) -> String {
    match operator {
        Operator::SemverGte => " or a later one".to_owned(),
        Operator::SemverLte => " or an earlier one".to_owned(),
        Operator::SemverTilde => " or a later one of the same minor version".to_owned(),
        Operator::SemverCaret => " or a later one that is compatible with it".to_owned(),
        Operator::IsDateExact | Operator::IsDateBefore | Operator::IsDateAfter => {
            value.as_text().and_then(ago).map_or_else(String::new, |ago| format!(" ({ago})"))
        }
        _ => String::new(),
    }
}

/// `-7d`: 7 days ago.
fn ago(relative: &str) -> Option<String> {
    let relative = relative.strip_prefix('-').unwrap_or(relative);
    let (number, unit) = relative.split_at_checked(relative.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    let unit = match unit {
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "m" => "month",
        "y" => "year",
        _ => return None,
    };
    Some(format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" }))
}

/// The members of a list, each as it is spoken of; `None` of what is no list, or an empty one.
fn members(value: &Value<'_>) -> Option<Vec<String>> {
    let Value::Json(json) = value else { return None };
    let members: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let mut said: Vec<_> = members.iter().take(MEMBERS).map(|member| member_said(member)).collect();
    if members.len() > MEMBERS {
        said.push(format!("and {} more", members.len() - MEMBERS));
    }
    (!said.is_empty()).then_some(said)
}

fn member_said(member: &RawValue) -> String {
    Value::parse(member.get()).map_or_else(|| "a value that cannot be read".to_owned(), |value| said(&value))
}

/// A value as it is spoken of: a text in quotes, everything else as its JSON.
pub(super) fn said(value: &Value<'_>) -> String {
    match value {
        Value::Null => "nothing (null)".to_owned(),
        Value::Text(text) => quoted(text),
        Value::Json(json) => cut(json),
        Value::Boolean(_) | Value::Number(_) => value.to_string(),
    }
}

/// A name where it stands in a sentence: as it is where it is one word, else in quotes.
pub(super) fn name(name: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "_-.$/@:+".contains(character);
    if !name.is_empty() && name.len() <= LONGEST && name.chars().all(is_plain) { name.to_owned() } else { quoted(name) }
}

/// A text in quotes, with nothing in it that would move a cursor or turn the direction of writing.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(text))
}

pub(super) fn cut(text: &str) -> String {
    let mut said = String::new();
    for character in text.chars().take(LONGEST) {
        if character.is_control() || is_invisible(character) {
            let _ = write!(said, "{}", character.escape_unicode());
        } else {
            said.push(character);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        said.push('…');
    }
    said
}

/// Marks that turn the direction of writing, or take no room.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A share from 0 to 1 as percent: `33.3 %`.
pub(super) fn share(share: f64) -> String {
    format!("{} %", trimmed(share))
}

/// A number from 0 to 1 as percent, with as many digits as it takes to see on which side of the limit it is.
pub(super) fn number(number: f64, limit: f64, within: bool) -> String {
    let exact = number * 100.0;
    let limit: f64 = trimmed(limit).parse().unwrap_or(limit);
    let is_seen = |text: &String| text.parse::<f64>().is_ok_and(|seen| (seen <= limit) == within);
    let text = (4..=14).map(|digits| format!("{exact:.digits$}")).find(is_seen);
    text.unwrap_or_else(|| exact.to_string()) + " %"
}

fn trimmed(share: f64) -> String {
    let text = format!("{:.10}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MatchingVersion;

    #[test]
    fn each_operator_is_a_plain_question() {
        for (operator, value, expected) in [
            ("exact", r#""pro""#, r#"plan is "pro""#),
            ("exact", r#"["pro", 5, null]"#, r#"plan is one of "pro", 5, nothing (null)"#),
            ("gt", "[1]", "plan is greater than [1]"),
            ("exact", "[]", "plan is true"),
            ("exact", "false", "plan is anything but true"),
            ("exact", r#"{"a":1}"#, r#"plan is {"a":1}"#),
            ("is_not", "true", "plan is anything but true"),
            ("is_not", "0", "plan is not 0"),
            ("is_not", r#"["a"]"#, r#"plan is none of "a""#),
            ("icontains", r#""@x""#, r#"plan contains "@x""#),
            ("icontains_multi", r#"["a","b"]"#, r#"plan contains one of "a", "b""#),
            ("not_starts_with", r#""a""#, r#"plan does not start with "a""#),
            ("regex", r#""^a\\d""#, r#"plan fits the pattern "^a\d""#),
            ("gt", "18", "plan is greater than 18"),
            ("between", "[1, 5]", "plan is between 1 and 5"),
            ("is_set", "null", "plan is set"),
            ("is_not_set", "null", "plan is not set"),
            ("is_date_after", r#""-1w""#, r#"plan is a date after "-1w" (1 week ago)"#),
            ("is_date_before", r#""2024-01-01""#, r#"plan is a date before "2024-01-01""#),
            ("semver_tilde", r#""1.2""#, r#"plan is version "1.2" or a later one of the same minor version"#),
            ("later_op", "5", r#"plan is compared by "later_op", which is not known here"#),
        ] {
            let value = Value::parse(value).expect("it is JSON");
            let filter =
                Filter::compile(Operator::from_word(operator), Some(&value), "plan", MatchingVersion::default());
            assert_eq!(question(&filter), expected);
            assert_eq!(question(&filter.with_negation(true)), format!("not: {expected}"));
        }
        let none = Filter::compile(Operator::Exact, None, "a b", MatchingVersion::default());
        assert_eq!(question(&none), r#""a b" is a value that the definition does not name"#);
    }

    #[test]
    fn what_is_odd_is_shown_and_does_no_harm() {
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(quoted("a\u{1b}[2J\n\u{202e}"), r#""a\u{1b}[2J\u{a}\u{202e}""#);
        assert_eq!(quoted(&long), format!("\"{}…\"", "x".repeat(LONGEST)));
        assert_eq!([name("a-b_c.d"), name(""), name("a b"), name("ü$")], ["a-b_c.d", "\"\"", "\"a b\"", "ü$"]);
        let many = format!("[{}]", vec!["1"; 20].join(","));
        let many = members(&Value::parse(&many).unwrap()).unwrap();
        assert_eq!((many.len(), many[12].as_str()), (13, "and 8 more"));
        for odd in ["", "d", "-", "-d", "é", "-1é", "-99999999999d", "7x"] {
            assert_eq!(ago(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_number_is_seen_on_its_side_of_the_limit() {
        for (hash, limit, expected, of) in [
            (0.120_733_9, 0.333, "12.0734 %", "33.3 %"),
            (0.333, 0.333, "33.3000 %", "33.3 %"),
            (0.333_000_001, 0.333, "33.3000001 %", "33.3 %"),
            (0.0, 0.0, "0.0000 %", "0 %"),
            (1.0, 1.0, "100.0000 %", "100 %"),
            (0.999_999_999, 0.999_99, "100.0000 %", "99.999 %"),
        ] {
            assert_eq!((number(hash, limit, hash <= limit), share(limit)), (expected.to_owned(), of.to_owned()));
        }
    }
}
