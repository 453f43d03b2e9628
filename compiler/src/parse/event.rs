//! Owners, property groups, groups and events.

use super::fields::Fields;
use super::meta::meta;
use super::property;
use super::scalar::names;
use super::{scalar, section};
use crate::ast::{Event, Group, Meta, Owner, Property, PropertyGroup, Section, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Node, NodeKind};

pub(super) fn owner(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Owner {
    if let NodeKind::Scalar(contact) = &node.kind
        && !contact.text.is_empty()
    {
        let contact = Some(Spanned { value: contact.text.clone(), span: node.span });
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
    let Some(mut fields) = Fields::of(node, "an event", diagnostics) else {
        return bare(name, Meta::default(), Vec::new(), unreadable());
    };
    let meta = meta(&mut fields, diagnostics);
    let include = fields.take("include").map_or_else(Vec::new, |entry| names(entry, diagnostics));
    let mut properties = section(fields.take("properties"), diagnostics, property::of_event);
    if let Some(entry) = fields.habit("required") {
        let message = "`required` is not a key of an event: it stands on each property".to_owned();
        diagnostics
            .error(Code::Habit, entry.key.span, message)
            .help("write `required: true` on the property".to_owned());
    }
    fields.not_yet(&["name", "send_as", "to", "open", "apps", "call", "conversion", "super"], diagnostics);
    properties.complete &= fields.finish(diagnostics);
    bare(name, meta, include, properties)
}

fn bare(name: Text, meta: Meta, include: Vec<Text>, properties: Section<Property>) -> Event {
    Event {
        name,
        wire: None,
        meta,
        include,
        properties,
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
