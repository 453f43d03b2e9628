//! Rollouts of flags: entries and their conditions.

use super::fields::{Fields, shape};
use super::named;
use super::scalar::{names, percent, text, tiny_percent};
use crate::ast::scalar::is_null;
use crate::ast::{Condition, FlagCondition, Rollout, RolloutEntry, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::yaml::{Entry, Node, NodeKind};

/// A number, or a list of entries.
pub(super) fn rollout(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Rollout> {
    let node = &entry.value;
    let mut complete = true;
    let entries = match &node.kind {
        NodeKind::Scalar(_) => {
            let percent = told_percent(entry, diagnostics)?;
            vec![RolloutEntry { span: node.span, percent, complete: true, ..RolloutEntry::default() }]
        }
        NodeKind::Sequence(nodes) => {
            let entries: Vec<_> = list::filter_map(nodes, |node| rollout_entry(node, diagnostics));
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
    if !matches!(written.kind, NodeKind::Mapping(_)) {
        let message = format!("an entry of a rollout is a map, not {}", shape(written));
        let help = "a percentage alone is `{ percent: 100 }`".to_owned();
        diagnostics.error(Code::WrongShape, written.span, message).help(help);
        return None;
    }
    let errors = diagnostics.errors();
    let mut fields = Fields::of(written, "an entry of a rollout", diagnostics)?;
    let percent = fields.take("percent").and_then(|entry| told_percent(entry, diagnostics));
    let entry = RolloutEntry {
        span: written.span,
        percent: percent.unwrap_or(100.0),
        when: fields.take("when").map_or_else(Vec::new, |entry| when(entry, diagnostics)),
        in_cohort: fields.take("in_cohort").map_or_else(Vec::new, |entry| cohorts(entry, diagnostics)),
        not_in_cohort: fields.take("not_in_cohort").map_or_else(Vec::new, |entry| cohorts(entry, diagnostics)),
        flags: fields.take("flags").map_or_else(Vec::new, |entry| flags(entry, diagnostics)),
        variant: fields.take("variant").and_then(|entry| text(entry, diagnostics)),
        note: fields.take("note").and_then(|entry| text(entry, diagnostics)),
        complete: true,
    };
    fields.slip("cohort", "in_cohort", "write `in_cohort`, or `not_in_cohort`", diagnostics);
    fields.slip("rollout", "percent", "write `percent`: it says how many of them", diagnostics);
    fields.slip("rollout_percentage", "percent", "write `percent`", diagnostics);
    let nothing = matches!(&written.kind, NodeKind::Mapping(entries) if entries.is_empty());
    if nothing {
        let help = "everybody is `percent: 100`; some are a smaller `percent`, or a `when`".to_owned();
        diagnostics.error(Code::MissingKey, written.span, "this entry of a rollout says nothing").help(help);
    }
    fields.finish(diagnostics);
    Some(RolloutEntry { complete: diagnostics.errors() == errors, ..entry })
}

/// Names of cohorts: one or a list.
fn cohorts(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Text> {
    if matches!(&entry.value.kind, NodeKind::Sequence(names) if names.is_empty()) {
        let message = format!("`{}` names no cohort", entry.key.text);
        let help = format!("name one, or remove `{}`", entry.key.text);
        diagnostics.error(Code::EmptyValue, entry.value.span, message).help(help);
    }
    names(entry, diagnostics)
}

/// Other flags, each with its answer.
fn flags(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<FlagCondition> {
    let NodeKind::Mapping(flags) = &entry.value.kind else {
        let message = format!("`flags` is a map of flags and their answers, not {}", shape(&entry.value));
        let help = "write the flag and its answer: `flags: { other-flag: true }`".to_owned();
        diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
        return Vec::new();
    };
    if flags.is_empty() {
        let help = "write a flag and its answer, such as `flags: { other-flag: true }`, or remove `flags`".to_owned();
        diagnostics.error(Code::EmptyValue, entry.value.span, "`flags` asks for nothing").help(help);
    }
    let mut read = Vec::with_capacity(flags.len());
    for flag in flags {
        let name = named(&flag.key);
        if is_null(&flag.value) || !matches!(flag.value.kind, NodeKind::Scalar(_)) {
            let message =
                format!("what `{}` answers is `true`, `false` or a variant, not {}", name.value, shape(&flag.value));
            let span = if is_null(&flag.value) { name.span } else { flag.value.span };
            diagnostics.error(Code::WrongShape, span, message);
        } else {
            read.push(FlagCondition { flag: name, answer: flag.value.to_value() });
        }
    }
    read
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
                operand: operator.value.to_value(),
            })),
            _ => conditions.push(Condition {
                operator: Spanned { value: "exact".to_owned(), span: property.value.span },
                property: name,
                operand: property.value.to_value(),
            }),
        }
    }
    conditions
}
