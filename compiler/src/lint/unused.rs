//! What is declared and used nowhere.

use std::collections::HashSet;

use super::Lint;
use crate::ast::walk::{self, Place};
use crate::ast::{Named, Plan, Section, Shape, Text};
use crate::diagnostic::Diagnostics;

/// Types, property groups, owners and cohorts that no other part of the plan names.
pub(super) fn all(plan: &Plan, diagnostics: &mut Diagnostics) {
    let sections =
        [plan.types.items.len(), plan.property_groups.items.len(), plan.owners.items.len(), plan.cohorts.items.len()];
    if sections == [0; 4] {
        return;
    }
    let mut types = HashSet::new();
    let mut owners = HashSet::new();
    walk::plan(plan, &mut |place| match place {
        Place::Type(ty, _) => {
            if let Shape::Named(name) | Shape::Subset { of: name, .. } = &ty.shape {
                types.insert(name.as_str());
            }
        }
        Place::Meta(meta, _) => owners.extend(names(&meta.owners)),
        Place::Property(_) | Place::Properties(_) => {}
    });
    let includes = plan.events.items.iter().map(|event| &event.include);
    let includes: HashSet<_> = includes
        .chain(plan.property_groups.items.iter().map(|group| &group.include))
        .flat_map(|all| names(all))
        .collect();
    types.extend(&includes);
    let rollouts = plan.flags.items.iter().filter_map(|flag| flag.rollout.as_ref());
    let cohorts = rollouts
        .flat_map(|rollout| &rollout.entries)
        .flat_map(|entry| names(&entry.in_cohort).chain(names(&entry.not_in_cohort)))
        .collect();

    unused(Lint::UnusedType, "type", &plan.types, &types, diagnostics);
    unused(Lint::UnusedPropertyGroup, "property group", &plan.property_groups, &includes, diagnostics);
    unused(Lint::UnusedOwner, "owner", &plan.owners, &owners, diagnostics);
    unused(Lint::UnusedCohort, "cohort", &plan.cohorts, &cohorts, diagnostics);
}

fn names(texts: &[Text]) -> impl Iterator<Item = &str> {
    texts.iter().map(|text| text.value.as_str())
}

fn unused<T: Named>(lint: Lint, what: &str, section: &Section<T>, used: &HashSet<&str>, diagnostics: &mut Diagnostics) {
    for name in section.items.iter().map(Named::name).filter(|name| !used.contains(name.value.as_str())) {
        diagnostics
            .lint(lint, name.span, format!("{what} `{}` is used nowhere", name.value))
            .help("remove it, or use it".to_owned());
    }
}
