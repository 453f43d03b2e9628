//! Constraints: whether their type has them, and whether a value can keep them.

use regex_lite::Regex;

use crate::ast::index::Index;
use crate::ast::{Constraints, Keyed, Number, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Scalar;
use crate::source::Span;

/// Everything that the constraints beside a type have to be.
pub(super) fn all(ty: &TypeExpression, constraints: &Constraints, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    if constraints.is_empty() {
        return;
    }
    fit(ty, constraints, index, diagnostics);
    let mut every = vec![constraints];
    every.extend(index.aliases(ty).map(|declaration| &declaration.constraints));
    let number = |bound: &Option<Keyed<Number>>| bound.as_ref().map(|bound| Bound::of(bound, bound.value));
    let count =
        |bound: &Option<Keyed<u64>>| bound.as_ref().map(|bound| Bound::of(bound, Number::of_count(bound.value)));
    let mut bounds = [Vec::new(), Vec::new(), Vec::new()];
    for it in every {
        bounds[0].push((number(&it.min), number(&it.max)));
        bounds[1].push((count(&it.min_length), count(&it.max_length)));
        bounds[2].push((count(&it.min_items), count(&it.max_items)));
    }
    for (bounds, what) in bounds.iter().zip(["", "_length", "_items"]) {
        if let Some((wrong, other)) = contradiction(bounds) {
            diagnostics
                .error(Code::ConstraintContradiction, wrong.span, format!("`min{what}` is above `max{what}`"))
                .also(other.span, "the other bound")
                .help("no value keeps both".to_owned());
        }
    }
    pattern(constraints, diagnostics);
}

/// Which constraints a type has.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Integer,
    Number,
    Text,
    Items,
    None,
}

fn fit(ty: &TypeExpression, constraints: &Constraints, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(resolved) = index.resolve(ty) else { return };
    let (kind, called) = match &resolved.shape {
        Shape::Broken | Shape::Named(_) => return,
        Shape::Scalar(Scalar::Integer) => (Kind::Integer, "an integer"),
        Shape::Scalar(Scalar::Number) => (Kind::Number, "a number"),
        Shape::Scalar(Scalar::String) => (Kind::Text, "text"),
        Shape::List(_) => (Kind::Items, "a list"),
        Shape::Map { .. } => (Kind::Items, "a map"),
        Shape::Scalar(Scalar::Boolean) => (Kind::None, "a boolean"),
        Shape::Scalar(Scalar::Datetime) => (Kind::None, "a point in time"),
        Shape::Scalar(Scalar::Json) => (Kind::None, "any JSON"),
        Shape::Enum(_) | Shape::Subset { .. } => (Kind::None, "an enum"),
        Shape::Object(_) => (Kind::None, "an object"),
        Shape::Const { .. } => (Kind::None, "a constant"),
    };
    for (key, span, wanted) in keys(constraints) {
        let fits = match wanted {
            Kind::Number => matches!(kind, Kind::Integer | Kind::Number),
            other => other == kind,
        };
        if !fits {
            let help = match kind {
                Kind::Integer | Kind::Number => "it has `min` and `max`",
                Kind::Text => "it has `min_length`, `max_length` and `pattern`",
                Kind::Items => "it has `min_items` and `max_items`",
                Kind::None => "it has no constraints",
            };
            diagnostics
                .error(Code::ConstraintMismatch, span, format!("`{key}` does not constrain {called}"))
                .help(help.to_owned());
        }
    }
    if kind == Kind::Integer {
        for bound in [&constraints.min, &constraints.max].into_iter().flatten() {
            if let Number::Number(number) = bound.value {
                let message = if number.fract() == 0.0 && number.abs() < 2_f64.powi(63) {
                    "the bound of an integer is written without a fraction or an exponent".to_owned()
                } else if number.abs() < 2_f64.powi(63) {
                    format!("the bound of an integer is an integer, not {number}")
                } else {
                    "the bound of an integer is an integer of 64 bits".to_owned()
                };
                let whole =
                    (number.fract() == 0.0 && number.abs() < 2_f64.powi(53)).then(|| format!("write `{number}`"));
                diagnostics.error(Code::ValueMismatch, bound.span, message).help(whole);
            }
        }
    }
}

fn keys(constraints: &Constraints) -> impl Iterator<Item = (&'static str, Span, Kind)> {
    let Constraints { min, max, min_length, max_length, pattern, min_items, max_items } = constraints;
    let keys = [
        ("min", min.as_ref().map(|min| min.key), Kind::Number),
        ("max", max.as_ref().map(|max| max.key), Kind::Number),
        ("min_length", min_length.as_ref().map(|length| length.key), Kind::Text),
        ("max_length", max_length.as_ref().map(|length| length.key), Kind::Text),
        ("pattern", pattern.as_ref().map(|pattern| pattern.key), Kind::Text),
        ("min_items", min_items.as_ref().map(|items| items.key), Kind::Items),
        ("max_items", max_items.as_ref().map(|items| items.key), Kind::Items),
    ];
    keys.into_iter().filter_map(|(key, span, kind)| Some((key, span?, kind)))
}

/// A minimum or a maximum.
#[derive(Clone, Copy)]
struct Bound {
    key: Span,
    span: Span,
    value: Number,
}

impl Bound {
    fn of<T>(written: &Keyed<T>, value: Number) -> Self {
        Self { key: written.key, span: written.span, value }
    }
}

/// A minimum that is above a maximum, be they written here, where the first pair stands, or on a type that is named
/// here: the wrong one and the other. What is written on a type alone is told there.
fn contradiction(bounds: &[(Option<Bound>, Option<Bound>)]) -> Option<(Bound, Bound)> {
    let (own_min, own_max) = *bounds.first()?;
    let mut pairs = Vec::new();
    for (_, max) in bounds {
        pairs.push((own_min, *max));
    }
    for (min, _) in &bounds[1..] {
        pairs.push((*min, own_max));
    }
    for pair in pairs {
        let (Some(min), Some(max)) = pair else { continue };
        if !min.value.is_above(max.value) {
            continue;
        }
        let is_own = |bound: Bound| [own_min, own_max].iter().flatten().any(|own| own.key == bound.key);
        return Some(match (is_own(min), is_own(max)) {
            (true, true) if min.key > max.key => (min, max),
            (true, false) => (min, max),
            _ => (max, min),
        });
    }
    None
}

fn pattern(constraints: &Constraints, diagnostics: &mut Diagnostics) {
    let Some(pattern) = &constraints.pattern else { return };
    if let Err(error) = Regex::new(&pattern.value) {
        let error = error.to_string();
        diagnostics
            .error(Code::InvalidPattern, pattern.span, "this pattern cannot be read".to_owned())
            .help(format!("{} (the syntax is that of the crate regex-lite)", error.trim_end_matches('.')));
    }
}
