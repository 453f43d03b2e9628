//! Targets of `sync`, and what differs there.

use super::fields::{Fields, shape};
use super::flag::manage;
use super::meta::meta;
use super::rollout::rollout;
use super::scalar::{boolean, names, percent, shown, text};
use super::{named, section};
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{FlagOverlay, Keyed, Meta, Section, Spanned, Target, Text, VariantOverlay, VariantOverlays};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::lower::equal_weights;
use crate::secret;
use crate::yaml::{Entry, Node, NodeKind, Value};

/// Where people write the key that `sync` signs its requests with.
const KEYS: [&str; 6] = ["api_key", "personal_api_key", "key", "token", "secret", "password"];

/// Keys of a flag that are the same in every project, and why.
const EVERYWHERE: [(&str, &str); 10] = [
    ("default", "it is part of the code, which is the same for every target"),
    ("kind", "it stands on the flag, and is the same for every target"),
    ("payload_type", "it is part of the code, which is the same for every target"),
    ("owner", "it stands on the flag, and is the same for every target"),
    ("description", "it stands on the flag, and is the same for every target"),
    ("group", "it stands on the flag, and is the same for every target"),
    ("bucket_by", "it stands on the flag, and is the same for every target"),
    ("persist", "it stands on the flag, and is the same for every target"),
    ("runtime", "it stands on the flag, and is the same for every target"),
    ("early_exit", "it stands on the flag, and is the same for every target"),
];

/// `sync:`.
pub(super) fn targets(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Section<Target> {
    let Some(entry) = entry else { return Section::default() };
    let Some(mut fields) = Fields::of(&entry.value, "`sync`", diagnostics) else { return Section::default() };
    personal_keys(&mut fields, diagnostics);
    let help = "name where the plan is kept equal: `targets: { dev: { host: .., project: .. } }`";
    let targets = fields.require("targets", "`sync`", entry.key.span, help);
    fields.finish(diagnostics);
    let section = section(targets, diagnostics, target);
    if section.items.is_empty() && section.complete && section.declared.is_some() {
        let span = section.declared.unwrap_or_default();
        diagnostics.error(Code::NoTarget, span, "`targets` names no target").help(help.to_owned());
    }
    section
}

fn target(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Target {
    let Some(mut fields) = Fields::of(node, "a target", diagnostics) else {
        let meta = Meta::default();
        return Target { name, meta, host: None, project: None, owner_tag: None, exclude: vec![], flags: vec![] };
    };
    let meta = meta(&mut fields, diagnostics);
    personal_keys(&mut fields, diagnostics);
    let said = format!("target `{}`", name.value);
    let host =
        fields.require("host", &said, name.span, "write where the project is: `host: \"https://us.posthog.com\"`");
    let project = fields.require("project", &said, name.span, "write the number of the project: `project: 1`");
    let target = Target {
        meta,
        host: host.and_then(|entry| text(entry, diagnostics)),
        project: project.and_then(|entry| self::project(entry, diagnostics)),
        owner_tag: fields.take("owner_tag").and_then(|entry| text(entry, diagnostics)),
        exclude: fields.take("exclude").map_or_else(Vec::new, |entry| names(entry, diagnostics)),
        flags: fields.take("flags").map_or_else(Vec::new, |entry| flags(entry, diagnostics)),
        name,
    };
    fields.finish(diagnostics);
    target
}

/// Tells a key in the plan, which everybody who sees the repository would have.
fn personal_keys(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) {
    for key in KEYS {
        let Some(entry) = fields.habit(key) else { continue };
        // What looks like one was told where it stands.
        if matches!(&entry.value.kind, NodeKind::Scalar(scalar) if secret::is_masked(&scalar.text)) {
            continue;
        }
        let message = "a personal key does not belong into the plan".to_owned();
        diagnostics.error(Code::PersonalKey, entry.key.span, message).help(secret::HELP.to_owned());
    }
}

fn project(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<i64>> {
    let NodeKind::Scalar(scalar) = &entry.value.kind else {
        let message = format!("`project` is the number of a project, not {}", shape(&entry.value));
        diagnostics.error(Code::WrongShape, entry.value.span, message);
        return None;
    };
    match core(scalar) {
        Core::Integer(value @ 1..) => return Some(Spanned { value, span: entry.value.span }),
        Core::Null => diagnostics.error(Code::EmptyValue, entry.key.span, "`project` has no value"),
        _ => {
            let message = format!("`project` is the number of a project, not {}", shown(scalar));
            diagnostics.error(Code::InvalidValue, entry.value.span, message)
        }
    }
    .help("it is the number in the address of the project: `.../project/1`".to_owned());
    None
}

/// What differs there, by the keys of flags.
fn flags(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<FlagOverlay> {
    let entries = match &entry.value.kind {
        NodeKind::Mapping(entries) => entries,
        _ if is_null(&entry.value) => return Vec::new(),
        _ => {
            let message = format!("`flags` of a target is a map of what differs there, not {}", shape(&entry.value));
            let help = "write the flag and what differs: `flags: { payments-enabled: { rollout: 100 } }`; those that \
                        a target does not have stand in `exclude`";
            diagnostics.error(Code::WrongShape, entry.value.span, message).help(help.to_owned());
            return Vec::new();
        }
    };
    list::filter_map(entries, |entry| overlay(entry, diagnostics))
}

fn overlay(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<FlagOverlay> {
    const WHAT: &str = "what differs of a flag";
    let mut fields = Fields::of(&entry.value, WHAT, diagnostics)?;
    for (key, because) in EVERYWHERE {
        fields.misplaced(key, because, diagnostics);
    }
    let overlay = FlagOverlay {
        flag: named(&entry.key),
        span: entry.value.span,
        rollout: fields.take("rollout").and_then(|entry| rollout(entry, diagnostics)),
        active: fields.take("active").and_then(|entry| boolean(entry, diagnostics)).map(|active| active.value),
        manage: fields.take("manage").map(|entry| manage(entry, diagnostics)),
        payload: fields.take("payload").map(value),
        variants: fields.take("variants").map(|entry| variants(entry, diagnostics)),
    };
    let nothing = matches!(&entry.value.kind, NodeKind::Mapping(entries) if entries.is_empty());
    if fields.finish(diagnostics) && (nothing || is_null(&entry.value)) {
        let message = format!("nothing differs of flag `{}`", entry.key.text);
        let help = "write what differs, such as `rollout: 100`, or remove the flag here".to_owned();
        diagnostics.error(Code::EmptyValue, entry.key.span, message).help(help);
    }
    Some(overlay)
}

/// Those that differ, or a list of names for equal weights.
fn variants(entry: &Entry, diagnostics: &mut Diagnostics) -> VariantOverlays {
    let mut overlays = VariantOverlays { key: entry.key.span, items: Vec::new(), complete: true };
    match &entry.value.kind {
        NodeKind::Mapping(entries) => {
            overlays.items = list::filter_map(entries, |entry| variant(entry, diagnostics));
            overlays.complete = overlays.items.len() == entries.len();
        }
        NodeKind::Sequence(nodes) => {
            let names = names(entry, diagnostics);
            overlays.complete = names.len() == nodes.len();
            let weights = equal_weights(names.len());
            for (name, weight) in names.into_iter().zip(weights) {
                let weight = Some(Spanned { value: weight, span: name.span });
                overlays.items.push(VariantOverlay { name, weight, payload: None });
            }
        }
        NodeKind::Scalar(_) => {
            overlays.complete = false;
            let message = format!("`variants` of what differs is a map, not {}", shape(&entry.value));
            let help = "write the weights there: `variants: { control: 100, test: 0 }`".to_owned();
            let span = if is_null(&entry.value) { entry.key.span } else { entry.value.span };
            diagnostics.error(Code::WrongShape, span, message).help(help);
        }
    }
    overlays
}

/// A map, or its weight alone.
fn variant(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<VariantOverlay> {
    let name = named(&entry.key);
    if matches!(entry.value.kind, NodeKind::Scalar(_)) {
        let weight = percent(entry, &format!("the weight of `{}`", name.value), diagnostics)?;
        return Some(VariantOverlay { name, weight: Some(weight), payload: None });
    }
    let mut fields = Fields::of(&entry.value, "what differs of a variant", diagnostics)?;
    let weight_entry = fields.take("weight");
    let weight = weight_entry.and_then(|entry| percent(entry, "`weight`", diagnostics));
    let payload = fields.take("payload").map(value);
    fields.finish(diagnostics);
    (weight_entry.is_none() == weight.is_none()).then_some(VariantOverlay { name, weight, payload })
}

fn value(entry: &Entry) -> Keyed<Value> {
    Keyed { key: entry.key.span, value: entry.value.to_value(), span: entry.value.span }
}
