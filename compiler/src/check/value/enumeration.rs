//! Values of enums.

use super::scalar::mismatch;
use super::{quoted, source_text};
use crate::ast::EnumShape;
use crate::ast::scalar::{Core, core};
use crate::check::reference::nearest;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::list;
use crate::yaml::{Node, NodeKind};

/// A value of an enum.
pub(super) fn value(node: &Node, shape: &EnumShape, diagnostics: &mut Diagnostics) -> Option<Literal> {
    let integers = is_integers(shape);
    let Some(literal) = literal_as(node, integers) else {
        mismatch(node, if integers { "an integer" } else { "text" }, diagnostics);
        return None;
    };
    let declared = shape.values.iter().any(|value| match &literal {
        Literal::Text(text) => source_text(&value.value) == text,
        literal => literal_as(&value.value, integers).as_ref() == Some(literal),
    });
    // An enum without values was told.
    if declared || shape.open || !shape.complete || shape.values.is_empty() {
        return Some(literal);
    }
    let values: Vec<_> = list::map(&shape.values, |value| source_text(&value.value));
    let text = source_text(node);
    let message = format!("`{text}` is not a value of this enum");
    let similar = nearest(text, values.iter().copied(), diagnostics);
    let help = match similar {
        Some(similar) => format!("a value with a similar name exists: `{similar}`"),
        None => format!("its values are {}", quoted(values.into_iter())),
    };
    diagnostics.error(Code::ValueMismatch, node.span, message).help(help);
    None
}

/// A value of a part of an enum.
pub(super) fn part(node: &Node, only: &[Node], whole: &EnumShape, diagnostics: &mut Diagnostics) -> Option<Literal> {
    let literal = value(node, whole, diagnostics)?;
    let integers = is_integers(whole);
    let parts: Vec<_> = list::filter_map(only, |node| literal_as(node, integers));
    if parts.contains(&literal) {
        return Some(literal);
    }
    let message = format!("`{}` is not one of the values of `only`", source_text(node));
    diagnostics.error(Code::ValueMismatch, node.span, message).help(one_of(parts.iter()));
    None
}

/// The literal of one of an enum's values; `None` where it has no such value.
pub(crate) fn literal_of(node: &Node, shape: &EnumShape) -> Option<Literal> {
    literal_as(node, is_integers(shape))
}

/// The same where it is known whether the enum is one of integers, which looks at each of its values.
pub(crate) fn literal_as(node: &Node, integers: bool) -> Option<Literal> {
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    let literal = if integers {
        match core(scalar) {
            Core::Integer(integer) => Literal::Integer(integer),
            _ => return None,
        }
    } else {
        Literal::Text(scalar.text.to_string())
    };
    Some(literal)
}

/// Whether an enum is one of integers: every value is one.
pub(crate) fn is_integers(shape: &EnumShape) -> bool {
    !shape.values.is_empty() && shape.values.iter().all(|value| is_integer(&value.value))
}

/// Whether an enum value is an integer: one that says the same when it is written anew. `012` is text.
pub(crate) fn is_integer(node: &Node) -> bool {
    let NodeKind::Scalar(scalar) = &node.kind else { return false };
    match core(scalar) {
        Core::Integer(integer) => integer.to_string() == scalar.text,
        Core::Overflow => true,
        _ => false,
    }
}

fn one_of<'l>(literals: impl Iterator<Item = &'l Literal>) -> String {
    let texts: Vec<_> = literals
        .map(|literal| match literal {
            Literal::Text(text) => text.clone(),
            Literal::Integer(integer) => integer.to_string(),
            _ => String::new(),
        })
        .collect();
    format!("its values are {}", quoted(texts.iter().map(String::as_str)))
}
