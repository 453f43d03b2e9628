//! Flags, their variants and rollouts.

use super::fields::{Fields, shape};
use super::meta::meta;
use super::scalar::{boolean, date, item_text, once_each, percent, text, tiny_percent, word};
use super::{named, types};
use crate::ast::scalar::is_null;
use crate::ast::{Condition, Flag, Keyed, Meta, Rollout, RolloutEntry, Section, Spanned, Text, Variant, Variants};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::FlagKind;
use crate::source::Span;
use crate::yaml::{Entry, Node, NodeKind};

const KINDS: &[(&str, FlagKind)] = &[
    ("release", FlagKind::Release),
    ("ops", FlagKind::Ops),
    ("permission", FlagKind::Permission),
    ("kill_switch", FlagKind::KillSwitch),
    ("experiment", FlagKind::Experiment),
    ("remote_config", FlagKind::RemoteConfig),
];

/// One of `flags`.
pub(super) fn flag(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Flag {
    let Some(mut fields) = Fields::of(node, "a flag", diagnostics) else { return unreadable(name) };
    let meta = meta(&mut fields, diagnostics);
    let said = format!("flag `{}`", name.value);
    let help =
        "write `kind: release` (or `ops`, `permission`, `kill_switch`, `experiment`, `remote_config`) for what it is";
    let kind = fields.require("kind", &said, name.span, help);
    let slipped = fields.slip("type", "kind", "write `kind`: it says what a flag is for", diagnostics);
    let flag = Flag {
        meta,
        kind: kind.and_then(|entry| word(entry, KINDS, diagnostics)),
        variants: fields.take("variants").map(|entry| variants(entry, diagnostics)),
        default: fields.take("default").map(value),
        payload_type: fields.take("payload_type").map(|entry| types::alone(entry, diagnostics)),
        payload: fields.take("payload").map(value),
        rollout: fields.take("rollout").and_then(|entry| rollout(entry, diagnostics)),
        group: fields.take("group").and_then(|entry| text(entry, diagnostics)),
        active: fields.take("active").and_then(|entry| boolean(entry, diagnostics)).map(|active| active.value),
        created: fields.take("created").and_then(|entry| date(entry, false, diagnostics)),
        bucket_by: None,
        persist: None,
        runtime: None,
        early_exit: None,
        manage: Vec::new(),
        complete: true,
        name,
    };
    fields.not_yet(&["bucket_by", "persist", "runtime", "early_exit", "manage"], diagnostics);
    let complete = fields.finish(diagnostics) && !slipped;
    Flag { complete, ..flag }
}

fn unreadable(name: Text) -> Flag {
    Flag {
        name,
        meta: Meta::default(),
        kind: None,
        variants: None,
        default: None,
        payload_type: None,
        payload: None,
        rollout: None,
        group: None,
        active: None,
        created: None,
        bucket_by: None,
        persist: None,
        runtime: None,
        early_exit: None,
        manage: Vec::new(),
        complete: false,
    }
}

fn value(entry: &Entry) -> Keyed<Node> {
    Keyed { key: entry.key.span, value: entry.value.clone(), span: entry.value.span }
}

/// A map of variants, or a list of their names.
fn variants(entry: &Entry, diagnostics: &mut Diagnostics) -> Variants {
    let node = &entry.value;
    let mut section = Section { declared: Some(entry.key.span), items: Vec::new(), complete: true };
    let mut equal = false;
    match &node.kind {
        NodeKind::Mapping(entries) => {
            section.items = entries.iter().map(|entry| variant(named(&entry.key), entry, diagnostics)).collect();
        }
        NodeKind::Sequence(names) => {
            equal = true;
            let read: Vec<_> = names.iter().filter_map(|name| item_text(name, "variants", diagnostics)).collect();
            section.complete = read.len() == names.len();
            section.items = once_each(read, "variants", diagnostics).into_iter().map(bare).collect();
        }
        NodeKind::Scalar(_) => {
            section.complete = false;
            let message = format!("`variants` is a map or a list of names, not {}", shape(node));
            let span = if is_null(node) { entry.key.span } else { node.span };
            diagnostics.error(Code::WrongShape, span, message);
        }
    }
    Variants { span: node.span, section, equal }
}

fn bare(name: Text) -> Variant {
    Variant { name, meta: Meta::default(), weight: None, payload: None }
}

/// A map, or its weight alone.
fn variant(name: Text, entry: &Entry, diagnostics: &mut Diagnostics) -> Variant {
    if matches!(entry.value.kind, NodeKind::Scalar(_)) && !is_null(&entry.value) {
        let weight = percent(entry, &format!("the weight of `{}`", name.value), diagnostics);
        return Variant { weight, ..bare(name) };
    }
    let Some(mut fields) = Fields::of(&entry.value, "a variant", diagnostics) else { return bare(name) };
    let meta = meta(&mut fields, diagnostics);
    let said = format!("variant `{}`", name.value);
    let help = "write `weight: 50`; a list of names means equal weights";
    let weight = fields.require("weight", &said, name.span, help);
    let weight = weight.and_then(|entry| percent(entry, "`weight`", diagnostics));
    let payload = fields.take("payload").map(value);
    fields.finish(diagnostics);
    Variant { name, meta, weight, payload }
}

/// A number, or a list of entries.
fn rollout(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Rollout> {
    let node = &entry.value;
    let mut complete = true;
    let entries = match &node.kind {
        NodeKind::Scalar(_) => {
            let percent = told_percent(entry, diagnostics)?;
            vec![RolloutEntry { variant: None, note: None, ..entry_of(node.span, percent, Vec::new()) }]
        }
        NodeKind::Sequence(nodes) => {
            let entries: Vec<_> = nodes.iter().filter_map(|node| rollout_entry(node, diagnostics)).collect();
            complete = entries.len() == nodes.len();
            entries
        }
        NodeKind::Mapping(_) => {
            let message = "`rollout` is a percentage or a list of entries, not a map".to_owned();
            let help = "put the entry into a list: `rollout: [{ .. }]`".to_owned();
            diagnostics.error(Code::WrongShape, node.span, message).help(help);
            return None;
        }
    };
    Some(Rollout { span: node.span, entries, complete })
}

fn told_percent(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<f64> {
    let percent = percent(entry, &format!("`{}`", entry.key.text), diagnostics)?;
    tiny_percent(percent, diagnostics);
    Some(percent.value)
}

fn rollout_entry(written: &Node, diagnostics: &mut Diagnostics) -> Option<RolloutEntry> {
    if is_null(written) {
        diagnostics.error(Code::WrongShape, written.span, "an entry of a rollout is a map, not nothing");
        return None;
    }
    let mut fields = Fields::of(written, "an entry of a rollout", diagnostics)?;
    let percent = fields.take("percent").and_then(|entry| told_percent(entry, diagnostics));
    let when = fields.take("when").map_or_else(Vec::new, |entry| when(entry, diagnostics));
    let variant = fields.take("variant").and_then(|entry| text(entry, diagnostics));
    let note = fields.take("note").and_then(|entry| text(entry, diagnostics));
    fields.not_yet(&["in_cohort", "not_in_cohort", "flags"], diagnostics);
    let nothing = matches!(&written.kind, NodeKind::Mapping(entries) if entries.is_empty());
    if nothing {
        let help = "everybody is `percent: 100`; some are a smaller `percent`, or a `when`".to_owned();
        diagnostics.error(Code::MissingKey, written.span, "this entry of a rollout says nothing").help(help);
    }
    fields.finish(diagnostics);
    Some(RolloutEntry { variant, note, ..entry_of(written.span, percent.unwrap_or(100.0), when) })
}

fn entry_of(span: Span, percent: f64, when: Vec<Condition>) -> RolloutEntry {
    RolloutEntry {
        span,
        percent,
        when,
        in_cohort: Vec::new(),
        not_in_cohort: Vec::new(),
        flags: Vec::new(),
        variant: None,
        note: None,
    }
}

/// Properties, each with a value, a list of values, or a map of operators.
fn when(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Condition> {
    let NodeKind::Mapping(properties) = &entry.value.kind else {
        let message = format!("`when` is a map of properties, not {}", shape(&entry.value));
        diagnostics.error(Code::WrongShape, entry.value.span, message);
        return Vec::new();
    };
    if properties.is_empty() {
        let help = "write a condition, such as `when: { plan: pro }`, or remove `when`".to_owned();
        diagnostics.error(Code::EmptyValue, entry.value.span, "`when` asks for nothing: it means everybody").help(help);
    }
    let mut conditions = Vec::new();
    for property in properties {
        let name = named(&property.key);
        match &property.value.kind {
            NodeKind::Mapping(operators) if operators.is_empty() => {
                let message = format!("`{}` is compared with nothing, so that it keeps nobody out", name.value);
                let help = format!("write a value, such as `{0}: pro`, or `{0}: {{ is_set: true }}`", name.value);
                diagnostics.error(Code::EmptyValue, property.value.span, message).help(help);
            }
            NodeKind::Mapping(operators) => conditions.extend(operators.iter().map(|operator| Condition {
                property: name.clone(),
                operator: named(&operator.key),
                operand: operator.value.clone(),
            })),
            _ => conditions.push(Condition {
                operator: Spanned { value: "exact".to_owned(), span: property.value.span },
                property: name,
                operand: property.value.clone(),
            }),
        }
    }
    conditions
}
