//! The values of an enum, and parts of one.

use super::fields::{Fields, shape};
use super::meta::meta;
use crate::ast::scalar::is_null;
use crate::ast::{EnumShape, EnumValue, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::sparse::Sparse;
use crate::suggest;
use crate::yaml::{Entry, Key, Node, NodeKind};

/// The values behind `enum`.
pub(super) fn enumeration(entry: &Entry, open: bool, diagnostics: &mut Diagnostics) -> Shape {
    let NodeKind::Sequence(nodes) = &entry.value.kind else {
        let message = format!("`enum` is a list of values, not {}", shape(&entry.value));
        let span = if is_null(&entry.value) { entry.key.span } else { entry.value.span };
        diagnostics.error(Code::WrongShape, span, message).help("write `enum: [a, b]`".to_owned());
        return Shape::Broken;
    };
    let values: Vec<_> = list::filter_map(nodes, |node| enum_value(node, diagnostics));
    let complete = values.len() == nodes.len();
    Shape::Enum(EnumShape { values, open, complete })
}

fn enum_value(node: &Node, diagnostics: &mut Diagnostics) -> Option<EnumValue> {
    if let NodeKind::Scalar(_) = &node.kind {
        return Some(EnumValue { value: node.to_value(), meta: Sparse::default() });
    }
    if let Some(habit) = value_as_key(node) {
        let message = format!("`{}` stands as a key, and a value of an enum does not", habit.text);
        let help = format!("write `{{ value: {}, description: .. }}`, or the value alone", habit.text);
        diagnostics.error(Code::Habit, habit.span, message).help(help);
        return None;
    }
    let mut fields = Fields::of(node, "an enum value in its long form", diagnostics)?;
    let value = fields.require("value", "this enum value", node.span, "write `value: ..`");
    let meta = meta(&mut fields, diagnostics);
    fields.finish(diagnostics);
    let value = value?;
    if let NodeKind::Scalar(_) = &value.value.kind {
        return Some(EnumValue { value: value.value.to_value(), meta: meta.into() });
    }
    let message = format!("an enum value is text or an integer, not {}", shape(&value.value));
    diagnostics.error(Code::WrongShape, value.value.span, message);
    None
}

/// The key of `free: The free plan.`, as other languages write a value and what it means.
fn value_as_key<'n>(node: &'n Node<'n>) -> Option<&'n Key<'n>> {
    const KEYS: [&str; 8] = ["value", "description", "owner", "deprecated", "tags", "links", "expires", "code_name"];
    let NodeKind::Mapping(entries) = &node.kind else { return None };
    let [Entry { key, value: Node { kind: NodeKind::Scalar(_), .. } }] = entries.as_slice() else { return None };
    (!key.text.starts_with("x-") && suggest::nearest(&key.text, KEYS).is_none()).then_some(key)
}

/// A part of the enum that `of` names.
pub(super) fn subset(of: TypeExpression, only: &Entry, diagnostics: &mut Diagnostics) -> TypeExpression {
    let NodeKind::Sequence(values) = &only.value.kind else {
        let message = format!("`only` is a list of values, not {}", shape(&only.value));
        diagnostics.error(Code::WrongShape, only.value.span, message);
        return TypeExpression { shape: Shape::Broken, ..of };
    };
    if let Some(other) = values.iter().find(|value| !matches!(value.kind, NodeKind::Scalar(_))) {
        let message = format!("`only` is a list of values as they are, not of {}s", &shape(other)["a ".len()..]);
        let help = "what is said of a value stands where the enum is declared".to_owned();
        diagnostics.error(Code::WrongShape, other.span, message).help(help);
        return TypeExpression { shape: Shape::Broken, ..of };
    }
    match of.shape {
        Shape::Named(name) => {
            let shape = Shape::Subset { of: name, only: list::map(values, Node::to_value), key: only.key.span };
            TypeExpression { shape, span: of.span }
        }
        Shape::Broken => of,
        _ => {
            let message = "`only` takes some values of a named enum".to_owned();
            diagnostics.error(Code::NotAnEnum, of.span, message).help("declare the enum in `types`".to_owned());
            TypeExpression { shape: Shape::Broken, ..of }
        }
    }
}
