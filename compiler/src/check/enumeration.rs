//! Enums: their values, parts of them, and maps whose keys they are.

use std::borrow::Cow;

use super::reference::nearest;
use super::value::{self, is_integer, quoted, source_text};
use crate::ast::index::Index;
use crate::ast::scalar::{Core, core};
use crate::ast::{EnumShape, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Scalar;
use crate::list;
use crate::parse;
use crate::register::Register;
use crate::table::Names;
use crate::yaml::{Node, NodeKind, Value};

/// There is at least one value, all are text or all integers, and none stands twice.
pub(super) fn values(ty: &TypeExpression, diagnostics: &mut Diagnostics) {
    let Shape::Enum(shape) = &ty.shape else { return };
    if shape.values.is_empty() && shape.complete {
        diagnostics.error(Code::EmptyEnum, ty.span, "an enum has at least one value");
        return;
    }
    for value in &shape.values {
        readable(&value.value, diagnostics);
    }
    if same_kind(shape, diagnostics) {
        if value::is_integers(shape) {
            shape.values.iter().for_each(|value| value::exact(&value.value, diagnostics));
        }
        let values = shape.values.iter().map(|value| &value.value);
        not_twice(values, shape, diagnostics);
    }
    replacements(shape, diagnostics);
}

/// What replaces a value is another value of the enum.
fn replacements(shape: &EnumShape, diagnostics: &mut Diagnostics) {
    let mut names: Option<Names<'_>> = None;
    for value in &shape.values {
        let replaced_by = value.meta.deprecated.as_ref().and_then(|deprecated| deprecated.replaced_by.as_ref());
        let Some(replaced_by) = replaced_by.filter(|_| shape.complete) else { continue };
        let name = source_text(&value.value);
        let all = list::map(&shape.values, |value| source_text(&value.value));
        let names = names.get_or_insert_with(|| Names::of(&all));
        if name != replaced_by.value && names.contains(replaced_by.value.as_str()) {
            continue;
        }
        let help = match nearest(&replaced_by.value, all.iter().copied().filter(|other| *other != name), diagnostics) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "name another value of this enum, or remove `replaced_by`".to_owned(),
        };
        let message = format!("`{name}` is replaced by `{}`, which is no other value of this enum", replaced_by.value);
        diagnostics.error(Code::UnknownReplacement, replaced_by.span, message).help(help);
    }
}

/// A part of an enum has values of the whole.
pub(super) fn subset(ty: &TypeExpression, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Shape::Subset { of, only, key } = &ty.shape else { return };
    let Some(declaration) = index.types.get(of.as_str()) else { return };
    let Some(whole) = index.resolve(&declaration.ty) else { return };
    let shape = match &whole.shape {
        Shape::Broken => return,
        Shape::Enum(shape) => Some(shape),
        // A part of no enum was told where it stands.
        Shape::Subset { .. } if index.enumeration(whole).is_none() => return,
        Shape::Subset { .. } => index.enumeration(whole),
        _ => None,
    };
    let Some(shape) = shape else {
        let message = format!("`only` takes some values of an enum, and `{of}` is none");
        diagnostics.error(Code::NotAnEnum, ty.span, message).also(declaration.name.span, "declared here");
        return;
    };
    if only.is_empty() {
        diagnostics.error(Code::EmptyEnum, *key, "`only` has at least one value");
        return;
    }
    let Some(values) = effective(whole, index) else { return };
    let integers = value::is_integers(shape);
    for node in only {
        let text = source_text(node);
        let is_literal = value::literal_as(node, integers).is_some();
        if !shape.complete || (values.contains(text) && is_literal) {
            continue;
        }
        let ordered = shape.values.iter().map(|value| source_text(&value.value)).filter(|text| values.contains(text));
        let help = match nearest(text, ordered.clone(), diagnostics) {
            Some(same) if same == text && !is_literal => "remove the quotes".to_owned(),
            Some(similar) => format!("a value with a similar name exists: `{similar}`"),
            None => format!("its values are {}", quoted(ordered)),
        };
        diagnostics
            .error(Code::ValueMismatch, node.span, format!("{} is not a value of `{of}`", shown(node)))
            .also(declaration.name.span, "declared here")
            .help(help);
    }
    not_twice(only.iter(), shape, diagnostics);
}

/// A value as it is written, with the quotes that make a text of a number.
fn shown(node: &Node) -> String {
    match &node.kind {
        NodeKind::Scalar(scalar) if parse::unquoted(scalar).is_some() => parse::shown(scalar),
        _ => format!("`{}`", source_text(node)),
    }
}

/// The keys of a map are texts or values of an enum of texts.
pub(super) fn keys(ty: &TypeExpression, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Shape::Map { keys: Some(keys), .. } = &ty.shape else { return };
    let Some(resolved) = index.resolve(keys) else { return };
    let fits = match &resolved.shape {
        Shape::Broken => true,
        Shape::Scalar(scalar) => *scalar == Scalar::String,
        Shape::Enum(_) | Shape::Subset { .. } => {
            index.enumeration(resolved).is_none_or(|shape| !value::is_integers(shape))
        }
        _ => false,
    };
    if !fits {
        let message = "the keys of a map are texts, or an enum of texts".to_owned();
        let help = "any text is a key without `keys`; some texts are those of an enum".to_owned();
        diagnostics.error(Code::NotAnEnum, keys.span, message).help(help);
    }
}

fn readable(node: &Node, diagnostics: &mut Diagnostics) {
    let NodeKind::Scalar(scalar) = &node.kind else { return };
    if scalar.text.is_empty() && !scalar.quoted {
        diagnostics
            .error(Code::EmptyValue, node.span, "an enum value is missing here")
            .help("the empty text is written `\"\"`".to_owned());
    } else if core(scalar) == Core::Overflow {
        diagnostics
            .error(Code::InvalidValue, node.span, format!("`{}` does not fit into 64 bits", scalar.text))
            .help(format!("as text it is written `\"{}\"`", scalar.text));
    }
}

/// The first value says which kind they are.
fn same_kind(shape: &EnumShape, diagnostics: &mut Diagnostics) -> bool {
    let Some(first) = shape.values.first() else { return true };
    let integers = is_integer(&first.value);
    let Some(other) = shape.values.iter().find(|value| is_integer(&value.value) != integers) else { return true };
    let given = [&first.value, &other.value];
    if let Some(fraction) = given.into_iter().find(|node| is_fraction(node)) {
        let message = format!("an enum holds texts or integers; `{}` is neither", source_text(fraction));
        let texts = given.map(|node| format!("`\"{}\"`", source_text(node)));
        diagnostics.error(Code::MixedEnum, fraction.span, message).help(format!("as texts: {}", texts.join(", ")));
        return false;
    }
    if let Some((slip, help)) = given.into_iter().find_map(|node| Some((node, slip(node)?))) {
        let message = format!("`{}` is text beside an integer", source_text(slip));
        diagnostics.error(Code::MixedEnum, slip.span, message).help(help);
        return false;
    }
    let (this, those) = if integers { ("text", "an integer") } else { ("an integer", "text") };
    let number = if integers { &first.value } else { &other.value };
    let message = format!("`{}` is {this}, and the first value is {those}", source_text(&other.value));
    diagnostics
        .error(Code::MixedEnum, other.value.span, message)
        .also(first.value.span, "the first value")
        .help(format!("the values of an enum are all text or all integers; as text: `\"{}\"`", source_text(number)));
    false
}

/// What to do about `1_000`, which is text.
fn slip(text: &Node) -> Option<String> {
    let NodeKind::Scalar(scalar) = &text.kind else { return None };
    parse::without_separators(&scalar.text).filter(|_| !scalar.quoted)
}

fn is_fraction(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if matches!(core(scalar), Core::Number(_)))
}

fn not_twice<'n>(values: impl Iterator<Item = &'n Value>, shape: &EnumShape, diagnostics: &mut Diagnostics) {
    let mut seen: Register<'_, &Value> = Register::default();
    let integers = value::is_integers(shape);
    for node in values {
        let NodeKind::Scalar(scalar) = &node.kind else { continue };
        let key = match core(scalar) {
            _ if !integers => Cow::Borrowed(&*scalar.text),
            Core::Integer(integer) => Cow::Owned(integer.to_string()),
            _ => continue,
        };
        if let Some(first) = seen.get(&key) {
            diagnostics
                .error(Code::RepeatedEnumValue, node.span, format!("`{key}` stands twice in this enum"))
                .also(first.span, "the first")
                .help("remove one of them".to_owned());
        } else {
            seen.add(key, node);
        }
    }
}

/// The texts of the values that an enum or a part of one has.
fn effective<'e>(ty: &'e TypeExpression, index: &'e Index<'_>) -> Option<Names<'e>> {
    match &ty.shape {
        Shape::Enum(shape) => Some(Names::of(&list::map(&shape.values, |value| source_text(&value.value)))),
        Shape::Subset { only, .. } => Some(Names::of(&list::map(only, source_text))),
        _ => effective(index.resolve(ty)?, index),
    }
}
