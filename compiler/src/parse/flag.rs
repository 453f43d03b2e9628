//! Flags and their variants.

use super::fields::{Fields, shape};
use super::meta::meta;
use super::rollout::rollout;
use super::scalar::{boolean, date, item_text, names, once_each, one_of, percent, text, word};
use super::{named, types};
use crate::ast::scalar::is_null;
use crate::ast::{Flag, Keyed, Meta, Section, Spanned, Text, Variant, Variants};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{BucketBy, FlagKind, FlagRuntime, Managed};
use crate::list;
use crate::yaml::{Entry, Node, NodeKind, Value};

const KINDS: &[(&str, FlagKind)] = &[
    ("release", FlagKind::Release),
    ("ops", FlagKind::Ops),
    ("permission", FlagKind::Permission),
    ("kill_switch", FlagKind::KillSwitch),
    ("experiment", FlagKind::Experiment),
    ("remote_config", FlagKind::RemoteConfig),
];

const BUCKETS: &[(&str, BucketBy)] = &[("distinct_id", BucketBy::DistinctId), ("device_id", BucketBy::DeviceId)];

const RUNTIMES: &[(&str, FlagRuntime)] =
    &[("all", FlagRuntime::All), ("server", FlagRuntime::Server), ("client", FlagRuntime::Client)];

const MANAGED: &[(&str, Managed)] = &[("rollout", Managed::Rollout), ("active", Managed::Active)];

/// One of `flags`.
pub(super) fn flag(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Flag {
    let Some(mut fields) = Fields::of(node, "a flag", diagnostics) else { return unreadable(name) };
    let meta = meta(&mut fields, diagnostics);
    let said = format!("flag `{}`", name.value);
    let help =
        "write `kind: release` (or `ops`, `permission`, `kill_switch`, `experiment`, `remote_config`) for what it is";
    let kind = fields.require("kind", &said, name.span, help);
    let mut slipped = fields.slip("type", "kind", "write `kind`: it says what a flag is for", diagnostics);
    slipped |= fields.slip("enabled", "active", "write `active`, or `rollout: 0` for nobody", diagnostics);
    let flag = Flag {
        meta,
        kind: kind.and_then(|entry| word(entry, KINDS, diagnostics)),
        variants: fields.take("variants").map(|entry| variants(entry, diagnostics)),
        default: fields.take("default").map(value),
        payload_type: fields.take("payload_type").map(|entry| types::payload(entry, diagnostics)),
        payload: fields.take("payload").map(value),
        rollout: fields.take("rollout").and_then(|entry| rollout(entry, diagnostics)),
        group: fields.take("group").and_then(|entry| text(entry, diagnostics)),
        active: fields.take("active").and_then(|entry| boolean(entry, diagnostics)).map(|active| active.value),
        created: fields.take("created").and_then(|entry| date(entry, false, diagnostics)),
        bucket_by: fields.take("bucket_by").and_then(|entry| word(entry, BUCKETS, diagnostics)),
        persist: fields.take("persist").and_then(|entry| boolean(entry, diagnostics)),
        runtime: fields.take("runtime").and_then(|entry| word(entry, RUNTIMES, diagnostics)),
        early_exit: fields.take("early_exit").and_then(|entry| boolean(entry, diagnostics)),
        manage: fields.take("manage").map_or_else(Vec::new, |entry| manage(entry, diagnostics)),
        complete: true,
        name,
    };
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

/// What `sync` keeps equal: a word or a list of them.
pub(super) fn manage(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Spanned<Managed>> {
    let words = names(entry, diagnostics);
    list::filter_map(&words, |word| one_of(word, &entry.key.text, MANAGED, diagnostics))
}

fn value(entry: &Entry) -> Keyed<Value> {
    Keyed { key: entry.key.span, value: entry.value.to_value(), span: entry.value.span }
}

/// A map of variants, or a list of their names.
fn variants(entry: &Entry, diagnostics: &mut Diagnostics) -> Variants {
    let node = &entry.value;
    let mut section = Section { declared: Some(entry.key.span), items: Vec::new(), complete: true };
    let mut equal = false;
    match &node.kind {
        NodeKind::Mapping(entries) => {
            section.items = list::map(entries, |entry| variant(named(&entry.key), entry, diagnostics));
        }
        NodeKind::Sequence(names) => {
            equal = true;
            let read: Vec<_> = list::filter_map(names, |name| item_text(name, "variants", diagnostics));
            section.items = once_each(read, "variants", diagnostics).into_iter().map(bare).collect();
            section.complete = section.items.len() == names.len();
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
