//! Properties of events, people, groups and objects.

use super::fields::{Fields, shape};
use super::meta::meta;
use super::scalar::{boolean, word};
use super::types::{constraints, of_fields, word_of};
use super::{named, section};
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Keyed, PersonLink, Property, Section, Shape, Spanned, Text, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{PersonWrite, Sensitivity};
use crate::list;
use crate::source::Span;
use crate::sparse::Sparse;
use crate::yaml::{Entry, Node, NodeKind};

/// Where a property stands: it decides which keys it has.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Event,
    Super,
    Person,
    Group,
    Object,
}

pub(super) fn of_event(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Property {
    property(name, node, Place::Event, diagnostics)
}

/// A property of a property group has the keys of an event's.
pub(super) fn of_group_of_properties(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Property {
    let key = name.value.as_str();
    let is_of_long_form = match &node.kind {
        NodeKind::Sequence(_) => matches!(key, "include" | "owner" | "tags" | "links"),
        // No type has a name of several words, or one of a truth value.
        NodeKind::Scalar(scalar) => match key {
            "description" => scalar.text.trim().contains(char::is_whitespace),
            "deprecated" => matches!(core(scalar), Core::Boolean(_)),
            _ => false,
        },
        NodeKind::Mapping(_) => false,
    };
    if is_of_long_form {
        let message = format!("`{key}` is a property here: this is the short form of a property group");
        let value = if key == "include" { "[..]" } else { ".." };
        let help = format!("the long form is `{{ {key}: {value}, properties: {{ .. }} }}`");
        diagnostics.error(Code::Misplaced, name.span, message).help(help);
        return untyped(name);
    }
    property(name, node, Place::Event, diagnostics)
}

/// Set once for many events.
pub(super) fn of_super(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Property {
    property(name, node, Place::Super, diagnostics)
}

pub(super) fn of_person(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Property {
    property(name, node, Place::Person, diagnostics)
}

pub(super) fn of_group(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Property {
    property(name, node, Place::Group, diagnostics)
}

/// The fields behind `object:`.
pub(super) fn of_object(entry: &Entry, diagnostics: &mut Diagnostics) -> Section<Property> {
    section(Some(entry), diagnostics, |name, node, diagnostics| property(name, node, Place::Object, diagnostics))
}

/// A map of properties that stands without a key of its own.
pub(super) fn bare(
    declared: Option<Span>,
    node: &Node,
    what: &str,
    diagnostics: &mut Diagnostics,
    item: impl Fn(Text, &Node, &mut Diagnostics) -> Property,
) -> Section<Property> {
    let NodeKind::Mapping(entries) = &node.kind else {
        let complete = is_null(node);
        if !complete {
            let message = format!("{what} is a map of properties, not {}", shape(node));
            diagnostics.error(Code::WrongShape, node.span, message);
        }
        return Section { declared, items: Vec::new(), complete };
    };
    let items = list::map(entries, |entry| item(named(&entry.key), &entry.value, diagnostics));
    Section { declared, items, complete: true }
}

fn property(name: Text, node: &Node, place: Place, diagnostics: &mut Diagnostics) -> Property {
    let span = name.span;
    let mut property = untyped(name);
    match &node.kind {
        _ if is_null(node) => no_type(&property.name, diagnostics),
        NodeKind::Scalar(scalar) => property.ty = word_of(scalar, node.span, diagnostics),
        NodeKind::Sequence(_) => {
            let message = format!("a property is a type or a map, not {}", shape(node));
            let help = "an enum is written `{ enum: [..] }`, a list `{ list: .. }`".to_owned();
            diagnostics.error(Code::WrongShape, node.span, message).help(help);
        }
        NodeKind::Mapping(_) => {
            let Some(mut fields) = Fields::of(node, what(place), diagnostics) else { return property };
            let ty = of_fields(&mut fields, true, diagnostics);
            keys(&mut property, &mut fields, place, diagnostics);
            let clean = fields.finish(diagnostics);
            match ty {
                Some(ty) => property.ty = ty,
                None if clean => no_type(&property.name, diagnostics),
                None => {}
            }
        }
    }
    if matches!(property.ty.shape, Shape::Broken) {
        property.ty.span = span;
    }
    property
}

/// Everything but the type.
fn keys(property: &mut Property, fields: &mut Fields<'_>, place: Place, diagnostics: &mut Diagnostics) {
    property.meta = meta(fields, diagnostics).into();
    match place {
        Place::Event | Place::Object => {
            property.required = fields.take("required").and_then(|entry| required(entry, diagnostics));
        }
        Place::Super | Place::Person | Place::Group => {
            let help = "remove it: what is set later is merged with what is known, so nothing can be required";
            fields.misplaced("required", help, diagnostics);
        }
    }
    property.nullable = fields.take("nullable").and_then(|entry| boolean(entry, diagnostics)).map(Box::new);
    property.constraints = constraints(fields, diagnostics).into();
    property.sensitivity = fields.take("sensitivity").and_then(|entry| word(entry, SENSITIVITIES, diagnostics));
    match place {
        Place::Event => {
            property.person = fields.take("person").and_then(|entry| person(entry, diagnostics));
            property.overrides = fields.take("override").and_then(|entry| boolean(entry, diagnostics)).map(Box::new);
            fields.misplaced("set_once", "on an event's property write `person: set_once`", diagnostics);
        }
        Place::Person => {
            let set_once = fields.take("set_once").and_then(|entry| boolean(entry, diagnostics));
            property.person = set_once
                .filter(|set_once| set_once.value)
                .map(|set_once| PersonLink { write: PersonWrite::SetOnce, span: set_once.key });
            fields.misplaced("person", "remove it: this is a property of the person", diagnostics);
        }
        Place::Super => {
            fields.misplaced("person", "a super property belongs to events: declare it in `person` too", diagnostics);
        }
        Place::Group | Place::Object => {}
    }
    if let Some(entry) = fields.take("examples") {
        property.examples = match &entry.value.kind {
            NodeKind::Sequence(examples) => list::map(examples, Node::to_value),
            _ => vec![entry.value.to_value()],
        };
    }
    for word in ["pii", "personal"] {
        fields.slip(word, "sensitivity", "write `sensitivity: personal`", diagnostics);
    }
    fields.misplaced("optional", "remove it: what is not `required: true` is optional", diagnostics);
    if place == Place::Object {
        let help = "remove it: the property that holds the object goes out whole or not at all";
        fields.misplaced("hash", help, diagnostics);
    } else {
        property.hash = fields.take("hash").and_then(|entry| boolean(entry, diagnostics)).map(Box::new);
    }
}

const SENSITIVITIES: &[(&str, Sensitivity)] = &[
    ("public", Sensitivity::Public),
    ("internal", Sensitivity::Internal),
    ("personal", Sensitivity::Personal),
    ("secret", Sensitivity::Secret),
];

/// `true` or `false`; a list of names is how other languages say it.
fn required(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Keyed<bool>> {
    if !matches!(entry.value.kind, NodeKind::Sequence(_)) {
        return boolean(entry, diagnostics);
    }
    diagnostics
        .error(Code::Habit, entry.key.span, "`required` stands on each property, not as a list beside them")
        .help("write `required: true` on the property".to_owned());
    None
}

fn person(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<PersonLink> {
    const WORDS: &[(&str, PersonWrite)] = &[("set", PersonWrite::Set), ("set_once", PersonWrite::SetOnce)];
    let write = word(entry, WORDS, diagnostics)?;
    Some(PersonLink { write: write.value, span: write.span })
}

fn what(place: Place) -> &'static str {
    match place {
        Place::Event => "a property",
        Place::Super => "a super property",
        Place::Person => "a property of the person",
        Place::Group => "a property of a group",
        Place::Object => "a property of an object",
    }
}

fn no_type(name: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let message = format!("property `{}` has no type", name.value);
    diagnostics.error(Code::NoType, name.span, message).help(
        "write a type, such as `string`, or one of the keys `type`, `enum`, `object`, `list`, `map`, `const`"
            .to_owned(),
    );
}

fn untyped(name: Text) -> Property {
    let ty = TypeExpression { shape: Shape::Broken, span: name.span };
    Property {
        name,
        meta: Sparse::default(),
        ty,
        required: None,
        nullable: None,
        constraints: Sparse::default(),
        sensitivity: None,
        hash: None,
        person: None,
        overrides: None,
        examples: Vec::new(),
    }
}
