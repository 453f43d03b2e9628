//! Names that refer to something that is declared.

use std::collections::HashSet;

use crate::ast::index::Index;
use crate::ast::{Meta, Named, Plan, Section, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::parse::TYPE_WORDS;
use crate::suggest;

/// Every owner is one of `owners`, where there are any.
pub(super) fn owners(meta: &Meta, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let declared = &index.plan.owners;
    if declared.declared.is_none() || !declared.complete {
        return;
    }
    for owner in meta.owners.iter().filter(|owner| !index.owners.contains_key(owner.value.as_str())) {
        let help = similar("an owner", &owner.value, &declared.items, diagnostics)
            .unwrap_or_else(|| format!("declare it: `owners: {{ {}: {{ contact: .. }} }}`", owner.value));
        diagnostics
            .error(Code::UnknownOwner, owner.span, format!("unknown owner `{}`", owner.value))
            .label("not declared in `owners`")
            .help(help);
    }
}

/// Every word for a type is one of the language or declared.
pub(super) fn declared_type(ty: &TypeExpression, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let (Shape::Named(name) | Shape::Subset { of: name, .. }) = &ty.shape else { return };
    if index.types.contains_key(name.as_str()) {
        return;
    }
    if let Some(help) = super::habit::remedy(name) {
        let message = format!("`{name}` is not a type of this language");
        diagnostics.error(Code::Habit, ty.span, message).help(help);
        return;
    }
    if !index.plan.types.complete {
        return;
    }
    let words = TYPE_WORDS.iter().map(|(word, _)| *word);
    let names = index.plan.types.items.iter().map(|declaration| declaration.name.value.as_str());
    let help = if let Some(similar) = nearest(name, words.clone().chain(names), diagnostics) {
        format!("a type with a similar name exists: `{similar}`")
    } else {
        let words = words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        format!("declare `{name}` in `types`, or write one of {words}")
    };
    diagnostics
        .error(Code::UnknownType, ty.span, format!("unknown type `{name}`"))
        .label("not declared in `types`")
        .help(help);
}

/// What replaces a deprecated thing stands beside it; properties are looked at where they are met.
pub(super) fn replacements(plan: &Plan, diagnostics: &mut Diagnostics) {
    replacement(&plan.targets, NOWHERE, diagnostics);
    replacement(&plan.owners, NOWHERE, diagnostics);
    replacement(&plan.types, NOWHERE, diagnostics);
    replacement(&plan.property_groups, NOWHERE, diagnostics);
    replacement(&plan.groups, NOWHERE, diagnostics);
    replacement(&plan.cohorts, NOWHERE, diagnostics);
    let is_wire = |name: &str| plan.events.items.iter().any(|event| event.wire().value == name);
    replacement(&plan.events, &is_wire, diagnostics);
    replacement(&plan.flags, NOWHERE, diagnostics);
    replacement(&plan.experiments, NOWHERE, diagnostics);
    for variants in plan.flags.items.iter().filter_map(|flag| flag.variants.as_ref()) {
        replacement(&variants.section, NOWHERE, diagnostics);
    }
}

/// No other name means an item of the section.
const NOWHERE: &dyn Fn(&str) -> bool = &|_| false;

/// What replaces an item of one section is another of its items, or one that has another name or stands `elsewhere`.
pub(super) fn replacement<T: Named>(
    section: &Section<T>,
    elsewhere: &dyn Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) {
    let deprecated = section.items.iter().filter_map(|item| {
        let replaced_by = item.meta().deprecated.as_ref()?.replaced_by.as_ref()?;
        Some((item.name(), replaced_by))
    });
    let mut names: Option<HashSet<&str>> = None;
    for (name, replaced_by) in deprecated {
        let names = names.get_or_insert_with(|| section.items.iter().map(|item| item.name().value.as_str()).collect());
        if replaced_by.value == name.value {
            let message = format!("`{}` is replaced by itself", name.value);
            let help = "name another, or remove `replaced_by`".to_owned();
            diagnostics.error(Code::UnknownReplacement, replaced_by.span, message).help(help);
        } else if !names.contains(replaced_by.value.as_str()) && section.complete && !elsewhere(&replaced_by.value) {
            let others = section.items.iter().filter(|item| item.name().value != name.value);
            let others = others.map(|item| item.name().value.as_str());
            let help = match nearest(&replaced_by.value, others, diagnostics) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => format!("declare `{}`, name another, or remove `replaced_by`", replaced_by.value),
            };
            let message = format!("`{}` is replaced by `{}`, which does not exist", name.value, replaced_by.value);
            diagnostics
                .error(Code::UnknownReplacement, replaced_by.span, message)
                .label("not declared beside it")
                .help(help);
        }
    }
}

/// The name that was probably meant. Each looks at all names, so that whoever has hundreds of errors, or fewer
/// among very many names, gets no more of them.
pub(in crate::check) fn nearest<'n>(
    name: &str,
    names: impl Iterator<Item = &'n str>,
    diagnostics: &Diagnostics,
) -> Option<&'n str> {
    const MANY: usize = 200;
    const COMPARED: usize = 200_000;
    let errors = diagnostics.errors();
    if errors > MANY {
        return None;
    }
    let names: Vec<_> = names.collect();
    if errors * names.len() > COMPARED { None } else { suggest::nearest(name, names) }
}

/// `` an event with a similar name exists: `completed_purchase` ``.
pub(super) fn similar<T: Named>(what: &str, name: &str, items: &[T], diagnostics: &Diagnostics) -> Option<String> {
    let similar = nearest(name, items.iter().map(|item| item.name().value.as_str()), diagnostics)?;
    Some(format!("{what} with a similar name exists: `{similar}`"))
}
