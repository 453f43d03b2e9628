//! Events: where they go, what lies under them, and what they look like.

use super::conversion;
use super::include::Included;
use super::property;
use super::reference::nearest;
use super::value::{self, Wanted};
use crate::ast::index::Index;
use crate::ast::{Event, Property, Shape};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Sensitivity};
use crate::lint::Lint;
use crate::source::Span;
use crate::yaml::{Node, NodeKind};

/// Everything that one event has to be.
pub(super) fn all(event: &Event, included: &Included<'_, '_>, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    route(event, diagnostics);
    send_as(event, diagnostics);
    conversion::all(event, included, index, diagnostics);
    if !index.super_properties.is_empty() {
        super_properties(event, included, index, diagnostics);
    }
    for example in &event.examples {
        self::example(example, event, included, index, diagnostics);
    }
}

/// A route leads to destinations that take any event.
fn route(event: &Event, diagnostics: &mut Diagnostics) {
    let kinds = event.to.iter().flat_map(|to| &to.value);
    for kind in kinds.filter(|kind| kind.value == DestinationKind::Optimizely) {
        let help = if event.optimizely().is_some() {
            "remove it here: `conversion` sends the event there"
        } else {
            "remove it here, and make the event one: `conversion: optimizely`"
        };
        diagnostics
            .error(Code::ConversionRoute, kind.span, "`optimizely` gets conversions alone, and none by `to`")
            .help(help.to_owned());
    }
}

/// A name at a destination is used there.
fn send_as(event: &Event, diagnostics: &mut Diagnostics) {
    for (kind, _) in event.send_as.iter().filter(|(kind, _)| !event.goes_to(kind.value)) {
        let word = kind.value.as_str();
        let told = diagnostics.error(Code::UnusedSendAs, kind.span, format!("the event does not go to `{word}`"));
        match &event.to {
            Some(to) if kind.value != DestinationKind::Optimizely => {
                told.also(to.key, "it goes where this says").help(format!("add `{word}` to `to`, or remove this name"))
            }
            _ => told.help(format!("write `conversion: {word}` on the event, or remove this name")),
        };
    }
}

/// What an event says itself lies over a super property of the same name, and is of the same type.
fn super_properties(event: &Event, included: &Included<'_, '_>, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    if !event.takes_super() {
        return;
    }
    let (properties, _) = included.of_event(event);
    for property in properties.iter() {
        let name = property.name.value.as_str();
        let Some(below) = index.super_properties.get(name) else { continue };
        if !property::same_type(property, below, index) {
            diagnostics
                .error(Code::SuperMismatch, property.ty.span, format!("`{name}` is of another type in `super`"))
                .also(below.ty.span, "declared here")
                .help("give both the same type, or write `super: false` on the event".to_owned());
        } else if let Some(class) = property.sensitivity.filter(|class| class.value == Sensitivity::Secret) {
            let message = format!("`{name}` is secret here, and keeps the super property of that name back too");
            diagnostics
                .lint(Lint::UnreachableProperty, class.span, message)
                .also(below.name.span, "declared here")
                .help("give one of them another name".to_owned());
        } else if property::class(property) < property::class(below) {
            let span = property.sensitivity.map_or(property.name.span, |class| class.span);
            let wanted = property::class(below).as_str();
            diagnostics
                .error(Code::SuperMismatch, span, format!("`{name}` is `{wanted}` in `super`, and less here"))
                .also(below.sensitivity.map_or(below.name.span, |class| class.span), "declared here")
                .help(format!("write `sensitivity: {wanted}`, or `super: false` on the event"));
        }
    }
}

/// An example is a map of the event's properties, with all that are required.
fn example(
    example: &Node,
    event: &Event,
    included: &Included<'_, '_>,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    let NodeKind::Mapping(entries) = &example.kind else {
        let message = "an example of an event is a map of its properties";
        diagnostics.error(Code::WrongShape, example.span, message).help("write `examples: [{ .. }]`".to_owned());
        return;
    };
    let (properties, complete) = included.of_event(event);
    for entry in entries {
        let key = &*entry.key.text;
        match properties.iter().find(|property| property.name.value == key) {
            Some(property) => {
                value::read(&entry.value, Wanted::of_property(property, entry.key.span), index, diagnostics);
            }
            None if event.is_open() => {
                value::untyped(&entry.value, diagnostics);
            }
            None if complete => unknown(key, entry.key.span, event, &properties, diagnostics),
            None => {}
        }
    }
    let is_asked_for =
        |property: &&&Property| property.is_required() && !matches!(property.ty.shape, Shape::Const { .. });
    for property in properties.iter().filter(is_asked_for) {
        let name = property.name.value.as_str();
        if !entries.iter().any(|entry| entry.key.text == name) {
            let message = format!("`{name}` is required and missing in this example");
            diagnostics.error(Code::ValueMismatch, example.span, message).also(property.name.span, "declared here");
        }
    }
}

fn unknown(key: &str, span: Span, event: &Event, properties: &[&Property], diagnostics: &mut Diagnostics) {
    let names = properties.iter().map(|property| property.name.value.as_str());
    let help =
        nearest(key, names, diagnostics).map(|similar| format!("a property with a similar name exists: `{similar}`"));
    let message = format!("event `{}` has no property `{key}`", event.name.value);
    diagnostics.error(Code::UnknownProperty, span, message).help(help);
}
