//! What is declared and used nowhere.

use super::Lint;
use crate::ast::walk::{self, Place};
use crate::ast::{Named, Plan, Section, Shape, Text};
use crate::diagnostic::Diagnostics;
use crate::table::Names;

/// Types, property groups, owners and cohorts that no other part of the plan names.
pub(super) fn all(plan: &Plan, diagnostics: &mut Diagnostics) {
    let sections =
        [plan.types.items.len(), plan.property_groups.items.len(), plan.owners.items.len(), plan.cohorts.items.len()];
    if sections == [0; 4] {
        return;
    }
    let mut types = Names::new();
    let mut owners = Names::new();
    walk::plan(plan, &mut |place| match place {
        Place::Type(ty, _) => {
            if let Shape::Named(name) | Shape::Subset { of: name, .. } = &ty.shape {
                types.add(name);
            }
        }
        Place::Meta(meta, _) => add(&mut owners, &meta.owners),
        Place::Property(_) | Place::Properties(..) => {}
    });
    let mut includes = Names::new();
    for event in &plan.events.items {
        add(&mut includes, &event.include);
        add(&mut types, &event.include);
    }
    for group in &plan.property_groups.items {
        add(&mut includes, &group.include);
        add(&mut types, &group.include);
    }
    let mut cohorts = Names::new();
    for rollout in plan.flags.items.iter().filter_map(|flag| flag.rollout.as_ref()) {
        for entry in &rollout.entries {
            add(&mut cohorts, &entry.in_cohort);
            add(&mut cohorts, &entry.not_in_cohort);
        }
    }

    let mut tell = |lint, name: &Text, what: &str, use_it: &str| {
        diagnostics
            .lint(lint, name.span, format!("{what} `{}` is used nowhere", name.value))
            .help(format!("remove it, or {use_it}"));
    };
    for name in unused(&plan.types, &types) {
        tell(Lint::UnusedType, name, "type", "give it to a property");
    }
    for name in unused(&plan.property_groups, &includes) {
        tell(Lint::UnusedPropertyGroup, name, "property group", "let an event `include` it");
    }
    for name in unused(&plan.owners, &owners) {
        tell(Lint::UnusedOwner, name, "owner", "name it as the `owner` of something");
    }
    for name in unused(&plan.cohorts, &cohorts) {
        tell(Lint::UnusedCohort, name, "cohort", "name it in a `rollout`");
    }
}

fn add<'p>(names: &mut Names<'p>, texts: &'p [Text]) {
    for text in texts {
        names.add(&text.value);
    }
}

fn unused<'p, T: Named>(section: &'p Section<T>, used: &Names<'_>) -> Vec<&'p Text> {
    let mut unused = Vec::new();
    for item in &section.items {
        if !used.contains(&item.name().value) {
            unused.push(item.name());
        }
    }
    unused
}
