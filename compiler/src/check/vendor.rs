//! Names that the vendors keep for themselves: under one of them an event or a property would be something else there.

use super::include::Included;
use crate::ast::{Event, Plan, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;

/// What PostHog does with these is done by a call.
const EVENTS: [(&str, &str); 4] =
    [("$identify", "identify"), ("$set", "set"), ("$create_alias", "alias"), ("$groupidentify", "group")];

/// What these hold every event has already, and how the code says it.
const PROPERTIES: [(&str, &str); 6] = [
    ("$set", "write `person: set` at a property of the person, or call `user.set(..)`"),
    ("$groups", "call `user.group(..)`: what the person captures belongs to the group then"),
    ("distinct_id", "it is what `client.user(..)` is given"),
    ("token", "it is the key that the destination is given"),
    ("time", "an event has the time at which it is captured; give another moment another name"),
    ("$insert_id", "an event has an id of its own"),
];

pub(super) fn names(plan: &Plan, included: &Included<'_, '_>, diagnostics: &mut Diagnostics) {
    for event in &plan.events.items {
        event_name(&event.name, diagnostics);
        properties(event, included, diagnostics);
    }
    for group in &plan.property_groups.items {
        group.properties.items.iter().for_each(|property| property_name(&property.name, diagnostics));
    }
}

fn event_name(name: &Text, diagnostics: &mut Diagnostics) {
    let Some((_, call)) = EVENTS.iter().find(|(kept, _)| *kept == name.value) else { return };
    diagnostics
        .error(Code::VendorName, name.span, format!("`{}` is an event of posthog's own", name.value))
        .help(format!("call `user.{call}(..)`, which sends it"));
}

/// Those that come by `include` too: the fields of an object type are as good there as anywhere else.
fn properties(event: &Event, included: &Included<'_, '_>, diagnostics: &mut Diagnostics) {
    let (properties, _) = included.of_event(event);
    properties.iter().for_each(|property| property_name(&property.name, diagnostics));
}

/// A name that the vendors leave to the plan.
pub(super) fn property_name(name: &Text, diagnostics: &mut Diagnostics) {
    let Some((kept, remedy)) = PROPERTIES.iter().find(|(kept, _)| *kept == name.value) else { return };
    diagnostics
        .error(Code::VendorName, name.span, format!("`{kept}` is a property that the vendors keep for themselves"))
        .help((*remedy).to_owned());
}
