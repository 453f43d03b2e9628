//! Whether what the author wrote fits together: one rule, one function; all of them collect.
//!
//! A rule that needs something that was told already says nothing: one mistake is one error.

mod app;
mod code_name;
pub(crate) mod condition;
mod constraint;
mod conversion;
mod cycle;
mod enumeration;
mod event;
mod experiment;
pub(crate) mod exposure;
pub(crate) mod flag;
mod habit;
pub(crate) mod host;
mod include;
mod metric;
mod name;
mod property;
mod reference;
mod rollout;
mod sensitivity;
pub(crate) mod shared_name;
mod sync;
pub(crate) mod value;
mod vendor;

pub use self::app::app;
use crate::ast::index::Index;
use crate::ast::walk::{self, Place};
use crate::diagnostic::Diagnostics;

pub(crate) use self::condition::regexes;
pub(crate) use self::include::Included;
pub(crate) use self::sensitivity::highest_inside;

/// Tells everything that is wrong with a plan, and gives what its events include.
pub(crate) fn plan<'i, 'p>(index: &'i Index<'p>, diagnostics: &mut Diagnostics) -> Included<'i, 'p> {
    let plan = index.plan;
    let included = Included::new(index, diagnostics);
    name::all(plan, diagnostics);
    reference::replacements(plan, diagnostics);
    walk::plan(plan, &mut |place| match place {
        Place::Meta(meta, _) => reference::owners(meta, index, diagnostics),
        Place::Type(ty, constraints) => {
            reference::declared_type(ty, index, diagnostics);
            enumeration::values(ty, diagnostics);
            enumeration::subset(ty, index, diagnostics);
            enumeration::keys(ty, index, diagnostics);
            if let Some(constraints) = constraints {
                constraint::all(ty, constraints, index, diagnostics);
            }
        }
        Place::Property(property) => {
            property::deprecated_is_not_required(property, diagnostics);
            property::constant(property, index, diagnostics);
            property::examples(property, index, diagnostics);
            sensitivity::hash(property, index, diagnostics);
            sensitivity::class(property, index, diagnostics);
        }
        Place::Properties(properties, include) => {
            name::each(properties, diagnostics);
            reference::replacement(properties, &|name| included.brings(include, name), diagnostics);
        }
    });
    cycle::types(index, diagnostics);
    property::person_links(plan, index, diagnostics);
    flag::all(index, diagnostics);
    for experiment in &plan.experiments.items {
        experiment::all(experiment, &included, index, diagnostics);
    }
    experiment::rules(plan, diagnostics);
    sync::all(index, diagnostics);
    for event in &plan.events.items {
        event::all(event, &included, index, diagnostics);
    }
    shared_name::all(index, &included, diagnostics);
    vendor::names(index, &included, diagnostics);
    code_name::all(plan, &included, index, diagnostics);
    included
}
