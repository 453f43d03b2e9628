//! The tree of the YAML to what the author wrote: unknown keys, wrong shapes and slips of habit are
//! told here; whether names and values fit together is left to `check`.

mod cohort;
mod conventions;
mod conversion;
mod destination;
mod enumeration;
mod event;
mod experiment;
mod fields;
mod files;
mod flag;
mod include;
mod lints;
mod meta;
mod metric;
mod property;
mod rollout;
mod scalar;
mod sync;
mod types;

use self::fields::Fields;
pub use self::files::files;
pub(crate) use self::scalar::{is_date, meant_boolean, shown, unquoted, without_separators};
pub(crate) use self::types::{SHAPES as TYPE_SHAPES, WORDS as TYPE_WORDS};
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Plan, Section, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::source::{Source, Span};
use crate::yaml::{Entry, Key, Node, NodeKind};

/// The version of the language that this compiler reads.
const VERSION: i64 = 1;

/// Reads the plan itself; what cannot be read is told and left out.
fn plan(node: &Node, source: &Source, diagnostics: &mut Diagnostics) -> Plan {
    let Some(mut fields) = Fields::of(node, "a plan", diagnostics) else { return broken_plan() };
    let start = Span { end: node.span.start, ..node.span };
    if let Some(entry) = fields.require("taxogen", "the plan", start, "begin it with `taxogen: 1`") {
        version(entry, diagnostics);
    }
    let name = fields.take("name").and_then(|entry| scalar::text(entry, diagnostics));
    // First of all: they say what is told of the rest.
    lints::levels(fields.take("lints"), diagnostics);
    let mut plan = Plan {
        name,
        conventions: conventions::conventions(fields.take("conventions"), diagnostics),
        destinations: destination::destinations(fields.take("destinations"), diagnostics),
        targets: sync::targets(fields.take("sync"), diagnostics),
        ..Plan::default()
    };
    sections(&mut fields, &mut plan, source, diagnostics);
    fields.finish(diagnostics);
    plan
}

/// Adds what an included file declares to `plan`.
fn part(node: &Node, plan: &mut Plan, source: &Source, diagnostics: &mut Diagnostics) {
    let Some(mut fields) = Fields::of(node, "an included file", diagnostics) else { return };
    if let Some(entry) = fields.take("taxogen") {
        version(entry, diagnostics);
    }
    for key in ["name", "conventions", "lints", "destinations", "sync"] {
        fields.misplaced(key, &format!("it stands in the plan itself, `{}`", source.file(0).name), diagnostics);
    }
    sections(&mut fields, plan, source, diagnostics);
    fields.finish(diagnostics);
}

/// What every file of a plan may hold.
fn sections(fields: &mut Fields<'_>, plan: &mut Plan, source: &Source, diagnostics: &mut Diagnostics) {
    include::entries(fields.take("include"), source, diagnostics);
    plan.owners.append(section(fields.take("owners"), diagnostics, event::owner));
    plan.types.append(section(fields.take("types"), diagnostics, types::declaration));
    plan.property_groups.append(section(fields.take("property_groups"), diagnostics, event::property_group));
    plan.super_properties.append(section(fields.take("super"), diagnostics, property::of_super));
    plan.person.append(section(fields.take("person"), diagnostics, property::of_person));
    plan.groups.append(section(fields.take("groups"), diagnostics, event::group));
    plan.cohorts.append(section(fields.take("cohorts"), diagnostics, cohort::cohort));
    plan.events.append(section(fields.take("events"), diagnostics, event::event));
    plan.flags.append(section(fields.take("flags"), diagnostics, flag::flag));
    plan.experiments.append(section(fields.take("experiments"), diagnostics, experiment::experiment));
}

fn version(entry: &Entry, diagnostics: &mut Diagnostics) {
    let NodeKind::Scalar(scalar) = &entry.value.kind else {
        let message = "`taxogen` is the version of the language, a number".to_owned();
        diagnostics.error(Code::PlanVersion, entry.value.span, message).help("write `taxogen: 1`".to_owned());
        return;
    };
    if core(scalar) != Core::Integer(VERSION) {
        let span = if scalar.text.is_empty() { entry.key.span } else { entry.value.span };
        let message = format!("this taxogen reads plans of version {VERSION}");
        diagnostics.error(Code::PlanVersion, span, message).help("write `taxogen: 1`".to_owned());
    }
}

/// What stands for a plan that is no map: nothing in it can be missed.
fn broken_plan() -> Plan {
    Plan::default()
}

/// The items of one section, each read by `item`.
fn section<T>(
    entry: Option<&Entry>,
    diagnostics: &mut Diagnostics,
    item: fn(Text, &Node, &mut Diagnostics) -> T,
) -> Section<T> {
    let Some(entry) = entry else { return Section::default() };
    let declared = Some(entry.key.span);
    let NodeKind::Mapping(entries) = &entry.value.kind else {
        let complete = is_null(&entry.value);
        if !complete {
            let message = format!("`{}` is a map of names, not {}", entry.key.text, fields::shape(&entry.value));
            diagnostics.error(Code::WrongShape, entry.value.span, message);
        }
        return Section { declared, items: Vec::new(), complete };
    };
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        items.push(item(named(&entry.key), &entry.value, diagnostics));
    }
    Section { declared, items, complete: true }
}

/// A key as the name of an item.
fn named(key: &Key) -> Text {
    Spanned { value: key.text.to_string(), span: key.span }
}
