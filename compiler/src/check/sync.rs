//! Targets of `sync`: where they are, and each flag as it would be there.

use super::reference::similar;
use super::{flag, host, name};
use crate::ast::index::Index;
use crate::ast::{Flag, FlagOverlay, Plan, Spanned, Target, Text, VariantOverlays, Variants};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::lower::equal_weights;
use crate::table::{ByName, Names, Table};

/// Whoever has so many errors is not told what they would be at each target.
const MANY: usize = 200;

/// Everything that targets have to be.
pub(super) fn all(index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let targets = &index.plan.targets;
    name::each(targets, diagnostics);
    let mut projects: Table<String, &Target> = Table::new();
    for target in &targets.items {
        let host = target.host.as_ref().and_then(|host| host::origin(host, diagnostics));
        if let (Some(host), Some(project)) = (host, &target.project) {
            // One host is written with any letters, and with the port that it has anyway.
            let host = host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
            let first = *projects.or_insert(format!("{host} {}", project.value), target);
            if !std::ptr::eq(first, target) {
                same_project(target, first, diagnostics);
            }
        }
        for flag in target.exclude.iter().chain(target.flags.iter().map(|overlay| &overlay.flag)) {
            known_flag(flag, index, diagnostics);
        }
        if !target.flags.is_empty() && diagnostics.errors() < MANY {
            overlays(target, index, diagnostics);
        }
        needed(target, index, diagnostics);
    }
}

fn same_project(target: &Target, first: &Target, diagnostics: &mut Diagnostics) {
    let message = format!("targets `{}` and `{}` are the same project", first.name.value, target.name.value);
    let span = target.project.as_ref().map_or(target.name.span, |project| project.span);
    diagnostics
        .error(Code::SameProject, span, message)
        .also(first.name.span, "the first")
        .help("each would undo what the other does: give one of them another `project`, or remove it".to_owned());
}

fn known_flag(flag: &Text, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let flags = &index.plan.flags;
    if index.flags.contains_key(flag.value.as_str()) || !flags.complete {
        return;
    }
    let help = similar("a flag", &flag.value, &flags.items, diagnostics)
        .unwrap_or_else(|| "declare it in `flags` of the plan".to_owned());
    diagnostics
        .error(Code::UnknownFlag, flag.span, format!("unknown flag `{}`", flag.value))
        .label("not declared in `flags`")
        .help(help);
}

/// Each flag as it would be there.
fn overlays(target: &Target, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let mut flags = index.plan.flags.clone();
    for overlay in &target.flags {
        if let Some(excluded) = target.exclude.iter().find(|excluded| excluded.value == overlay.flag.value) {
            let message = format!("target `{}` leaves `{}` out", target.name.value, overlay.flag.value);
            diagnostics
                .error(Code::ExcludedFlag, overlay.flag.span, message)
                .also(excluded.span, "left out here")
                .help("remove it from `exclude`, or from `flags`".to_owned());
        } else if let Some(flag) = flags.items.iter_mut().find(|flag| flag.name.value == overlay.flag.value) {
            if let Some(variants) = &overlay.variants {
                known_variants(variants, flag, diagnostics);
            }
            overlay_on(flag, overlay);
        }
    }
    // What is wrong with the flags themselves was told of them, and is not told again.
    let Plan { destinations, groups, person, cohorts, .. } = index.plan;
    let plan = Plan {
        destinations: destinations.clone(),
        groups: groups.clone(),
        person: person.clone(),
        cohorts: cohorts.clone(),
        flags,
        ..Plan::default()
    };
    let before = diagnostics.kept();
    flag::all(&index.with_flags_of(&plan), diagnostics);
    for found in diagnostics.since(before) {
        if !target.flags.iter().any(|overlay| overlay.span.holds(found.primary)) {
            found.also(target.name.span, "by what differs at this target");
        }
    }
}

fn known_variants(overlays: &VariantOverlays, flag: &Flag, diagnostics: &mut Diagnostics) {
    let Some(variants) = &flag.variants else {
        if flag.complete {
            flag::variant::none(overlays.key, flag, "remove `variants`", diagnostics);
        }
        return;
    };
    for overlay in &overlays.items {
        flag::variant::known(&overlay.name, flag, variants, diagnostics);
    }
}

/// Puts what differs in place of what the flag has everywhere.
fn overlay_on(flag: &mut Flag, overlay: &FlagOverlay) {
    let FlagOverlay { flag: _, span: _, rollout, active, manage, payload, variants } = overlay;
    if rollout.is_some() {
        flag.rollout.clone_from(rollout);
    }
    if payload.is_some() {
        flag.payload.clone_from(payload);
    }
    if let Some(manage) = manage {
        flag.manage.clone_from(manage);
    }
    flag.active = active.or(flag.active);
    if let (Some(own), Some(overlays)) = (&mut flag.variants, variants) {
        vary(own, overlays);
    }
}

fn vary(variants: &mut Variants, overlays: &VariantOverlays) {
    let section = &mut variants.section;
    if std::mem::take(&mut variants.equal) {
        let weights = equal_weights(section.items.len());
        for (variant, weight) in section.items.iter_mut().zip(weights) {
            variant.weight = Some(Spanned { value: weight, span: variant.name.span });
        }
    }
    for overlay in &overlays.items {
        let Some(variant) = section.items.iter_mut().find(|variant| variant.name.value == overlay.name.value) else {
            continue;
        };
        variant.weight = overlay.weight.or(variant.weight);
        if overlay.payload.is_some() {
            variant.payload.clone_from(&overlay.payload);
        }
    }
    section.declared = Some(overlays.key);
    if !overlays.complete {
        section.items.iter_mut().for_each(|variant| variant.weight = None);
    }
}

/// No flag of the target depends on one that it leaves out.
fn needed(target: &Target, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    if target.exclude.is_empty() {
        return;
    }
    let left_out = Names::of(&list::map(&target.exclude, |excluded| excluded.value.as_str()));
    let mut overlays = ByName::new();
    for overlay in &target.flags {
        overlays.insert(overlay.flag.value.as_str(), overlay);
    }
    // The first flag that depends on each.
    let mut needed: ByName<'_, &Flag> = ByName::new();
    for flag in index.plan.flags.items.iter().filter(|flag| !left_out.contains(flag.name.value.as_str())) {
        let overlay = overlays.get(flag.name.value.as_str());
        let rollout = overlay.and_then(|overlay| overlay.rollout.as_ref()).or(flag.rollout.as_ref());
        for condition in rollout.iter().flat_map(|rollout| &rollout.entries).flat_map(|entry| &entry.flags) {
            needed.or_insert(&condition.flag.value, flag);
        }
    }
    for excluded in &target.exclude {
        if let Some(flag) = needed.get(excluded.value.as_str()) {
            let message = format!("flag `{}` depends on `{}`", flag.name.value, excluded.value);
            diagnostics
                .error(Code::ExcludedFlag, excluded.span, message)
                .label(format!("left out of target `{}`", target.name.value))
                .also(flag.name.span, "the flag that needs it")
                .help(format!("leave `{}` out too, or write its `rollout` for this target", flag.name.value));
        }
    }
}
