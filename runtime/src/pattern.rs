//! Compiled patterns of the plan, each compiled once per process.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex_lite::Regex;

/// `None`: a pattern that the plan's compiler would not have let through; nothing is checked against it.
static COMPILED: LazyLock<RwLock<HashMap<&'static str, Option<Regex>>>> = LazyLock::new(RwLock::default);

/// Whether the pattern is found somewhere in the text.
pub(crate) fn is_match(pattern: &'static str, text: &str) -> bool {
    let found =
        COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).map(|regex| matches(regex.as_ref(), text));
    found.unwrap_or_else(|| {
        let regex = Regex::new(pattern).ok();
        let result = matches(regex.as_ref(), text);
        COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern, regex);
        result
    })
}

fn matches(regex: Option<&Regex>, text: &str) -> bool {
    regex.is_none_or(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_searched_unless_it_is_anchored() {
        assert!(is_match("[A-Z]{3}", "in EUR"));
        assert!(!is_match("^[A-Z]{3}$", "in EUR"));
        assert!(is_match("^[A-Z]{3}$", "EUR"));
    }
}
