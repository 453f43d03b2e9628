//! Names that the vendors keep for themselves: under one of them an event or a property would be something else there.

mod known;

use super::include::Included;
use super::reference::nearest;
use crate::ast::index::Index;
use crate::ast::{Property, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::DestinationKind;
use crate::lint::Lint;

/// What PostHog does with these is done by a call.
const EVENTS: [(&str, &str); 4] =
    [("$identify", "identify"), ("$set", "set"), ("$create_alias", "alias"), ("$groupidentify", "group")];

/// What these hold every event has already, and how the code says it.
const PROPERTIES: [(&str, &str); 7] = [
    ("$set", "write `person: set` at a property of the person, or call `user.set(..)`"),
    ("$set_once", "write `person: set_once` at a property of the person, or call `user.set(..)`"),
    ("$groups", "call `user.group(..)`: what the person captures belongs to the group then"),
    ("distinct_id", "it is what `client.user(..)` is given"),
    ("token", "it is the key that the destination is given"),
    ("time", "an event has the time at which it is captured; give another moment another name"),
    ("$insert_id", "an event has an id of its own"),
];

pub(super) fn names(index: &Index<'_>, included: &Included<'_, '_>, diagnostics: &mut Diagnostics) {
    let plan = index.plan;
    for event in &plan.events.items {
        event_name(event.wire(), diagnostics);
        event.send_as.iter().for_each(|(_, name)| event_name(name, diagnostics));
        // Those that come by `include` too: the fields of an object type are as good there as anywhere else.
        let (properties, _) = included.of_event(event);
        for property in properties.iter() {
            property_name(&property.name, diagnostics);
            if event.goes_to(DestinationKind::Mixpanel) {
                group_type(property, index, diagnostics);
            }
        }
    }
    for group in &plan.property_groups.items {
        group.properties.items.iter().for_each(|property| property_name(&property.name, diagnostics));
    }
    for property in &plan.super_properties.items {
        property_name(&property.name, diagnostics);
        group_type(property, index, diagnostics);
    }
    let profiles = plan.groups.items.iter().map(|group| &group.properties).chain([&plan.person]);
    for property in profiles.flat_map(|properties| &properties.items) {
        let is_known = |name: &str| known::is_property(name) || known::is_of_profile(name);
        dollar(&property.name, is_known, known::PROPERTIES, diagnostics);
    }
}

fn event_name(name: &Text, diagnostics: &mut Diagnostics) {
    let Some((_, call)) = EVENTS.iter().find(|(kept, _)| *kept == name.value) else {
        return dollar(name, known::is_event, known::EVENTS, diagnostics);
    };
    diagnostics
        .error(Code::VendorName, name.span, format!("`{}` is an event of posthog's own", name.value))
        .help(format!("call `user.{call}(..)`, which sends it"));
}

/// A name that the vendors leave to the plan, or have given a meaning.
pub(super) fn property_name(name: &Text, diagnostics: &mut Diagnostics) {
    let Some((kept, remedy)) = PROPERTIES.iter().find(|(kept, _)| *kept == name.value) else {
        return dollar(name, known::is_property, known::PROPERTIES, diagnostics);
    };
    diagnostics
        .error(Code::VendorName, name.span, format!("`{kept}` is a property that the vendors keep for themselves"))
        .help((*remedy).to_owned());
}

/// Warns of a name with `$` to which no vendor has given a meaning: most of them are misspelt.
fn dollar(name: &Text, is_known: impl Fn(&str) -> bool, table: &'static [&'static str], diagnostics: &mut Diagnostics) {
    if !name.value.starts_with('$') || is_known(&name.value) {
        return;
    }
    let help = match nearest(&name.value, table.iter().copied(), diagnostics) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "names with `$` are the vendors': write it without".to_owned(),
    };
    let message = format!("`{}` is not in posthog's public taxonomy", name.value);
    diagnostics.lint(Lint::UnknownVendorName, name.span, message).help(help);
}

/// Warns of a property that Mixpanel has twice: there the key of a group is a property of each event.
fn group_type(property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(group) = index.groups.get(property.name.value.as_str()) else { return };
    let name = &property.name.value;
    diagnostics
        .lint(Lint::GroupTypeName, property.name.span, format!("`{name}` is a group type too"))
        .also(group.name.span, "declared here")
        .help("at mixpanel the key of a group is a property of this name: call it otherwise".to_owned());
}
