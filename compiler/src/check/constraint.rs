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
    let Constraints { min, max, min_length, max_length, min_items, max_items, .. } = constraints;
    bounds(min.as_ref(), max.as_ref(), ("min", "max"), Number::as_f64, diagnostics);
    let length = |length: u64| length;
    bounds(min_length.as_ref(), max_length.as_ref(), ("min_length", "max_length"), length, diagnostics);
    bounds(min_items.as_ref(), max_items.as_ref(), ("min_items", "max_items"), length, diagnostics);
    pattern(constraints, diagnostics);
}

/// A list or map is looked at as a whole when an event is written, so that what it holds is checked where
/// it is built; a list in a list is built by nobody.
pub(super) fn elements(ty: &TypeExpression, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let (Shape::List(element) | Shape::Map { values: element, .. }) = &ty.shape else { return };
    let Some(resolved) = index.resolve(&element.ty) else { return };
    if !matches!(resolved.shape, Shape::List(_) | Shape::Map { .. }) {
        return;
    }
    let own = keys(&element.constraints).map(|(key, span, kind)| (key, span, kind, None));
    let inherited = index.aliases(&element.ty).flat_map(|declaration| {
        keys(&declaration.constraints).map(|(key, _, kind)| (key, element.ty.span, kind, Some(declaration.name.span)))
    });
    for (key, span, kind, declared) in own.chain(inherited) {
        if kind == Kind::Items {
            let message = format!("`{key}` of a list in a list or map is not supported by this version of taxogen");
            let told = diagnostics.error(Code::NotYet, span, message).help(format!("remove `{key}` for now"));
            if let Some(declared) = declared {
                told.also(declared, "declared here");
            }
        }
    }
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
    let mut told = false;
    for (key, span, wanted) in keys(constraints) {
        let fits = match wanted {
            Kind::Number => matches!(kind, Kind::Integer | Kind::Number),
            other => other == kind,
        };
        if !fits {
            told = true;
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
                let message = if number.abs() < 2_f64.powi(63) {
                    format!("the bound of an integer is an integer, not {number}")
                } else {
                    "the bound of an integer is an integer of 64 bits".to_owned()
                };
                diagnostics.error(Code::ValueMismatch, bound.span, message);
            }
        }
    }
    if !told && kind != Kind::Items {
        own_constraints(ty, constraints, index, diagnostics);
    }
}

/// A declared scalar with constraints checks itself where it is built; others beside it are not told apart.
fn own_constraints(ty: &TypeExpression, constraints: &Constraints, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    for declaration in index.aliases(ty) {
        if !declaration.constraints.is_empty() {
            let Some((key, span, _)) = keys(constraints).next() else { return };
            let name = &declaration.name.value;
            diagnostics
                .error(
                    Code::ConstraintMismatch,
                    span,
                    format!("`{key}` stands beside `{name}`, which has constraints of its own"),
                )
                .also(declaration.name.span, "declared here")
                .help("write all of them on the type, or declare another one".to_owned());
            return;
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

/// A minimum is not above its maximum.
fn bounds<T: Copy, O: PartialOrd>(
    min: Option<&Keyed<T>>,
    max: Option<&Keyed<T>>,
    (min_name, max_name): (&str, &str),
    order: impl Fn(T) -> O,
    diagnostics: &mut Diagnostics,
) {
    let (Some(min), Some(max)) = (min, max) else { return };
    if order(min.value) > order(max.value) {
        let (later, first) = if min.key > max.key { (min, max) } else { (max, min) };
        diagnostics
            .error(Code::ConstraintContradiction, later.span, format!("`{min_name}` is above `{max_name}`"))
            .also(first.span, "the other bound")
            .help("no value keeps both".to_owned());
    }
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
