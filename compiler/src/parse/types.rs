//! Types: words, inline shapes, constraints, declarations.

use super::enumeration::{enumeration, subset};
use super::fields::Fields;
use super::meta::meta;
use super::property::of_object;
use super::scalar::{boolean, count, number, text};
use crate::ast::scalar::is_null;
use crate::ast::{Constraints, Element, Keyed, Meta, Shape, Text, TypeDeclaration, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir;
use crate::list;
use crate::source::{Span, in_order};
use crate::sparse::Sparse;
use crate::yaml::{Entry, Node, NodeKind, Scalar};

/// The words for types that the language has; no declared type takes one of them.
pub(crate) const WORDS: [(&str, ir::Scalar); 6] = [
    ("string", ir::Scalar::String),
    ("integer", ir::Scalar::Integer),
    ("number", ir::Scalar::Number),
    ("boolean", ir::Scalar::Boolean),
    ("datetime", ir::Scalar::Datetime),
    ("json", ir::Scalar::Json),
];

/// The keys that say a type, and what stands behind each.
pub(crate) const SHAPES: [(&str, &str); 5] = [
    ("enum", "an enum is written `enum: [..]`"),
    ("object", "an object is written `object: { .. }` with its properties"),
    ("list", "a list is written `list: ..` with the type of its elements"),
    ("map", "a map is written `map: ..` with the type of its values"),
    ("const", "a constant is written `const: ..` with its value"),
];

/// One of `types`.
pub(super) fn declaration(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> TypeDeclaration {
    let broken = TypeExpression { shape: Shape::Broken, span: name.span };
    let mut declaration =
        TypeDeclaration { name, meta: Meta::default(), ty: broken, constraints: Constraints::default() };
    match &node.kind {
        NodeKind::Scalar(scalar) if !is_null(node) => declaration.ty = word_of(scalar, node.span, diagnostics),
        NodeKind::Sequence(_) => {
            let help = "an enum is written `{ enum: [..] }`, a list `{ list: .. }`".to_owned();
            diagnostics.error(Code::WrongShape, node.span, "a type is a word or a map, not a list").help(help);
        }
        _ => {
            let Some(mut fields) = Fields::of(node, "a type", diagnostics) else { return declaration };
            declaration.meta = meta(&mut fields, diagnostics);
            declaration.constraints = constraints(&mut fields, diagnostics);
            let ty = of_fields(&mut fields, false, diagnostics);
            for key in ["required", "nullable", "sensitivity"] {
                fields.misplaced(key, "it stands on the property that uses the type", diagnostics);
            }
            let clean = fields.finish(diagnostics);
            match ty {
                Some(ty) => declaration.ty = ty,
                None if clean => no_type(&declaration.name, diagnostics),
                None => {}
            }
        }
    }
    declaration
}

/// A type that stands alone: a word, or a map of the keys that say one.
pub(super) fn alone(entry: &Entry, diagnostics: &mut Diagnostics) -> TypeExpression {
    let node = &entry.value;
    let broken = TypeExpression { shape: Shape::Broken, span: node.span };
    match &node.kind {
        _ if is_null(node) => {
            diagnostics.error(Code::EmptyValue, entry.key.span, format!("`{}` has no value", entry.key.text));
            broken
        }
        NodeKind::Scalar(scalar) => word_of(scalar, node.span, diagnostics),
        NodeKind::Sequence(_) => {
            let message = format!("`{}` takes a type, not a list", entry.key.text);
            let help = several_words(entry);
            diagnostics.error(Code::WrongShape, node.span, message).help(help);
            broken
        }
        NodeKind::Mapping(_) => {
            let Some(mut fields) = Fields::of(node, "a type", diagnostics) else { return broken };
            let ty = of_fields(&mut fields, false, diagnostics);
            let help = match &*entry.key.text {
                "type" => "write it beside `type`",
                _ => "declare a type with it in `types`, and name that",
            };
            for key in ["min", "max", "min_length", "max_length", "pattern", "min_items", "max_items"] {
                fields.misplaced(key, help, diagnostics);
            }
            let clean = fields.finish(diagnostics);
            if ty.is_none() && clean {
                let message = format!("`{}` says no type", entry.key.text);
                diagnostics.error(Code::NoType, entry.key.span, message);
            }
            ty.unwrap_or(broken)
        }
    }
}

/// What to do about a list where a type is wanted: other languages write `[string]` and `[string, "null"]`.
fn several_words(entry: &Entry) -> String {
    let NodeKind::Sequence(words) = &entry.value.kind else { return String::new() };
    match words.as_slice() {
        [Node { kind: NodeKind::Scalar(word), .. }] => match &*entry.key.text {
            "list" => format!("write `list: {}`", word.text),
            "map" => format!("write `map: {}`", word.text),
            _ => format!("a list is written `{{ list: {} }}`", word.text),
        },
        words if words.iter().any(|word| matches!(&word.kind, NodeKind::Scalar(word) if word.text == "null")) => {
            "a value has one type; `nullable: true` allows null".to_owned()
        }
        _ => "a type is a word, such as `string`, or a map, such as `{ enum: [..] }`".to_owned(),
    }
}

/// What the keys `type enum object list map const` and those beside them say; `None`: nothing.
///
/// A constant is no type of its own: only a property is one.
pub(super) fn of_fields(
    fields: &mut Fields<'_>,
    is_property: bool,
    diagnostics: &mut Diagnostics,
) -> Option<TypeExpression> {
    let ty = fields.take("type");
    let (values, open) = (fields.take("enum"), fields.take("open"));
    let object = fields.take("object");
    let list = fields.take("list");
    let (map, keys) = (fields.take("map"), fields.take("keys"));
    let constant = if is_property { fields.take("const") } else { fields.habit("const") };
    let only = fields.take("only");

    if let Some(broken) = habit(fields, ty, diagnostics) {
        return Some(broken);
    }
    if let Some(entry) = constant.filter(|_| !is_property) {
        let message = "`const` stands only on a property".to_owned();
        let help = "a type with one value is an enum of it: `enum: [..]`".to_owned();
        diagnostics.error(Code::Misplaced, entry.key.span, message).help(help);
        return Some(TypeExpression { shape: Shape::Broken, span: entry.key.span });
    }
    if let Some(expression) = several(&[ty, values, object, list, map, constant], diagnostics) {
        return Some(expression);
    }
    beside(open, values.is_some(), "open", "an `enum`", diagnostics);
    beside(keys, map.is_some(), "keys", "a `map`", diagnostics);
    beside(only, ty.is_some(), "only", "a `type`", diagnostics);

    if let Some(entry) = values {
        let open = open.and_then(|entry| boolean(entry, diagnostics)).is_some_and(|open| open.value);
        let shape = enumeration(entry, open, diagnostics);
        return Some(TypeExpression { shape, span: entry.key.span });
    }
    if let Some(entry) = object {
        let shape = Shape::Object(of_object(entry, diagnostics));
        return Some(TypeExpression { shape, span: entry.key.span });
    }
    if let Some(entry) = list {
        let shape = Shape::List(Box::new(element(entry, diagnostics)));
        return Some(TypeExpression { shape, span: entry.key.span });
    }
    if let Some(entry) = map {
        let keys = keys.map(|keys| Box::new(alone(keys, diagnostics)));
        let shape = Shape::Map { keys, values: Box::new(element(entry, diagnostics)) };
        return Some(TypeExpression { shape, span: entry.key.span });
    }
    if let Some(entry) = constant {
        let of = ty.map(|ty| Box::new(alone(ty, diagnostics)));
        let shape = Shape::Const { value: entry.value.to_value(), of };
        return Some(TypeExpression { shape, span: entry.key.span });
    }
    let ty = alone(ty?, diagnostics);
    Some(match only {
        Some(only) => subset(ty, only, diagnostics),
        None => ty,
    })
}

/// Keys by which other languages say what a list, a map, an object or an enum holds; one of them is told, and nothing
/// else of that type.
fn habit(fields: &mut Fields<'_>, ty: Option<&Entry>, diagnostics: &mut Diagnostics) -> Option<TypeExpression> {
    let said = |wanted: &str| ty.is_some_and(|ty| matches!(&ty.value.kind, NodeKind::Scalar(ty) if ty.text == wanted));
    let inside = |entry: &Entry| match &entry.value.kind {
        NodeKind::Scalar(scalar) => scalar.text.to_string(),
        _ => "..".to_owned(),
    };
    let entry = fields.first_habit(|key| {
        matches!(key, "items" | "values" | "of" | "properties" | "additionalProperties" | "oneOf" | "anyOf" | "allOf")
    })?;
    let help = match &*entry.key.text {
        "additionalProperties" => format!("a map is written `{{ map: {} }}`", inside(entry)),
        "values" | "of" if said("map") => format!("a map is written `{{ map: {} }}`", inside(entry)),
        "values" => "the values of an enum are written `enum: [..]`".to_owned(),
        "items" | "of" => format!("a list is written `{{ list: {} }}`", inside(entry)),
        "properties" => "an object is written `object: { .. }` with its properties".to_owned(),
        _ => "a value has one type; where its shape is open write `type: json`".to_owned(),
    };
    let message = format!("`{}` is not a key of this language", entry.key.text);
    diagnostics.error(Code::Habit, entry.key.span, message).help(help);
    Some(TypeExpression { shape: Shape::Broken, span: entry.key.span })
}

/// A word as a type.
pub(super) fn word_of(scalar: &Scalar, span: Span, diagnostics: &mut Diagnostics) -> TypeExpression {
    let word = &*scalar.text;
    if let Some((_, scalar)) = WORDS.iter().find(|(name, _)| *name == word) {
        return TypeExpression { shape: Shape::Scalar(*scalar), span };
    }
    if let Some((_, help)) = SHAPES.iter().find(|(name, _)| *name == word) {
        let message = format!("`{word}` is a key, not a word for a type");
        diagnostics.error(Code::Habit, span, message).help((*help).to_owned());
        return TypeExpression { shape: Shape::Broken, span };
    }
    TypeExpression { shape: Shape::Named(word.to_owned()), span }
}

/// Words of other languages for bounds, what they are here, and what to write.
const BOUNDS: [(&str, &str, &str); 5] = [
    ("regex", "pattern", "write `pattern`"),
    ("default", "", "remove it: what is not set is absent, and `const` is always sent"),
    ("minimum", "min", "write `min`"),
    ("maximum", "max", "write `max`"),
    ("format", "pattern", "how a text looks is said by `pattern`; a point in time is a `datetime`"),
];

/// Takes `min max min_length max_length pattern min_items max_items`.
pub(super) fn constraints(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> Constraints {
    for (word, right, help) in BOUNDS {
        fields.slip(word, right, help, diagnostics);
    }
    Constraints {
        min: fields.take("min").and_then(|entry| number(entry, diagnostics)),
        max: fields.take("max").and_then(|entry| number(entry, diagnostics)),
        min_length: fields.take("min_length").and_then(|entry| count(entry, diagnostics)),
        max_length: fields.take("max_length").and_then(|entry| count(entry, diagnostics)),
        pattern: fields.take("pattern").and_then(|entry| {
            let text = text(entry, diagnostics)?;
            Some(Keyed { key: entry.key.span, value: text.value, span: text.span })
        }),
        min_items: fields.take("min_items").and_then(|entry| count(entry, diagnostics)),
        max_items: fields.take("max_items").and_then(|entry| count(entry, diagnostics)),
    }
}

/// Tells a second type, at its key.
fn several(given: &[Option<&Entry>; 6], diagnostics: &mut Diagnostics) -> Option<TypeExpression> {
    if given.iter().flatten().count() < 2 {
        return None;
    }
    let given: Vec<&Entry> = given.iter().flatten().copied().collect();
    let places: Vec<Span> = list::map(&given, |entry| entry.key.span);
    let given: Vec<&Entry> = in_order(&places).into_iter().map(|at| given[at]).collect();
    let keys: Vec<&str> = list::map(&given, |entry| &*entry.key.text);
    let [first, second, ..] = given[..] else { return None };
    if keys.len() == 2 && keys.contains(&"type") && keys.contains(&"const") {
        return None;
    }
    let message = format!("`{}` and `{}` both say a type", first.key.text, second.key.text);
    let other = keys.iter().find(|key| **key != "type").filter(|_| keys.contains(&"type"));
    let help = match other {
        Some(other) => format!("remove `type`: `{other}` says it already"),
        None => "keep one of them".to_owned(),
    };
    diagnostics.error(Code::SeveralTypes, second.key.span, message).also(first.key.span, "the first").help(help);
    Some(TypeExpression { shape: Shape::Broken, span: second.key.span })
}

/// Tells a key that means something only beside another.
fn beside(entry: Option<&Entry>, fits: bool, key: &str, other: &str, diagnostics: &mut Diagnostics) {
    if let Some(entry) = entry.filter(|_| !fits) {
        diagnostics.error(Code::Misplaced, entry.key.span, format!("`{key}` stands only beside {other}"));
    }
}

/// What stands behind `list` or `map`.
fn element(entry: &Entry, diagnostics: &mut Diagnostics) -> Element {
    with_constraints(entry, "an element", diagnostics, |fields, diagnostics| {
        fields.misplaced("required", "elements that may be missing are `nullable: true`", diagnostics);
        for key in ["sensitivity", "hash", "description", "examples"] {
            fields.misplaced(key, "it stands on the property that holds them", diagnostics);
        }
        let nullable = fields.take("nullable").and_then(|entry| boolean(entry, diagnostics));
        nullable.is_some_and(|nullable| nullable.value)
    })
}

/// What stands behind `payload_type`.
pub(super) fn payload(entry: &Entry, diagnostics: &mut Diagnostics) -> Element {
    with_constraints(entry, "a payload type", diagnostics, |fields, diagnostics| {
        fields.misplaced("nullable", "remove it: where there is no payload the plan's own stands in", diagnostics);
        fields.misplaced("required", "remove it: a payload is there or not", diagnostics);
        false
    })
}

/// A type and the bounds beside it; `rest` takes the other keys and says whether it is nullable.
fn with_constraints(
    entry: &Entry,
    what: &'static str,
    diagnostics: &mut Diagnostics,
    rest: fn(&mut Fields<'_>, &mut Diagnostics) -> bool,
) -> Element {
    if !matches!(entry.value.kind, NodeKind::Mapping(_)) {
        return Element { ty: alone(entry, diagnostics), nullable: false, constraints: Sparse::default() };
    }
    let broken = TypeExpression { shape: Shape::Broken, span: entry.value.span };
    let Some(mut fields) = Fields::of(&entry.value, what, diagnostics) else {
        return Element { ty: broken, nullable: false, constraints: Sparse::default() };
    };
    let constraints = constraints(&mut fields, diagnostics).into();
    let ty = of_fields(&mut fields, false, diagnostics);
    let nullable = rest(&mut fields, diagnostics);
    let clean = fields.finish(diagnostics);
    if ty.is_none() && clean {
        let message = format!("`{}` does not say what it holds", entry.key.text);
        diagnostics
            .error(Code::NoType, entry.key.span, message)
            .help(format!("write `{}: string`, or `{}: {{ type: string, .. }}`", entry.key.text, entry.key.text));
    }
    Element { ty: ty.unwrap_or(broken), nullable, constraints }
}

fn no_type(name: &Text, diagnostics: &mut Diagnostics) {
    let help = "write a word, such as `string`, or one of the keys `type`, `enum`, `object`, `list`, `map`".to_owned();
    diagnostics.error(Code::NoType, name.span, format!("type `{}` says nothing", name.value)).help(help);
}
