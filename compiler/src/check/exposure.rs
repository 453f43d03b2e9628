//! `exposure:` of an experiment: a name and constants that can be sent beside what it says anyway.

use super::include::Included;
use super::value::{self, Wanted};
use super::{name, vendor};
use crate::ast::index::Index;
use crate::ast::{Event, Exposure, Keyed, Property, Shape, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::yaml::Node;

/// What an exposure says of itself, in either vendor's form.
const CARRIED: [&str; 9] = [
    "flag_key",
    "variation_key",
    "rule_key",
    "enabled",
    "flagKey",
    "variationKey",
    "ruleKey",
    "optimizelyUserId",
    "userAttributes",
];

pub(super) fn all<'p>(
    exposure: &Exposure,
    included: &Included<'_, 'p>,
    index: &Index<'p>,
    diagnostics: &mut Diagnostics,
) {
    let event = exposure.event.as_ref().and_then(|event| self::event(event, index, diagnostics));
    for (name, _) in &exposure.properties {
        property_name(name, diagnostics);
    }
    let properties = event.map(|event| included.of_event(event).0).unwrap_or_default();
    literals(exposure, &properties, index, diagnostics);
    if let (Some(name), Some(event)) = (&exposure.event, event) {
        of_event(name, event, exposure, included, diagnostics);
    }
}

/// The properties of an exposure of which nothing was told.
pub(crate) fn properties(exposure: &Exposure, index: &Index<'_>) -> Vec<(String, Literal)> {
    let mut told = Diagnostics::default();
    let event = exposure.event.as_ref().and_then(|event| self::event(event, index, &mut told));
    let included = event.map(|event| Included::of_one(event, index));
    let properties = included.as_ref().zip(event).map(|(included, event)| included.of_event(event).0);
    literals(exposure, &properties.unwrap_or_default(), index, &mut told)
}

/// What is sent: of the property's type where the event declares it, else what the scalar says.
fn literals(
    exposure: &Exposure,
    properties: &[&Property],
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Literal)> {
    let read = |name: &Text, value: &Keyed<Node>, diagnostics: &mut Diagnostics| {
        let property = properties.iter().find(|property| property.name.value == name.value);
        let literal = match property {
            Some(property) => value::read(&value.value, Wanted::of_property(property, value.key), index, diagnostics)?,
            None => value::untyped(&value.value, diagnostics)?,
        };
        scalar(literal, value, diagnostics)
    };
    let literals = exposure.properties.iter();
    literals.filter_map(|(name, value)| Some((name.value.clone(), read(name, value, diagnostics)?))).collect()
}

fn scalar(literal: Literal, value: &Keyed<Node>, diagnostics: &mut Diagnostics) -> Option<Literal> {
    let what = match literal {
        Literal::Null => "nothing",
        Literal::List(_) | Literal::Map(_) => "several",
        _ => return Some(literal),
    };
    let message = format!("a property of an exposure is one constant value, not {what}");
    let help = "write a text, a number, `true` or `false`".to_owned();
    diagnostics.error(Code::ExposureProperty, value.span, message).help(help);
    None
}

/// The event of the plan that is meant, where there is one.
fn event<'p>(name: &Text, index: &Index<'p>, diagnostics: &mut Diagnostics) -> Option<&'p Event> {
    name::length(name, diagnostics);
    if name.value.starts_with('$') {
        let message = format!("`{}` is an event of the vendors' own", name.value);
        let help = "write a name of your own, such as `Checkout Seen`".to_owned();
        diagnostics.error(Code::ExposureEvent, name.span, message).help(help);
        return None;
    }
    let event = *index.events_called(&name.value).first()?;
    let routed = event.to.as_ref().map(|to| ("to", to.key));
    let renamed = event.send_as.first().map(|(destination, _)| ("send_as", destination.span));
    if let Some((key, span)) = routed.or(renamed) {
        let message = format!("an exposure has one name and goes everywhere, event `{}` has `{key}`", name.value);
        diagnostics
            .error(Code::ExposureEvent, name.span, message)
            .also(span, "declared here")
            .help("give the exposure a name of its own".to_owned());
    }
    Some(event)
}

fn property_name(name: &Text, diagnostics: &mut Diagnostics) {
    name::length(name, diagnostics);
    if CARRIED.contains(&name.value.as_str()) {
        let message = format!("an exposure says `{}` itself", name.value);
        diagnostics
            .error(Code::ExposureProperty, name.span, message)
            .help("remove it, or give the property another name".to_owned());
    } else {
        vendor::property_name(name, diagnostics);
    }
}

/// An exposure that goes by the name of a declared event is one of these events.
fn of_event(
    name: &Text,
    event: &Event,
    exposure: &Exposure,
    included: &Included<'_, '_>,
    diagnostics: &mut Diagnostics,
) {
    let (properties, complete) = included.of_event_by_key(&event.name.value);
    let is_open = event.open.as_ref().is_some_and(|open| open.value);
    for (given, _) in exposure.properties.iter().filter(|_| complete && !is_open) {
        if !properties.iter().any(|property| property.name.value == given.value) {
            let message = format!("event `{}` has no property `{}`", event.name.value, given.value);
            diagnostics
                .error(Code::UnknownProperty, given.span, message)
                .also(event.name.span, "the event")
                .help("declare it there, or give the exposure a name of its own".to_owned());
        }
    }
    let is_given =
        |name: &str| CARRIED.contains(&name) || exposure.properties.iter().any(|(given, _)| given.value == name);
    let lacking = properties.iter().find(|property| {
        let is_always_sent = property.is_required() || matches!(property.ty.shape, Shape::Const { .. });
        is_always_sent && !is_given(&property.name.value)
    });
    if let Some(property) = lacking {
        let property_name = &property.name.value;
        let message = format!("event `{}` always has `{property_name}`, this exposure has not", event.name.value);
        diagnostics
            .error(Code::ExposureProperty, name.span, message)
            .also(property.name.span, "declared here")
            .help(format!("write it: `properties: {{ {property_name}: .. }}`"));
    }
}
