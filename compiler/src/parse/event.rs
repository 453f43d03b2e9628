//! Owners, property groups, groups and events.

use super::conversion::conversion;
use super::fields::{Fields, shape};
use super::meta::meta;
use super::scalar::{boolean, names, word};
use super::{destination, property, scalar, section};
use crate::ast::scalar::is_null;
use crate::ast::{Event, Group, Meta, Owner, Property, PropertyGroup, Section, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::yaml::{Entry, Node, NodeKind, Value};

pub(super) fn owner(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Owner {
    if let NodeKind::Scalar(contact) = &node.kind
        && !contact.text.is_empty()
    {
        let contact = Some(Spanned { value: contact.text.to_string(), span: node.span });
        return Owner { name, meta: Meta::default(), contact };
    }
    let Some(mut fields) = Fields::of(node, "an owner", diagnostics) else {
        return Owner { name, meta: Meta::default(), contact: None };
    };
    let meta = meta(&mut fields, diagnostics);
    let contact = fields.take("contact").and_then(|entry| scalar::text(entry, diagnostics));
    fields.finish(diagnostics);
    Owner { name, meta, contact }
}

/// The short form is the map of its properties; a `properties:` map tells the long form.
pub(super) fn property_group(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> PropertyGroup {
    let NodeKind::Mapping(entries) = &node.kind else {
        let properties = property::bare(None, node, "a property group", diagnostics, property::of_group_of_properties);
        return PropertyGroup { name, meta: Meta::default(), include: Vec::new(), properties };
    };
    let long =
        entries.iter().any(|entry| entry.key.text == "properties" && matches!(entry.value.kind, NodeKind::Mapping(_)));
    if !long {
        let declared = Some(name.span);
        let properties =
            property::bare(declared, node, "a property group", diagnostics, property::of_group_of_properties);
        return PropertyGroup { name, meta: Meta::default(), include: Vec::new(), properties };
    }
    let Some(mut fields) = Fields::of(node, "a property group", diagnostics) else {
        unreachable!("a mapping has fields")
    };
    let meta = meta(&mut fields, diagnostics);
    let include = fields.take("include").map_or_else(Vec::new, |entry| names(entry, diagnostics));
    let properties = section(fields.take("properties"), diagnostics, property::of_group_of_properties);
    fields.finish(diagnostics);
    PropertyGroup { name, meta, include, properties }
}

pub(super) fn group(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Group {
    let Some(mut fields) = Fields::of(node, "a group", diagnostics) else {
        return Group { name, meta: Meta::default(), properties: unreadable() };
    };
    let meta = meta(&mut fields, diagnostics);
    let mut properties = section(fields.take("properties"), diagnostics, property::of_group);
    properties.complete &= fields.finish(diagnostics);
    Group { name, meta, properties }
}

pub(super) fn event(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Event {
    let mut event = bare(name);
    let Some(mut fields) = Fields::of(node, "an event", diagnostics) else {
        event.properties = unreadable();
        return event;
    };
    event.wire = fields.take("name").and_then(|entry| scalar::text(entry, diagnostics));
    event.meta = meta(&mut fields, diagnostics);
    event.include = fields.take("include").map_or_else(Vec::new, |entry| names(entry, diagnostics));
    event.properties = section(fields.take("properties"), diagnostics, property::of_event);
    if let Some(entry) = fields.habit("required") {
        let message = "`required` is not a key of an event: it stands on each property".to_owned();
        diagnostics
            .error(Code::Habit, entry.key.span, message)
            .help("write `required: true` on the property".to_owned());
    }
    event.open = fields.take("open").and_then(|entry| boolean(entry, diagnostics));
    event.super_properties = fields.take("super").and_then(|entry| boolean(entry, diagnostics));
    event.send_as = fields.take("send_as").map_or_else(Vec::new, |entry| destination::send_as(entry, diagnostics));
    event.to = fields.take("to").and_then(|entry| destination::to(entry, diagnostics));
    event.apps = fields.take("apps").map_or_else(Vec::new, |entry| apps(entry, diagnostics));
    event.conversion = fields.take("conversion").and_then(|entry| conversion(entry, diagnostics));
    event.examples = fields.take("examples").map_or_else(Vec::new, |entry| examples(entry, diagnostics));
    if let Some(entry) = fields.take("call") {
        call(entry, diagnostics);
    }
    event.properties.complete &= fields.finish(diagnostics);
    event
}

/// One application or several; a list of none would leave the event out of all.
fn apps(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Text> {
    if matches!(&entry.value.kind, NodeKind::Sequence(apps) if apps.is_empty()) {
        let help = "name one, or remove `apps`: then every application has the event".to_owned();
        diagnostics.error(Code::EmptyValue, entry.value.span, "`apps` names no application").help(help);
    }
    names(entry, diagnostics)
}

/// Maps of the event's properties; whether these fit is looked at when all properties are known.
fn examples(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Value> {
    match &entry.value.kind {
        NodeKind::Sequence(examples) => list::map(examples, Node::to_value),
        NodeKind::Mapping(_) => vec![entry.value.to_value()],
        NodeKind::Scalar(_) => {
            let message = format!("`examples` is a list of maps of properties, not {}", shape(&entry.value));
            let span = if is_null(&entry.value) { entry.key.span } else { entry.value.span };
            diagnostics.error(Code::WrongShape, span, message).help("write `examples: [{ .. }]`".to_owned());
            Vec::new()
        }
    }
}

/// `call: track`, which every event is.
fn call(entry: &Entry, diagnostics: &mut Diagnostics) {
    const WORDS: &[(&str, bool)] = &[("track", true), ("page", false), ("screen", false)];
    let Some(word) = word(entry, WORDS, diagnostics).filter(|word| !word.value) else { return };
    diagnostics
        .error(Code::ReservedCall, word.span, "every event is a `track` call: the others are reserved".to_owned())
        .help("write `call: track`, or remove `call`".to_owned());
}

fn bare(name: Text) -> Event {
    Event {
        name,
        wire: None,
        meta: Meta::default(),
        include: Vec::new(),
        properties: Section::default(),
        send_as: Vec::new(),
        to: None,
        open: None,
        super_properties: None,
        apps: Vec::new(),
        conversion: None,
        examples: Vec::new(),
    }
}

fn unreadable() -> Section<Property> {
    Section { complete: false, ..Section::default() }
}
