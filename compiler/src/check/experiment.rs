//! Experiments: their flags and metrics.

use super::include::Included;
use super::reference::similar;
use crate::ast::index::Index;
use crate::ast::{Event, Experiment, Metric, Property, Shape, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{MetricKind, Scalar};
use crate::suggest;

/// Everything that an experiment has to be.
pub(super) fn all(
    experiment: &Experiment,
    included: &Included<'_, '_>,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    flag(experiment, index, diagnostics);
    for metric in experiment.metrics.iter() {
        for event in &metric.events {
            known_event(event, index, diagnostics);
        }
        property(metric, included, index, diagnostics);
    }
}

/// The flag is declared, and has variants to tell apart.
fn flag(experiment: &Experiment, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(key) = &experiment.flag else { return };
    let flags = &index.plan.flags;
    if let Some(flag) = index.flags.get(key.value.as_str()) {
        if flag.variants.is_none() && flag.complete {
            diagnostics
                .error(Code::NoVariants, key.span, format!("flag `{}` has no variants to compare", key.value))
                .also(flag.name.span, "declared here")
                .help("declare `variants` on the flag".to_owned());
        }
    } else if flags.complete {
        let help = similar("a flag", &key.value, &flags.items, diagnostics)
            .unwrap_or_else(|| "declare it in `flags`".to_owned());
        diagnostics
            .error(Code::UnknownFlag, key.span, format!("unknown flag `{}`", key.value))
            .label("not declared in `flags`")
            .help(help);
    }
}

fn known_event(event: &Text, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let events = &index.plan.events;
    if index.events.contains_key(event.value.as_str()) || !events.complete {
        return;
    }
    let help = similar("an event", &event.value, &events.items, diagnostics)
        .unwrap_or_else(|| "declare it in `events`".to_owned());
    diagnostics
        .error(Code::UnknownEvent, event.span, format!("unknown event `{}`", event.value))
        .label("not declared in `events`")
        .help(help);
}

/// A mean or ratio is of a numeric property of its event.
fn property(metric: &Metric, included: &Included<'_, '_>, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let (Some(name), MetricKind::Mean | MetricKind::Ratio) = (&metric.property, metric.kind) else { return };
    let [event] = metric.events.as_slice() else { return };
    let Some(event) = index.events.get(event.value.as_str()) else { return };
    let (properties, complete) = included.of_event(event);
    match properties.iter().find(|property| property.name.value == name.value) {
        Some(property) => numeric(name, property, index, diagnostics),
        None if complete => unknown_property(name, event, &properties, diagnostics),
        None => {}
    }
}

fn numeric(name: &Text, property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let is_numeric = index
        .resolve(&property.ty)
        .is_none_or(|ty| matches!(ty.shape, Shape::Scalar(Scalar::Integer | Scalar::Number) | Shape::Broken));
    if !is_numeric {
        diagnostics
            .error(
                Code::MetricShape,
                name.span,
                format!("`{}` is no number, so that there is no mean of it", name.value),
            )
            .also(property.name.span, "declared here")
            .help("a `mean` or `ratio` is of an `integer` or a `number`".to_owned());
    }
}

fn unknown_property(name: &Text, event: &Event, properties: &[&Property], diagnostics: &mut Diagnostics) {
    let names = properties.iter().map(|property| property.name.value.as_str());
    let help = suggest::nearest(&name.value, names)
        .map(|similar| format!("a property with a similar name exists: `{similar}`"));
    let message = format!("event `{}` has no property `{}`", event.name.value, name.value);
    diagnostics.error(Code::UnknownProperty, name.span, message).also(event.name.span, "the event").help(help);
}
