//! Conditions on other flags: what they answer, and that they do not lead back.

use super::{is, variant};
use crate::ast::index::Index;
use crate::ast::scalar::{Core, core};
use crate::ast::{Flag, FlagCondition, Text};
use crate::check::reference::similar;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{FlagKind, Literal};
use crate::list;
use crate::table::ByName;
use crate::yaml::NodeKind;

/// What another flag has to say: a boolean, or the key of a variant.
pub(crate) fn answer(condition: &FlagCondition) -> Literal {
    let NodeKind::Scalar(scalar) = &condition.answer.kind else { return Literal::Null };
    match core(scalar) {
        Core::Boolean(boolean) => Literal::Boolean(boolean),
        _ => Literal::Text(scalar.text.to_string()),
    }
}

/// The flag is declared, and can answer so. Those that lead back are told in [`circles`].
pub(in crate::check) fn condition(
    condition: &FlagCondition,
    flag: &Flag,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    let key = condition.flag.value.as_str();
    let flags = &index.plan.flags;
    let Some(other) = index.flags.get(key).copied() else {
        if flags.complete {
            let others = similar("a flag", key, &flags.items, diagnostics);
            let help = others.unwrap_or_else(|| "declare it in `flags`".to_owned());
            diagnostics
                .error(Code::UnknownFlag, condition.flag.span, format!("unknown flag `{key}`"))
                .label("not declared in `flags`")
                .help(help);
        }
        return;
    };
    if key == flag.name.value {
        return;
    }
    if other.active == Some(false) {
        let message = format!("flag `{key}` is not active, and the server refuses to depend on it");
        diagnostics
            .error(Code::UnusableDependency, condition.flag.span, message)
            .also(other.name.span, "declared here, with `active: false`")
            .help(format!("remove this condition, or `active: false` of `{key}`"));
    } else if is(other, FlagKind::RemoteConfig) {
        let message = format!("`{key}` is a remote config: it hands out a value and answers no question");
        diagnostics
            .error(Code::UnusableDependency, condition.flag.span, message)
            .also(other.name.span, "declared here")
            .help("a flag to depend on is a boolean or has `variants`".to_owned());
    } else {
        known_answer(condition, other, diagnostics);
    }
}

/// `true` of a flag with variants is any of them.
fn known_answer(condition: &FlagCondition, other: &Flag, diagnostics: &mut Diagnostics) {
    let Literal::Text(text) = answer(condition) else { return };
    let name = Text { value: text, span: condition.answer.span };
    match &other.variants {
        Some(variants) => variant::known(&name, other, variants, diagnostics),
        None if other.complete && other.kind.is_some() => {
            variant::none(name.span, other, "it answers `true` or `false`", diagnostics);
        }
        None => {}
    }
}

/// How far the search came with a flag.
#[derive(Clone, Copy, PartialEq)]
enum Search {
    OnPath,
    Done,
}

/// No flag depends on itself, whichever way. Each circle is told once, where it closes.
pub(super) fn circles(index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let mut found = ByName::new();
    for flag in &index.plan.flags.items {
        // A stack instead of calls: a chain of flags may be as long as the plan.
        let mut path: Vec<(&str, Vec<&FlagCondition>)> = Vec::new();
        enter(flag, &mut found, &mut path);
        while let Some((name, conditions)) = path.last_mut() {
            let Some(condition) = conditions.pop() else {
                found.insert(*name, Search::Done);
                path.pop();
                continue;
            };
            let key = condition.flag.value.as_str();
            if found.get(key) == Some(&Search::OnPath) {
                circle(&path, condition, diagnostics);
            } else if let Some(other) = index.flags.get(key) {
                enter(other, &mut found, &mut path);
            }
        }
    }
}

fn enter<'p>(flag: &'p Flag, found: &mut ByName<'p, Search>, path: &mut Vec<(&'p str, Vec<&'p FlagCondition>)>) {
    let name = flag.name.value.as_str();
    if found.contains_key(name) {
        return;
    }
    found.insert(name, Search::OnPath);
    // One that counts groups is told to ask no other flag.
    let rollout = flag.rollout.as_ref().filter(|_| flag.group.is_none());
    let mut conditions: Vec<&FlagCondition> = Vec::new();
    for entry in rollout.map_or(&[][..], |rollout| &rollout.entries) {
        conditions.extend(&entry.flags);
    }
    conditions.reverse();
    path.push((name, conditions));
}

/// `` `a` -> `b` -> `a` ``.
fn circle(path: &[(&str, Vec<&FlagCondition>)], closing: &FlagCondition, diagnostics: &mut Diagnostics) {
    let key = closing.flag.value.as_str();
    let start = path.iter().position(|(name, _)| *name == key).unwrap_or_default();
    let mut names = list::map(&path[start..], |(name, _)| *name);
    names.push(key);
    let (message, help) = if let [_, _] = names.as_slice() {
        (format!("flag `{key}` depends on itself"), "name another flag, or remove this condition".to_owned())
    } else {
        let shown = list::quoted(&names, " -> ");
        (format!("flags depend on each other in a circle: {shown}"), "remove one of these conditions".to_owned())
    };
    diagnostics.error(Code::FlagCycle, closing.flag.span, message).help(help);
}
