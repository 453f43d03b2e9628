//! Names that refer to something that is declared.

use crate::ast::index::Index;
use crate::ast::{Meta, Named, Plan, Section, Shape, Text, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::parse::TYPE_WORDS;
use crate::suggest;
use crate::table::Names;

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
    let words = list::map(&TYPE_WORDS, |(word, _)| *word);
    let names = index.plan.types.items.iter().map(|declaration| declaration.name.value.as_str());
    let help = match nearest(name, words.iter().copied().chain(names), diagnostics) {
        Some(similar) => format!("a type with a similar name exists: `{similar}`"),
        None => format!("declare `{name}` in `types`, or write one of {}", list::quoted(&words, ", ")),
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
    let mut replaced = Vec::new();
    for item in &section.items {
        if let Some(replaced_by) =
            item.meta().deprecated.as_ref().and_then(|deprecated| deprecated.replaced_by.as_ref())
        {
            replaced.push((item.name(), replaced_by));
        }
    }
    if !replaced.is_empty() {
        let is_unsure = |name: &str| !section.complete || elsewhere(name);
        among(&replaced, &names(&section.items), &is_unsure, diagnostics);
    }
}

/// The names of items, in order.
fn names<T: Named>(items: &[T]) -> Vec<&str> {
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        names.push(item.name().value.as_str());
    }
    names
}

/// Each name is replaced by another of `names`, unless that `may_be` something else.
fn among(replaced: &[(&Text, &Text)], names: &[&str], may_be: &dyn Fn(&str) -> bool, diagnostics: &mut Diagnostics) {
    let known = Names::of(names);
    for (name, replaced_by) in replaced {
        if replaced_by.value == name.value {
            let message = format!("`{}` is replaced by itself", name.value);
            let help = "name another, or remove `replaced_by`".to_owned();
            diagnostics.error(Code::UnknownReplacement, replaced_by.span, message).help(help);
        } else if !known.contains(replaced_by.value.as_str()) && !may_be(&replaced_by.value) {
            let others = names.iter().copied().filter(|other| *other != name.value);
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
    names: impl IntoIterator<Item = &'n str>,
    diagnostics: &Diagnostics,
) -> Option<&'n str> {
    if diagnostics.errors() > MANY {
        return None;
    }
    let mut all = Vec::new();
    for name in names {
        all.push(name);
    }
    nearest_of(name, all, diagnostics)
}

fn nearest_of<'n>(name: &str, names: Vec<&'n str>, diagnostics: &Diagnostics) -> Option<&'n str> {
    const COMPARED: usize = 200_000;
    if diagnostics.errors() * names.len() > COMPARED { None } else { suggest::nearest(name, names) }
}

/// So many errors, and nobody is told what was meant.
const MANY: usize = 200;

/// `` an event with a similar name exists: `completed_purchase` ``.
pub(super) fn similar<T: Named>(what: &str, name: &str, items: &[T], diagnostics: &Diagnostics) -> Option<String> {
    if diagnostics.errors() > MANY {
        return None;
    }
    let similar = nearest_of(name, names(items), diagnostics)?;
    Some(format!("{what} with a similar name exists: `{similar}`"))
}
