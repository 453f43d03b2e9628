//! What is on its way out, where something builds on it.

use super::Lint;
use crate::ast::walk::{self, Place};
use crate::ast::{Event, Named, Plan, Section};
use crate::diagnostic::Diagnostics;
use crate::table::ByName;

/// Metrics of events that will not be captured any more.
pub(super) fn metrics(plan: &Plan, diagnostics: &mut Diagnostics) {
    let mut deprecated: ByName<'_, Option<&Event>> = ByName::new();
    for event in plan.events.items.iter().filter(|event| event.meta.deprecated.is_some()) {
        deprecated.insert(&event.name.value, Some(event));
        if let Some(wire) = &event.wire {
            deprecated.insert(&wire.value, Some(event));
        }
    }
    if deprecated.is_empty() {
        return;
    }
    // Of several events of one name, those that stay are counted still.
    for event in plan.events.items.iter().filter(|event| event.meta.deprecated.is_none()) {
        deprecated.insert(event.wire_name(), None);
    }
    for metric in plan.experiments.items.iter().flat_map(|experiment| experiment.metrics.iter()) {
        for name in &metric.events {
            let Some(Some(event)) = deprecated.get(name.value.as_str()) else { continue };
            let replaced_by = event.meta.deprecated.as_ref().and_then(|deprecated| deprecated.replaced_by.as_ref());
            let help = match replaced_by {
                Some(replacement) => format!("`{}` replaces it", replacement.value),
                None => "choose an event that stays".to_owned(),
            };
            diagnostics
                .lint(
                    Lint::DeprecatedMetric,
                    name.span,
                    format!("this metric is of the deprecated event `{}`", name.value),
                )
                .also(event.name.span, "deprecated here")
                .help(help);
        }
    }
}

/// Replacements that are on their way out themselves.
pub(super) fn replacements(plan: &Plan, diagnostics: &mut Diagnostics) {
    section(&plan.types, by_key, diagnostics);
    section(&plan.property_groups, by_key, diagnostics);
    section(&plan.events, Event::wire_name, diagnostics);
    section(&plan.flags, by_key, diagnostics);
    section(&plan.experiments, by_key, diagnostics);
    walk::plan(plan, &mut |place| {
        if let Place::Properties(properties, _) = place {
            section(properties, by_key, diagnostics);
        }
    });
}

fn by_key<T: Named>(item: &T) -> &str {
    &item.name().value
}

/// Items are named by their keys, and by `other`.
fn section<T: Named>(section: &Section<T>, other: fn(&T) -> &str, diagnostics: &mut Diagnostics) {
    let mut deprecated: Vec<(&str, &dyn Named)> = Vec::new();
    let mut kept = Vec::new();
    for item in &section.items {
        if item.meta().deprecated.is_some() {
            deprecated.push((other(item), item));
        } else {
            kept.push(other(item));
        }
    }
    if !deprecated.is_empty() {
        among(&deprecated, &kept, diagnostics);
    }
}

/// Deprecated items with their other names, and the other names of those that stay.
fn among(deprecated: &[(&str, &dyn Named)], kept: &[&str], diagnostics: &mut Diagnostics) {
    let mut items: ByName<'_, Option<&dyn Named>> = ByName::new();
    for (other, item) in deprecated {
        items.insert(other, Some(*item));
        items.insert(&item.name().value, Some(*item));
    }
    // Of several items of one name, those that stay are meant.
    for name in kept {
        items.insert(name, None);
    }
    for (_, item) in deprecated {
        let replacement = item.meta().deprecated.as_ref().and_then(|deprecated| deprecated.replaced_by.as_ref());
        let Some(replacement) = replacement else { continue };
        let Some(Some(next)) = items.get(replacement.value.as_str()) else { continue };
        let after = next.meta().deprecated.as_ref().and_then(|deprecated| deprecated.replaced_by.as_ref());
        let help = after.filter(|after| after.value != item.name().value);
        let message = format!("what replaces `{}` is deprecated itself", item.name().value);
        diagnostics
            .lint(Lint::DeprecatedReplacement, replacement.span, message)
            .also(next.name().span, "deprecated here")
            .help(help.map(|after| format!("`{}` replaces that", after.value)));
    }
}
