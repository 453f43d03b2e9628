//! Values that are written in the plan, read against their types.

mod constraint;
mod datetime;
mod enumeration;
mod scalar;

pub(crate) use self::datetime::is_datetime;
pub(crate) use self::enumeration::{is_integer, is_integers, literal_as, literal_of};
use self::scalar::mismatch;
use crate::ast::index::Index;
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Constraints, Element, Property, Section, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::lint::Lint;
use crate::list;
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
        let constraints = Some(&*property.constraints);
        Self { ty: &property.ty, nullable: property.is_nullable(), constraints, name }
    }

    /// A value of an element, or of a payload.
    pub(crate) fn of_element(element: &'t Element, name: Span) -> Self {
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
        Shape::Scalar(scalar) => scalar::read(node, *scalar, diagnostics),
        Shape::Named(_) => {
            let ty = index.resolve(wanted.ty)?;
            let literal = read(node, Wanted { ty, nullable: false, constraints: None, ..wanted }, index, diagnostics)?;
            let kept = index
                .aliases(wanted.ty)
                .all(|alias| constraint::keeps(&literal, &alias.constraints, node.span, diagnostics));
            kept.then_some(literal)
        }
        Shape::Subset { only, .. } => enumeration::part(node, only, index.enumeration(wanted.ty)?, diagnostics),
        Shape::Enum(shape) => enumeration::value(node, shape, diagnostics),
        Shape::Object(properties) => object(node, properties, wanted.name, index, diagnostics),
        Shape::List(element) => list(node, element, wanted.name, index, diagnostics),
        Shape::Map { keys, values } => map(node, keys.as_deref(), values, index, diagnostics),
        Shape::Const { value, of } => constant(node, value, of.as_deref(), wanted.name, index, diagnostics),
        Shape::Broken => None,
    }?;
    match wanted.constraints {
        Some(constraints) => constraint::keeps(&literal, constraints, node.span, diagnostics).then_some(literal),
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
            Core::Text => Some(Literal::Text(scalar.text.to_string())),
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
            let items: Vec<_> = list::map(nodes, |node| untyped(node, diagnostics));
            items.into_iter().collect::<Option<_>>().map(Literal::List)
        }
        NodeKind::Mapping(entries) => {
            let fields: Vec<_> =
                list::map(entries, |entry| Some((entry.key.text.to_string(), untyped(&entry.value, diagnostics)?)));
            fields.into_iter().collect::<Option<_>>().map(Literal::Map)
        }
    }
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
            Some(literal) => fields.push((entry.key.text.to_string(), literal)),
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
    let items: Vec<_> = list::map(nodes, |node| {
        // An element has no name; where it lacks something it is marked itself.
        let name = if node.span.end > node.span.start { node.span } else { name };
        read(node, Wanted::of_element(element, name), index, diagnostics)
    });
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
            Some(literal) => fields.push((entry.key.text.to_string(), literal)),
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

/// Warns of an integer that is sent and that a double does not hold exactly.
pub(crate) fn exact(node: &Node, diagnostics: &mut Diagnostics) {
    const GREATEST: u64 = 1 << 53;
    let NodeKind::Scalar(scalar) = &node.kind else { return };
    let Core::Integer(integer) = core(scalar) else { return };
    if integer.unsigned_abs() > GREATEST {
        let message = format!("`{integer}` is beyond 2^53: whoever reads it as a double may get a neighbour");
        let help = format!("as text it arrives as it is: `\"{integer}\"`");
        diagnostics.lint(Lint::InexactInteger, node.span, message).help(help);
    }
}

/// A scalar as it is written; nothing for others.
pub(crate) fn source_text<'n>(node: &'n Node<'_>) -> &'n str {
    match &node.kind {
        NodeKind::Scalar(scalar) => &scalar.text,
        _ => "",
    }
}

/// `` `a`, `b` and 7 more `` where there are many.
pub(crate) fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut all = Vec::new();
    for name in names {
        all.push(name);
    }
    quoted_of(&all)
}

fn quoted_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    match names.split_at_checked(SHOWN) {
        Some((shown, more @ [_, ..])) => format!("{} and {} more", list::quoted(shown, ", "), more.len()),
        _ => list::quoted(names, ", "),
    }
}
