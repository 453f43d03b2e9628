//! What nobody described, or answers for.

use super::Lint;
use crate::ast::{Meta, Named, Plan, Section};
use crate::diagnostic::Diagnostics;

/// Events that do not say when they happen, and experiments that do not say what they are to show. One that is on
/// its way out needs no description any more.
pub(super) fn descriptions(plan: &Plan, diagnostics: &mut Diagnostics) {
    for event in &plan.events.items {
        if !is_described(&event.meta) && event.meta.deprecated.is_none() {
            diagnostics
                .lint(
                    Lint::MissingDescription,
                    event.name.span,
                    format!("event `{}` has no description", event.name.value),
                )
                .help("say when it happens: `description: ..`".to_owned());
        }
    }
    for experiment in &plan.experiments.items {
        let meta = &experiment.meta;
        if !is_described(meta) && experiment.hypothesis.is_none() && meta.deprecated.is_none() {
            let message = format!("experiment `{}` has no hypothesis and no description", experiment.name.value);
            diagnostics
                .lint(Lint::MissingDescription, experiment.name.span, message)
                .help("say what it is to show: `hypothesis: ..`".to_owned());
        }
    }
}

fn is_described(meta: &Meta) -> bool {
    meta.description.as_ref().is_some_and(|description| !description.value.trim().is_empty())
}

/// Events, flags and experiments of nobody, where the plan says who its owners are.
pub(super) fn owners(plan: &Plan, diagnostics: &mut Diagnostics) {
    if plan.owners.items.is_empty() {
        return;
    }
    each("event", &plan.events, diagnostics);
    each("flag", &plan.flags, diagnostics);
    each("experiment", &plan.experiments, diagnostics);
}

fn each<T: Named>(what: &str, section: &Section<T>, diagnostics: &mut Diagnostics) {
    for item in &section.items {
        if item.meta().owners.is_empty() {
            let name = item.name();
            diagnostics
                .lint(Lint::MissingOwner, name.span, format!("{what} `{}` has no owner", name.value))
                .help("name who answers for it, one of `owners`: `owner: ..`".to_owned());
        }
    }
}
