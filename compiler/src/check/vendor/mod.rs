//! Names that the vendors keep for themselves: under one of them an event or a property would be something else there.

mod known;

use super::include::Included;
use crate::ast::index::Index;
use crate::ast::{Plan, Property, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Sensitivity};
use crate::lint::{Level, Lint};

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
        // Optimizely keeps no names.
        let kept = event.send_as.iter().filter(|(kind, _)| kind.value != DestinationKind::Optimizely);
        kept.for_each(|(_, name)| event_name(name, diagnostics));
        // Those that come by `include` too: the fields of an object type are as good there as anywhere else.
        let (properties, _) = included.of_event(event);
        for property in properties.iter() {
            property_name(&property.name, diagnostics);
            let goes_to_mixpanel = event.goes_to(DestinationKind::Mixpanel);
            if goes_to_mixpanel {
                group_type(property, index, diagnostics);
            }
            written(property, goes_to_mixpanel, plan, diagnostics);
        }
    }
    plan.groups.items.iter().for_each(|group| group_name(&group.name, diagnostics));
    for group in &plan.property_groups.items {
        group.properties.items.iter().for_each(|property| property_name(&property.name, diagnostics));
    }
    for property in &plan.super_properties.items {
        property_name(&property.name, diagnostics);
        group_type(property, index, diagnostics);
        written(property, true, plan, diagnostics);
    }
    let profiles = plan.groups.items.iter().map(|group| &group.properties).chain([&plan.person]);
    for property in profiles.flat_map(|properties| &properties.items) {
        let is_known = |name: &str| known::is_property(name) || known::is_of_profile(name);
        dollar(&property.name, is_known, known::similar_property, diagnostics);
    }
}

fn event_name(name: &Text, diagnostics: &mut Diagnostics) {
    let Some((_, call)) = EVENTS.iter().find(|(kept, _)| *kept == name.value) else {
        return dollar(name, known::is_event, known::similar_event, diagnostics);
    };
    diagnostics
        .error(Code::VendorName, name.span, format!("`{}` is an event of posthog's own", name.value))
        .help(format!("call `user.{call}(..)`, which sends it"));
}

/// At Mixpanel the key of a group is a property of each event, under the name of its type.
fn group_name(name: &Text, diagnostics: &mut Diagnostics) {
    let mut kept = PROPERTIES.iter().map(|(kept, _)| kept).chain(&AT_MIXPANEL);
    if kept.any(|kept| *kept == name.value) {
        diagnostics
            .error(Code::VendorName, name.span, format!("`{}` is a property that mixpanel's events have", name.value))
            .help("there the key of a group is a property of this name: call the group otherwise".to_owned());
    }
}

/// A name that the vendors leave to the plan, or have given a meaning.
pub(super) fn property_name(name: &Text, diagnostics: &mut Diagnostics) {
    let Some((kept, remedy)) = PROPERTIES.iter().find(|(kept, _)| *kept == name.value) else {
        return dollar(name, known::is_property, known::similar_property, diagnostics);
    };
    diagnostics
        .error(Code::VendorName, name.span, format!("`{kept}` is a property that the vendors keep for themselves"))
        .help((*remedy).to_owned());
}

/// Warns of a name with `$` to which no vendor has given a meaning: most of them are misspelt.
fn dollar(
    name: &Text,
    is_known: impl Fn(&str) -> bool,
    similar: fn(&str, &Diagnostics) -> Option<String>,
    diagnostics: &mut Diagnostics,
) {
    if !name.value.starts_with('$') || is_known(&name.value) {
        return;
    }
    let help = match similar(&name.value, diagnostics) {
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

/// What Mixpanel's events have of the library's own.
const AT_MIXPANEL: [&str; 3] = ["$lib_version", "ip", "mp_lib"];

/// What `stamp_plan` writes.
const STAMP: &str = "taxogen_plan";

/// Warns of a property that a message has twice, because the library writes one of that name too.
fn written(property: &Property, goes_to_mixpanel: bool, plan: &Plan, diagnostics: &mut Diagnostics) {
    let name = &property.name;
    // The class that is missing cures both.
    if name.value == "ip" && property.sensitivity.is_none() && diagnostics.level(Lint::PersonalName) > Level::Allow {
        return;
    }
    let (message, help) = if name.value == STAMP {
        (
            format!("`{STAMP}` is what a client with `stamp_plan` writes"),
            "call it otherwise, or leave it out: the stamp is written by itself",
        )
    } else if AT_MIXPANEL.contains(&name.value.as_str()) && goes_to_mixpanel && is_seen_by_mixpanel(property, plan) {
        (
            format!("`{}` is what every event has at mixpanel already", name.value),
            "call it otherwise, give it a class that mixpanel may not see, or name the event's other destinations in `to`",
        )
    } else {
        return;
    };
    diagnostics.lint(Lint::LibraryName, name.span, message).help(help.to_owned());
}

/// The value itself, or its hash.
fn is_seen_by_mixpanel(property: &Property, plan: &Plan) -> bool {
    let mixpanel = plan.destinations.iter().find(|destination| destination.kind.value == DestinationKind::Mixpanel);
    let allow = mixpanel.and_then(|mixpanel| mixpanel.allow).map_or(Sensitivity::default(), |allow| allow.value);
    let class = property.sensitivity.map_or(Sensitivity::default(), |class| class.value);
    let is_hashed = property.hash.as_ref().is_some_and(|hash| hash.value);
    class <= allow || (is_hashed && class < Sensitivity::Secret)
}
