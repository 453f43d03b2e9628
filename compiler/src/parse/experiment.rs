//! Experiments.

use super::fields::{Fields, shape};
use super::meta::meta;
use super::metric::metrics;
use super::named;
use super::scalar::{percentage, text};
use crate::ast::scalar::is_null;
use crate::ast::{Experiment, Exposure, Keyed, Meta, Metrics, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::RuleKind;
use crate::list;
use crate::suggest;
use crate::yaml::{Entry, Node, NodeKind, Value};

const RULES: &[(&str, RuleKind)] =
    &[("experiment", RuleKind::Experiment), ("delivery", RuleKind::Delivery), ("holdout", RuleKind::Holdout)];

/// What Optimizely's own pages and notifications call them, without separators: `rollout` is near to `holdout`, which it
/// is not.
const THEIR_RULES: &[(&str, &str)] = &[
    ("abtest", "experiment"),
    ("featuretest", "experiment"),
    ("rollout", "delivery"),
    ("targeteddelivery", "delivery"),
    ("everyoneelse", "delivery"),
];

/// One of `experiments`.
pub(super) fn experiment(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Experiment {
    let Some(mut fields) = Fields::of(node, "an experiment", diagnostics) else {
        return Experiment {
            name,
            meta: Meta::default(),
            flag: None,
            hypothesis: None,
            metrics: Metrics::default(),
            minimum_detectable_effect: None,
            exposure: None,
            holdout: None,
            optimizely_rules: Vec::new(),
        };
    };
    let meta = meta(&mut fields, diagnostics);
    let said = format!("experiment `{}`", name.value);
    let flag = fields.require("flag", &said, name.span, "write `flag: ..` with the key of the flag that assigns it");
    let flag = flag.and_then(|entry| text(entry, diagnostics));
    let hypothesis = fields.take("hypothesis").and_then(|entry| text(entry, diagnostics));
    let metrics = fields.take("metrics").map_or_else(Metrics::default, |entry| metrics(entry, diagnostics));
    let effect = fields.take("minimum_detectable_effect").and_then(|entry| effect(entry, diagnostics));
    let exposure = fields.take("exposure").and_then(|entry| exposure(entry, diagnostics));
    let holdout = fields.take("holdout").and_then(|entry| text(entry, diagnostics));
    let optimizely_rules = fields.take("optimizely").map_or_else(Vec::new, |entry| optimizely(entry, diagnostics));
    fields.finish(diagnostics);
    Experiment {
        name,
        meta,
        flag,
        hypothesis,
        metrics,
        minimum_detectable_effect: effect,
        exposure,
        holdout,
        optimizely_rules,
    }
}

fn effect(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<f64>> {
    const WANTED: &str = "a percentage above 0";
    let effect = percentage(entry, "`minimum_detectable_effect`", WANTED, diagnostics)?;
    if effect.value > 0.0 {
        return Some(effect);
    }
    let message = format!("`minimum_detectable_effect` is {WANTED}, not {}", effect.value);
    let help = "write the least change that is worth finding: `5` is five percent".to_owned();
    diagnostics.error(Code::PercentRange, effect.span, message).help(help);
    None
}

/// An event in place of `Experiment Viewed`, and what is added to its properties.
fn exposure(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Exposure> {
    if let NodeKind::Scalar(_) = &entry.value.kind
        && !is_null(&entry.value)
    {
        let message = "`exposure` is a map, not a single value".to_owned();
        let help = "name the event in it: `exposure: { event: .. }`".to_owned();
        diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
        return None;
    }
    let mut fields = Fields::of(&entry.value, "`exposure`", diagnostics)?;
    let event_entry = fields.take("event");
    let properties_entry = fields.take("properties");
    let event = event_entry.and_then(|entry| text(entry, diagnostics));
    let properties = properties_entry.map_or_else(Vec::new, |entry| properties(entry, diagnostics));
    if fields.finish(diagnostics) && event_entry.is_none() && properties_entry.is_none() {
        let help = "name the `event` in place of `Experiment Viewed`, or the `properties` that are added".to_owned();
        diagnostics.error(Code::EmptyValue, entry.key.span, "`exposure` says nothing").help(help);
    }
    Some(Exposure { event, properties })
}

/// Names and constant values.
fn properties(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<(Text, Keyed<Value>)> {
    let NodeKind::Mapping(entries) = &entry.value.kind else {
        let message = format!("`properties` of an exposure is a map, not {}", shape(&entry.value));
        let help = "write names and values: `properties: { surface: web }`".to_owned();
        diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
        return Vec::new();
    };
    let keyed = |entry: &Entry| Keyed { key: entry.key.span, value: entry.value.to_value(), span: entry.value.span };
    list::map(entries, |entry| (named(&entry.key), keyed(entry)))
}

/// What each of Optimizely's rules is, by its key.
fn optimizely(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<(Text, Spanned<RuleKind>)> {
    let Some(mut fields) = Fields::of(&entry.value, "`optimizely`", diagnostics) else { return Vec::new() };
    let help = "say what each rule is: `rules: { checkout_ab: experiment }`";
    let rules = fields.require("rules", "`optimizely`", entry.key.span, help);
    fields.finish(diagnostics);
    let Some(rules) = rules else { return Vec::new() };
    let NodeKind::Mapping(entries) = &rules.value.kind else {
        let message = format!("`rules` is a map of the keys of rules, not {}", shape(&rules.value));
        let span = if is_null(&rules.value) { rules.key.span } else { rules.value.span };
        let help = "write what each rule is: `rules: { checkout_ab: experiment }`".to_owned();
        diagnostics.error(Code::WrongShape, span, message).help(help);
        return Vec::new();
    };
    list::filter_map(entries, |entry| Some((named(&entry.key), rule(entry, diagnostics)?)))
}

fn rule(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<RuleKind>> {
    let Spanned { value, span } = text(entry, diagnostics)?;
    if let Some((_, kind)) = RULES.iter().find(|(word, _)| *word == value) {
        return Some(Spanned { value: *kind, span });
    }
    let message = format!("a rule is `experiment`, `delivery` or `holdout`, not `{value}`");
    diagnostics.error(Code::InvalidValue, span, message).help(meant_rule(&value));
    None
}

fn meant_rule(word: &str) -> Option<String> {
    let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
    if let Some((_, ours)) = THEIR_RULES.iter().find(|(theirs, _)| letters.eq_ignore_ascii_case(theirs)) {
        return Some(format!("what optimizely calls `{word}` is written `{ours}`"));
    }
    let similar = suggest::nearest(word, RULES.iter().map(|(word, _)| *word))?;
    Some(format!("did you mean `{similar}`?"))
}
