use super::text::{compare_folded, fold};
use super::{MatchingVersion, Value};

/// `exact`: the value is this one, or one of these.
///
/// Values are compared as texts in lower case; which letters have a lower case is Unicode's matter.
#[derive(Debug, Clone)]
pub(super) enum Equality {
    /// The value is as true as the filter is: a list of truths holds all of them.
    Truth(bool),
    /// The folded texts, sorted.
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
        texts.sort_unstable();
        texts.dedup();
        Self::Texts(texts.into())
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
        return texts.binary_search_by(|text| compare_folded(text, value)).is_ok();
    }
    let value = value.to_lowercase();
    texts.binary_search_by(|text| text.as_ref().cmp(&value)).is_ok()
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
