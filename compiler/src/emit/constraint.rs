//! Constraints, as calls that check them and as a sentence that says them.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::code;
use super::literal;
use crate::ir::{Constraints, Literal};

/// `.at_least(1).max_length(32)`: nothing where nothing is constrained.
pub(super) fn calls(constraints: &Constraints) -> Option<TokenStream> {
    if constraints.is_empty() {
        return None;
    }
    let Constraints { min, max, min_length, max_length, pattern, min_items, max_items } = constraints;
    let at_least = min.as_ref().map(bound).map(|bound| quote!(.at_least(#bound)));
    let at_most = max.as_ref().map(bound).map(|bound| quote!(.at_most(#bound)));
    let min_length = min_length.map(literal::count).map(|length| quote!(.min_length(#length)));
    let max_length = max_length.map(literal::count).map(|length| quote!(.max_length(#length)));
    let pattern = pattern.as_ref().map(|pattern| quote!(.pattern(#pattern)));
    let min_items = min_items.map(literal::count).map(|items| quote!(.min_items(#items)));
    let max_items = max_items.map(literal::count).map(|items| quote!(.max_items(#items)));
    Some(quote!(#at_least #at_most #min_length #max_length #pattern #min_items #max_items))
}

/// `1` or `1.0`: only one of the two types of a bound fits it.
pub(super) fn bound(bound: &Literal) -> TokenStream {
    match bound {
        Literal::Integer(value) => literal::integer(*value),
        Literal::Number(value) => literal::number(*value),
        _ => unreachable!("a bound is a number"),
    }
}

/// `At least 1, at most 9.`
pub(super) fn sentence(constraints: &Constraints) -> Option<String> {
    let Constraints { min, max, min_length, max_length, pattern, min_items, max_items } = constraints;
    let parts = [
        min.as_ref().map(|min| format!("at least {}", number(min))),
        max.as_ref().map(|max| format!("at most {}", number(max))),
        min_length.map(|length| format!("at least {}", counted(length, "character"))),
        max_length.map(|length| format!("at most {}", counted(length, "character"))),
        pattern.as_ref().map(|pattern| format!("matching {}", code(pattern))),
        min_items.map(|items| format!("at least {}", counted(items, "item"))),
        max_items.map(|items| format!("at most {}", counted(items, "item"))),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let sentence = parts.join(", ");
    let (first, rest) = sentence.split_at_checked(1)?;
    Some(format!("{}{rest}.", first.to_uppercase()))
}

fn number(literal: &Literal) -> String {
    match literal {
        Literal::Integer(value) => value.to_string(),
        Literal::Number(value) => value.to_string(),
        _ => unreachable!("a bound is a number"),
    }
}

fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_said_in_words() {
        let constraints = Constraints {
            min: Some(Literal::Integer(1)),
            max: Some(Literal::Number(2.5)),
            max_items: Some(1),
            ..Constraints::default()
        };
        assert_eq!(sentence(&constraints).as_deref(), Some("At least 1, at most 2.5, at most 1 item."));
        assert_eq!(sentence(&Constraints::default()), None);
    }

    #[test]
    fn constraints_are_checked_by_calls() {
        let constraints = Constraints {
            min: Some(Literal::Integer(-1000)),
            max: Some(Literal::Number(2.0)),
            pattern: Some("^[A-Z]".to_owned()),
            ..Constraints::default()
        };
        let expected = quote!(.at_least(-1000).at_most(2.0).pattern("^[A-Z]"));
        assert_eq!(calls(&constraints).map(|calls| calls.to_string()), Some(expected.to_string()));
    }
}
