//! Metrics: their events, properties and thresholds.

use super::include::Included;
use super::reference::nearest;
use crate::ast::index::Index;
use crate::ast::{Event, Metric, Property, Shape, Text, TypeExpression};
use crate::check::value;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Goal, MetricKind, Scalar, Sensitivity};
use crate::lint::Lint;
use crate::list;

/// The events are declared, and the property of a mean or ratio is a number of theirs.
pub(super) fn all(metric: &Metric, included: &Included<'_, '_>, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    for name in &metric.events {
        let events = index.events_called(&name.value);
        if events.is_empty() {
            unknown_event(name, index, diagnostics);
        } else {
            seen(name, &events, diagnostics);
            if metric.events.len() == 1 {
                property(metric, &events, included, index, diagnostics);
            }
        }
    }
}

/// A guardrail does not end where the metric is meant to go.
pub(super) fn guardrails(guardrails: &[Metric], diagnostics: &mut Diagnostics) {
    for guardrail in guardrails {
        let Some(threshold) = &guardrail.threshold else { continue };
        let (meant, other) = match guardrail.goal {
            Goal::Increase => ("increase", "decrease"),
            Goal::Decrease => ("decrease", "increase"),
        };
        let is_meant = match guardrail.goal {
            Goal::Increase => threshold.value.written.starts_with('+'),
            Goal::Decrease => threshold.value.written.starts_with('-'),
        };
        if is_meant {
            let message =
                format!("this guardrail is meant to {meant}, and `{}` is passed when it does", threshold.value.written);
            let help = format!("write `goal: {other}`, or turn the sign");
            diagnostics.lint(Lint::ThresholdSide, threshold.span, message).help(help);
        }
    }
}

/// PostHog counts the metric, and so gets one of the events.
fn seen(name: &Text, events: &[&Event], diagnostics: &mut Diagnostics) {
    let elsewhere = list::filter_map(events, |event| {
        let to = event.to.as_ref()?;
        (!to.value.iter().any(|to| to.value == DestinationKind::PostHog)).then_some(to.key)
    });
    if let Some(first) = elsewhere.first().filter(|_| elsewhere.len() == events.len()) {
        let message = format!("posthog counts this metric and gets no event `{}`", name.value);
        diagnostics
            .lint(Lint::UnseenMetric, name.span, message)
            .also(*first, "it goes elsewhere")
            .help("add `posthog` to the event's `to`, or count another event".to_owned());
    }
}

fn unknown_event(name: &Text, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let events = &index.plan.events;
    if !events.complete {
        return;
    }
    let keys = events.items.iter().map(|event| event.name.value.as_str());
    let wires = events.items.iter().filter_map(|event| Some(event.wire.as_ref()?.value.as_str()));
    let help = match nearest(&name.value, keys.chain(wires), diagnostics) {
        Some(similar) => format!("an event with a similar name exists: `{similar}`"),
        None => "declare it in `events`".to_owned(),
    };
    diagnostics
        .error(Code::UnknownEvent, name.span, format!("unknown event `{}`", name.value))
        .label("not declared in `events`")
        .help(help);
}

/// Of several events of one wire name those count that have the property.
fn property(
    metric: &Metric,
    events: &[&Event],
    included: &Included<'_, '_>,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    let (Some(name), MetricKind::Mean | MetricKind::Ratio) = (&metric.property, metric.kind) else { return };
    let mut properties: Vec<&Property> = Vec::new();
    let mut complete = true;
    for event in events {
        let (own, is_complete) = included.of_event_by_key(&event.name.value);
        complete &= is_complete;
        let declared = own.iter().any(|property| property.name.value == name.value);
        properties.extend(own.iter());
        if !declared && event.takes_super() {
            complete &= index.plan.super_properties.complete;
            properties.extend(&index.plan.super_properties.items);
        }
    }
    let found: Vec<_> = properties.iter().copied().filter(|property| property.name.value == name.value).collect();
    if found.is_empty() {
        if complete {
            unknown_property(name, events[0], &properties, diagnostics);
        }
    } else if let Some(property) = found.iter().find(|property| !is_numeric(&property.ty, index)) {
        let message = format!("`{}` is no number, so that there is no mean of it", name.value);
        diagnostics
            .error(Code::MetricShape, name.span, message)
            .also(property.name.span, "declared here")
            .help("a `mean` or `ratio` is of an `integer` or a `number`".to_owned());
    } else {
        visible(name, &found, index, diagnostics);
    }
}

/// PostHog may see the property of one of the events.
fn visible(name: &Text, found: &[&Property], index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let posthog = index.plan.destinations.iter().find(|destination| destination.kind.value == DestinationKind::PostHog);
    let allowed = posthog.and_then(|posthog| posthog.allow).map_or(Sensitivity::default(), |allow| allow.value);
    let class = |property: &Property| property.sensitivity.as_ref().map_or(Sensitivity::default(), |class| class.value);
    if found.iter().all(|property| class(property) > allowed) {
        let message = format!("posthog counts this metric and may not see `{}`", name.value);
        diagnostics
            .lint(Lint::UnseenMetric, name.span, message)
            .also(found[0].name.span, "declared here")
            .help("let posthog see it in `destinations`, or take another property".to_owned());
    }
}

/// A number, or an enum of them; what was told is taken for one.
fn is_numeric(ty: &TypeExpression, index: &Index<'_>) -> bool {
    let Some(ty) = index.resolve(ty) else { return true };
    match &ty.shape {
        Shape::Scalar(scalar) => matches!(scalar, Scalar::Integer | Scalar::Number),
        Shape::Enum(_) | Shape::Subset { .. } => index.enumeration(ty).is_none_or(value::is_integers),
        Shape::Broken => true,
        _ => false,
    }
}

fn unknown_property(name: &Text, event: &Event, properties: &[&Property], diagnostics: &mut Diagnostics) {
    let names = properties.iter().map(|property| property.name.value.as_str());
    let help = nearest(&name.value, names, diagnostics)
        .map(|similar| format!("a property with a similar name exists: `{similar}`"));
    let message = format!("event `{}` has no property `{}`", event.name.value, name.value);
    diagnostics.error(Code::UnknownProperty, name.span, message).also(event.name.span, "the event").help(help);
}
