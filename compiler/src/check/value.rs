//! Values that are written in the plan, read against their types.

use regex_lite::Regex;

use crate::ast::index::Index;
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Constraints, Element, EnumShape, Property, Section, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{Literal, Scalar};
use crate::parse;
use crate::source::Span;
use crate::suggest;
use crate::yaml::{self, Entry, Node, NodeKind};

/// What a value has to be.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'t> {
    pub(crate) ty: &'t TypeExpression,
    pub(crate) nullable: bool,
    pub(crate) constraints: Option<&'t Constraints>,
    /// The name of what holds the value: the place that lacks what is missing.
    pub(crate) name: Span,
}

impl<'t> Wanted<'t> {
    /// Any value of a type.
    pub(crate) fn of(ty: &'t TypeExpression, name: Span) -> Self {
        Self { ty, nullable: false, constraints: None, name }
    }

    /// A value of a property.
    pub(crate) fn of_property(property: &'t Property, name: Span) -> Self {
        let constraints = Some(&property.constraints);
        Self { ty: &property.ty, nullable: property.is_nullable(), constraints, name }
    }

    fn of_element(element: &'t Element, name: Span) -> Self {
        Self { ty: &element.ty, nullable: element.nullable, constraints: Some(&element.constraints), name }
    }
}

/// Reads a value; what does not fit is told at the smallest value that is wrong.
///
/// `None` where something was told, here or about the type.
pub(crate) fn read(
    node: &Node,
    wanted: Wanted<'_>,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    if wanted.nullable && is_null(node) {
        return Some(Literal::Null);
    }
    let literal = match &wanted.ty.shape {
        Shape::Scalar(scalar) => self::scalar(node, *scalar, diagnostics),
        Shape::Named(_) => {
            let ty = index.resolve(wanted.ty)?;
            let literal = read(node, Wanted { ty, nullable: false, constraints: None, ..wanted }, index, diagnostics)?;
            let kept =
                index.aliases(wanted.ty).all(|alias| keeps(&literal, &alias.constraints, node.span, diagnostics));
            kept.then_some(literal)
        }
        Shape::Subset { only, .. } => {
            let whole = index.enumeration(wanted.ty)?;
            let literal = enum_value(node, whole, diagnostics)?;
            let parts: Vec<_> = only.iter().filter_map(|node| literal_of(node, whole)).collect();
            if parts.contains(&literal) {
                return Some(literal);
            }
            let message = format!("`{}` is not one of the values of `only`", source_text(node));
            diagnostics.error(Code::ValueMismatch, node.span, message).help(one_of(parts.iter()));
            None
        }
        Shape::Enum(shape) => enum_value(node, shape, diagnostics),
        Shape::Object(properties) => object(node, properties, wanted.name, index, diagnostics),
        Shape::List(element) => list(node, element, wanted.name, index, diagnostics),
        Shape::Map { keys, values } => map(node, keys.as_deref(), values, index, diagnostics),
        Shape::Const { value, of } => constant(node, value, of.as_deref(), wanted.name, index, diagnostics),
        Shape::Broken => None,
    }?;
    match wanted.constraints {
        Some(constraints) => keeps(&literal, constraints, node.span, diagnostics).then_some(literal),
        None => Some(literal),
    }
}

/// A value of which only the core schema of YAML 1.2 says what it is.
pub(crate) fn untyped(node: &Node, diagnostics: &mut Diagnostics) -> Option<Literal> {
    match &node.kind {
        NodeKind::Scalar(scalar) => match core(scalar) {
            Core::Null => Some(Literal::Null),
            Core::Boolean(boolean) => Some(Literal::Boolean(boolean)),
            Core::Integer(integer) => Some(Literal::Integer(integer)),
            Core::Number(number) => Some(Literal::Number(number)),
            Core::Text => Some(Literal::Text(scalar.text.clone())),
            Core::Overflow => {
                mismatch(node, "an integer of 64 bits", diagnostics);
                None
            }
            Core::NotFinite => {
                mismatch(node, "a finite number", diagnostics);
                None
            }
        },
        NodeKind::Sequence(nodes) => {
            let items: Vec<_> = nodes.iter().map(|node| untyped(node, diagnostics)).collect();
            items.into_iter().collect::<Option<_>>().map(Literal::List)
        }
        NodeKind::Mapping(entries) => {
            let fields: Vec<_> = entries
                .iter()
                .map(|entry| Some((entry.key.text.clone(), untyped(&entry.value, diagnostics)?)))
                .collect();
            fields.into_iter().collect::<Option<_>>().map(Literal::Map)
        }
    }
}

/// The literal of one of an enum's values; `None` where it has no such value.
pub(crate) fn literal_of(node: &Node, shape: &EnumShape) -> Option<Literal> {
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    let literal = if is_integers(shape) {
        match core(scalar) {
            Core::Integer(integer) => Literal::Integer(integer),
            _ => return None,
        }
    } else {
        Literal::Text(scalar.text.clone())
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

fn scalar(node: &Node, wanted: Scalar, diagnostics: &mut Diagnostics) -> Option<Literal> {
    if wanted == Scalar::Json {
        return untyped(node, diagnostics);
    }
    let word = match wanted {
        Scalar::String => "text",
        Scalar::Integer => "an integer",
        Scalar::Number => "a number",
        Scalar::Boolean => "`true` or `false`",
        Scalar::Datetime => "a point in time such as `2027-03-31T12:00:00Z`",
        Scalar::Json => unreachable!("handled above"),
    };
    let NodeKind::Scalar(scalar) = &node.kind else {
        mismatch(node, word, diagnostics);
        return None;
    };
    let found = core(scalar);
    let literal = match (wanted, found) {
        (Scalar::String, _) if scalar.quoted || !scalar.text.is_empty() => Some(Literal::Text(scalar.text.clone())),
        (Scalar::Integer, Core::Integer(integer)) => Some(Literal::Integer(integer)),
        (Scalar::Number, Core::Number(number)) => Some(Literal::Number(number)),
        #[expect(clippy::cast_precision_loss, reason = "a number is a double wherever it is sent")]
        (Scalar::Number, Core::Integer(integer)) => Some(Literal::Number(integer as f64)),
        (Scalar::Boolean, Core::Boolean(boolean)) => Some(Literal::Boolean(boolean)),
        (Scalar::Datetime, _) if is_datetime(&scalar.text) => Some(Literal::Text(scalar.text.clone())),
        _ => None,
    };
    if literal.is_none() {
        let told = mismatch(node, word, diagnostics);
        match (wanted, found) {
            (Scalar::Integer, Core::Overflow) => told.help("an integer has 64 bits".to_owned()),
            (Scalar::Number, Core::NotFinite) => told.help("a number is finite".to_owned()),
            (Scalar::Integer | Scalar::Number | Scalar::Boolean, Core::Text) if scalar.quoted => {
                told.help(parse::unquoted(scalar))
            }
            (Scalar::Integer | Scalar::Number, _) => told.help(parse::without_separators(&scalar.text)),
            (Scalar::Boolean, _) => told.help(truth(&scalar.text)),
            _ => told,
        };
    }
    literal
}

/// What `yes` and the like are in YAML 1.2.
fn truth(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" => Some("write `true`".to_owned()),
        "no" | "off" | "n" => Some("write `false`".to_owned()),
        _ => None,
    }
}

fn enum_value(node: &Node, shape: &EnumShape, diagnostics: &mut Diagnostics) -> Option<Literal> {
    let integers = is_integers(shape);
    let Some(literal) = literal_of(node, shape) else {
        mismatch(node, if integers { "an integer" } else { "text" }, diagnostics);
        return None;
    };
    let declared = shape.values.iter().any(|value| literal_of(&value.value, shape).as_ref() == Some(&literal));
    if declared || shape.open || !shape.complete {
        return Some(literal);
    }
    let values: Vec<_> = shape.values.iter().map(|value| source_text(&value.value)).collect();
    let text = source_text(node);
    let message = format!("`{text}` is not a value of this enum");
    let similar = suggest::nearest(text, values.iter().copied());
    let help = match similar {
        Some(similar) => format!("a value with a similar name exists: `{similar}`"),
        None => format!("its values are {}", quoted(values.into_iter())),
    };
    diagnostics.error(Code::ValueMismatch, node.span, message).help(help);
    None
}

fn object(
    node: &Node,
    properties: &Section<Property>,
    name: Span,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let NodeKind::Mapping(entries) = &node.kind else {
        mismatch(node, "a map of the object's properties", diagnostics);
        return None;
    };
    let mut complete = true;
    let mut fields = Vec::new();
    for entry in entries {
        let Some(property) = properties.items.iter().find(|property| property.name.value == entry.key.text) else {
            complete = false;
            if properties.complete {
                unknown_field(entry, properties, diagnostics);
            }
            continue;
        };
        let is_const = matches!(property.ty.shape, Shape::Const { .. });
        match read(&entry.value, Wanted::of_property(property, entry.key.span), index, diagnostics) {
            Some(_) if is_const => {}
            Some(literal) => fields.push((entry.key.text.clone(), literal)),
            None => complete = false,
        }
    }
    for property in properties.items.iter().filter(|property| property.is_required()) {
        let is_const = matches!(property.ty.shape, Shape::Const { .. });
        if !is_const && !entries.iter().any(|entry| entry.key.text == property.name.value) {
            complete = false;
            let message = format!("`{}` is required here and missing", property.name.value);
            diagnostics.error(Code::ValueMismatch, name, message).also(property.name.span, "declared here");
        }
    }
    complete.then_some(Literal::Map(fields))
}

fn unknown_field(entry: &Entry, properties: &Section<Property>, diagnostics: &mut Diagnostics) {
    let names = properties.items.iter().map(|property| property.name.value.as_str());
    let help = match suggest::nearest(&entry.key.text, names.clone()) {
        Some(similar) => format!("a property with a similar name exists: `{similar}`"),
        None => format!("its properties are {}", quoted(names)),
    };
    let message = format!("the object has no property `{}`", entry.key.text);
    diagnostics.error(Code::UnknownProperty, entry.key.span, message).help(help);
}

fn list(
    node: &Node,
    element: &Element,
    name: Span,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let NodeKind::Sequence(nodes) = &node.kind else {
        mismatch(node, "a list", diagnostics);
        return None;
    };
    let items: Vec<_> = nodes
        .iter()
        .map(|node| {
            // An element has no name; where it lacks something it is marked itself.
            let name = if node.span.end > node.span.start { node.span } else { name };
            read(node, Wanted::of_element(element, name), index, diagnostics)
        })
        .collect();
    items.into_iter().collect::<Option<_>>().map(Literal::List)
}

fn map(
    node: &Node,
    keys: Option<&TypeExpression>,
    values: &Element,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let NodeKind::Mapping(entries) = &node.kind else {
        mismatch(node, "a map", diagnostics);
        return None;
    };
    let mut fields = Vec::new();
    let mut complete = true;
    for entry in entries {
        if let Some(keys) = keys {
            let scalar = yaml::Scalar { text: entry.key.text.clone(), quoted: true };
            let key = Node { span: entry.key.span, kind: NodeKind::Scalar(scalar) };
            complete &= read(&key, Wanted::of(keys, entry.key.span), index, diagnostics).is_some();
        }
        match read(&entry.value, Wanted::of_element(values, entry.key.span), index, diagnostics) {
            Some(literal) => fields.push((entry.key.text.clone(), literal)),
            None => complete = false,
        }
    }
    complete.then_some(Literal::Map(fields))
}

/// The one value that a constant has.
fn constant(
    node: &Node,
    value: &Node,
    of: Option<&TypeExpression>,
    name: Span,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let mut told_elsewhere = Diagnostics::default();
    let expected = constant_literal(value, of, name, index, &mut told_elsewhere)?;
    let found = constant_literal(node, of, name, index, diagnostics)?;
    if expected == found {
        return Some(found);
    }
    let message = format!("this is always `{}`", source_text(value));
    diagnostics.error(Code::ValueMismatch, node.span, message).help("remove it".to_owned());
    None
}

/// What a constant stands for, by its type or by the core schema.
pub(crate) fn constant_literal(
    value: &Node,
    of: Option<&TypeExpression>,
    name: Span,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    if !matches!(value.kind, NodeKind::Scalar(_)) {
        mismatch(value, "a single value", diagnostics);
        return None;
    }
    match of {
        Some(ty) => read(value, Wanted::of(ty, name), index, diagnostics),
        None => untyped(value, diagnostics),
    }
}

/// Whether a value keeps its constraints; one that it breaks is told.
fn keeps(literal: &Literal, constraints: &Constraints, span: Span, diagnostics: &mut Diagnostics) -> bool {
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
    #[expect(clippy::cast_precision_loss, reason = "compared with a bound, not sent")]
    let value = match literal {
        Literal::Integer(integer) => *integer as f64,
        Literal::Number(number) => *number,
        _ => return None,
    };
    let min = constraints.min.as_ref().filter(|min| value < min.value.as_f64());
    let max = constraints.max.as_ref().filter(|max| value > max.value.as_f64());
    min.map(|min| (format!("`min: {}`", min.value.as_f64()), min.key))
        .or_else(|| max.map(|max| (format!("`max: {}`", max.value.as_f64()), max.key)))
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

/// Whether the text is a day, or a point in time as RFC 3339 writes it.
pub(crate) fn is_datetime(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    if !parse::is_date(date) {
        return false;
    }
    let Some(time) = time.strip_prefix(['T', 't', ' ']) else { return time.is_empty() };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    let two = |range| clock.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    let separated = clock.bytes().enumerate().all(|(at, byte)| match at {
        2 | 5 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let in_range = matches!((two(0..2), two(3..5), two(6..8)), (Some(0..=23), Some(0..=59), Some(0..=60)));
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if offset.len() == fraction.len() {
                return false;
            }
            offset
        }
        None => rest,
    };
    separated && in_range && is_offset(offset)
}

fn is_offset(offset: &str) -> bool {
    if matches!(offset, "Z" | "z") {
        return true;
    }
    let Some(offset) = offset.strip_prefix(['+', '-']) else { return false };
    let bytes = offset.as_bytes();
    let two = |range| offset.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    bytes.len() == 5
        && bytes[2] == b':'
        && [0, 1, 3, 4].iter().all(|at: &usize| bytes[*at].is_ascii_digit())
        && matches!((two(0..2), two(3..5)), (Some(0..=23), Some(0..=59)))
}

fn mismatch<'d>(node: &Node, wanted: &str, diagnostics: &'d mut Diagnostics) -> &'d mut Diagnostic {
    let found = match &node.kind {
        NodeKind::Mapping(_) => "a map".to_owned(),
        NodeKind::Sequence(_) => "a list".to_owned(),
        NodeKind::Scalar(_) if is_null(node) => "nothing".to_owned(),
        NodeKind::Scalar(scalar) => parse::shown(scalar),
    };
    diagnostics.error(Code::ValueMismatch, node.span, format!("{wanted} is wanted here, not {found}"))
}

/// A scalar as it is written; nothing for others.
pub(crate) fn source_text(node: &Node) -> &str {
    match &node.kind {
        NodeKind::Scalar(scalar) => &scalar.text,
        _ => "",
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

/// `` `a`, `b` and 7 more `` where there are many.
pub(crate) fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.len() <= SHOWN {
        return names.join(", ");
    }
    format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_are_those_of_rfc_3339() {
        let cases = [
            ("2027-03-31", true),
            ("2027-03-31T12:00:00Z", true),
            ("2027-03-31 12:00:00.123+02:00", true),
            ("2027-03-31T12:00:00", false),
            ("2027-03-31T24:00:00Z", false),
            ("2027-03-31T12:00:00.Z", false),
            ("2027-03-31T12:00:00+2:00", false),
            ("2027-02-30T12:00:00Z", false),
            ("yesterday", false),
            ("2027-03-3é", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_datetime(text), expected, "{text}");
        }
    }
}
