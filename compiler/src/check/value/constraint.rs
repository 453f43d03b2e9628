//! Whether a value keeps its constraints.

use regex_lite::Regex;

use crate::ast::{Constraints, Number};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::source::Span;

/// Whether a value keeps its constraints; one that it breaks is told.
pub(super) fn keeps(literal: &Literal, constraints: &Constraints, span: Span, diagnostics: &mut Diagnostics) -> bool {
    if constraints.is_empty() {
        return true;
    }
    let broken = match literal {
        Literal::Integer(_) | Literal::Number(_) => number_breaks(literal, constraints),
        Literal::Text(text) => text_breaks(text, constraints),
        Literal::List(items) => items_break(items.len(), constraints),
        Literal::Map(fields) => items_break(fields.len(), constraints),
        Literal::Null | Literal::Boolean(_) => None,
    };
    let Some((rule, place)) = broken else { return true };
    diagnostics.error(Code::ConstraintBroken, span, format!("this value breaks {rule}")).also(place, "declared here");
    false
}

fn number_breaks(literal: &Literal, constraints: &Constraints) -> Option<(String, Span)> {
    let value = match literal {
        Literal::Integer(integer) => Number::Integer(*integer),
        Literal::Number(number) => Number::Number(*number),
        _ => return None,
    };
    let min = constraints.min.as_ref().filter(|min| min.value.is_above(value));
    let max = constraints.max.as_ref().filter(|max| value.is_above(max.value));
    min.map(|min| (format!("`min: {}`", min.value), min.key))
        .or_else(|| max.map(|max| (format!("`max: {}`", max.value), max.key)))
}

fn text_breaks(text: &str, constraints: &Constraints) -> Option<(String, Span)> {
    let length = text.chars().count() as u64;
    if let Some(min) = constraints.min_length.as_ref().filter(|min| length < min.value) {
        return Some((format!("`min_length: {}`", min.value), min.key));
    }
    if let Some(max) = constraints.max_length.as_ref().filter(|max| length > max.value) {
        return Some((format!("`max_length: {}`", max.value), max.key));
    }
    let pattern = constraints.pattern.as_ref()?;
    let matches = Regex::new(&pattern.value).map_or(true, |regex| regex.is_match(text));
    (!matches).then(|| (format!("`pattern: {}`", pattern.value), pattern.key))
}

fn items_break(items: usize, constraints: &Constraints) -> Option<(String, Span)> {
    let items = items as u64;
    let min = constraints.min_items.as_ref().filter(|min| items < min.value);
    let max = constraints.max_items.as_ref().filter(|max| items > max.value);
    min.map(|min| (format!("`min_items: {}`", min.value), min.key))
        .or_else(|| max.map(|max| (format!("`max_items: {}`", max.value), max.key)))
}
