//! Numbers and texts of the plan as Rust literals.

use std::fmt::Write as _;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ir;

/// `-12_000`, where the type is known.
pub(super) fn integer(value: i64) -> TokenStream {
    signed(value < 0, &grouped(&value.unsigned_abs().to_string()))
}

/// `-12_000_i64`, where it is not.
pub(super) fn typed_integer(value: i64) -> TokenStream {
    signed(value < 0, &format!("{}_i64", grouped(&value.unsigned_abs().to_string())))
}

/// `1_000`, for a parameter that says its type.
pub(super) fn count(value: u64) -> TokenStream {
    signed(false, &grouped(&value.to_string()))
}

/// `0.5`, and `1e300` where nobody would write the digits. The plan's numbers are finite.
pub(super) fn number(value: f64) -> TokenStream {
    let absolute = value.abs();
    let is_plain = absolute == 0.0 || (1e-6..1e16).contains(&absolute);
    let digits = if is_plain { format!("{absolute:?}") } else { format!("{absolute:e}") };
    let (mantissa, exponent) = digits.split_at(digits.find('e').unwrap_or(digits.len()));
    let mantissa = match mantissa.split_once('.') {
        // Both or none: clippy wants the two sides of the point alike.
        Some((whole, fraction)) if whole.len().max(fraction.len()) > LONGEST_PLAIN => {
            format!("{}.{}", groups(whole, whole.len() % 3), groups(fraction, 0))
        }
        _ => mantissa.to_owned(),
    };
    signed(value.is_sign_negative(), &format!("{mantissa}{exponent}"))
}

/// Digits that are read at a glance.
const LONGEST_PLAIN: usize = 4;

fn signed(is_negative: bool, digits: &str) -> TokenStream {
    let literal: Literal = digits.parse().expect("digits are a literal");
    if is_negative { quote!(-#literal) } else { quote!(#literal) }
}

/// `1000` stays as it is read; longer numbers get a line under each three digits.
fn grouped(digits: &str) -> String {
    if digits.len() > LONGEST_PLAIN { groups(digits, digits.len() % 3) } else { digits.to_owned() }
}

/// Three digits each, behind as many as `first` says.
fn groups(digits: &str, first: usize) -> String {
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == first {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

/// A value as JSON text.
#[must_use]
pub fn json(literal: &ir::Literal) -> String {
    match literal {
        ir::Literal::Null => "null".to_owned(),
        ir::Literal::Boolean(value) => value.to_string(),
        ir::Literal::Integer(value) => value.to_string(),
        ir::Literal::Number(value) => format!("{value:?}"),
        ir::Literal::Text(text) => json_text(text),
        ir::Literal::List(items) => {
            let items: Vec<_> = items.iter().map(json).collect();
            format!("[{}]", items.join(","))
        }
        ir::Literal::Map(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{}:{}", json_text(key), json(value))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn json_text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_a_person_would() {
        for (tokens, expected) in [
            (integer(0), "0"),
            (integer(-5000), "- 5000"),
            (typed_integer(i64::MIN), "- 9_223_372_036_854_775_808_i64"),
            (count(12_000), "12_000"),
            (number(1.0), "1.0"),
            (number(-0.25), "- 0.25"),
            (number(1_234_567.5), "1_234_567.5"),
            (number(1000.5), "1000.5"),
            (number(12_345.678_9), "12_345.678_9"),
            (number(1234.56789), "1_234.567_89"),
            (number(0.718_281_828), "0.718_281_828"),
            (number(1_000_000.123_456), "1_000_000.123_456"),
            (number(1e300), "1e300"),
            (number(1.234_567e300), "1.234_567e300"),
            (number(1.5e-9), "1.5e-9"),
        ] {
            assert_eq!(tokens.to_string(), expected);
        }
    }

    #[test]
    fn values_are_written_as_json() {
        let value = ir::Literal::Map(vec![
            ("a\"b".to_owned(), ir::Literal::List(vec![ir::Literal::Null, ir::Literal::Integer(-1)])),
            ("c".to_owned(), ir::Literal::Text("\\ \n \u{1}".to_owned())),
            ("d".to_owned(), ir::Literal::Number(2.0)),
        ]);
        assert_eq!(json(&value), r#"{"a\"b":[null,-1],"c":"\\ \n \u0001","d":2.0}"#);
    }
}
