//! Metrics of experiments.

use super::fields::{Fields, shape};
use super::scalar::{item_text, text, texts, word};
use crate::ast::scalar::is_null;
use crate::ast::{Metric, Metrics, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{Goal, MetricKind, Threshold};
use crate::list;
use crate::yaml::{Entry, Node, NodeKind};

const KINDS: &[(&str, MetricKind)] = &[
    ("funnel", MetricKind::Funnel),
    ("count", MetricKind::Count),
    ("mean", MetricKind::Mean),
    ("ratio", MetricKind::Ratio),
];
const GOALS: &[(&str, Goal)] = &[("increase", Goal::Increase), ("decrease", Goal::Decrease)];

/// `metrics:`.
pub(super) fn metrics(entry: &Entry, diagnostics: &mut Diagnostics) -> Metrics {
    if !matches!(entry.value.kind, NodeKind::Mapping(_)) && !is_null(&entry.value) {
        let message = format!("`metrics` is a map, not {}", shape(&entry.value));
        let help = "say which is the one to move: `metrics: { primary: .. }`".to_owned();
        diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
        return Metrics::default();
    }
    let Some(mut fields) = Fields::of(&entry.value, "`metrics`", diagnostics) else { return Metrics::default() };
    let metrics = Metrics {
        primary: some(fields.take("primary"), false, diagnostics),
        secondary: some(fields.take("secondary"), false, diagnostics),
        guardrails: some(fields.take("guardrails"), true, diagnostics),
    };
    fields.finish(diagnostics);
    metrics
}

/// One metric or a list of them.
fn some(entry: Option<&Entry>, guardrail: bool, diagnostics: &mut Diagnostics) -> Vec<Metric> {
    let Some(entry) = entry else { return Vec::new() };
    match &entry.value.kind {
        NodeKind::Sequence(nodes) => list::filter_map(nodes, |node| metric(node, guardrail, diagnostics)),
        NodeKind::Mapping(_) => metric(&entry.value, guardrail, diagnostics).into_iter().collect(),
        NodeKind::Scalar(_) => text(entry, diagnostics).map(bare).into_iter().collect(),
    }
}

/// The name of an event means how often it comes.
fn bare(event: Text) -> Metric {
    Metric {
        span: event.span,
        events: vec![event],
        kind: MetricKind::Count,
        property: None,
        goal: Goal::Increase,
        threshold: None,
        action: None,
    }
}

fn metric(node: &Node, guardrail: bool, diagnostics: &mut Diagnostics) -> Option<Metric> {
    if let NodeKind::Scalar(_) = &node.kind {
        return item_text(node, "metrics", diagnostics).map(bare);
    }
    let what = if guardrail { "a guardrail" } else { "a metric" };
    let mut fields = Fields::of(node, what, diagnostics)?;
    let event = fields.take("event");
    let steps = fields.take("steps");
    let kind_entry = fields.take("kind");
    let kind = kind_entry.map(|entry| word(entry, KINDS, diagnostics));
    let property_entry = fields.take("property");
    let property = property_entry.and_then(|entry| text(entry, diagnostics));
    let goal = fields.take("goal").and_then(|entry| word(entry, GOALS, diagnostics));
    let (threshold, action) = if guardrail {
        let threshold = fields.take("threshold").and_then(|entry| threshold(entry, diagnostics));
        (threshold, fields.take("action").and_then(|entry| text(entry, diagnostics)))
    } else {
        for key in ["threshold", "action"] {
            fields.misplaced(key, "it stands on a guardrail", diagnostics);
        }
        (None, None)
    };
    let events = match (event, steps) {
        (Some(event), None) => text(event, diagnostics).into_iter().collect(),
        (None, Some(steps)) => {
            if matches!(&steps.value.kind, NodeKind::Sequence(steps) if steps.is_empty()) {
                let help = "name the events in their order: `steps: [a, b]`".to_owned();
                diagnostics.error(Code::MetricShape, steps.value.span, "a funnel has at least one step").help(help);
            }
            texts(steps, diagnostics)
        }
        (Some(event), Some(steps)) => {
            let message = "a metric has an `event` or `steps`, not both".to_owned();
            let (first, second) = if event.key.span < steps.key.span { (event, steps) } else { (steps, event) };
            diagnostics.error(Code::MetricShape, second.key.span, message).also(first.key.span, "the first");
            Vec::new()
        }
        (None, None) => Vec::new(),
    };
    let clean = fields.finish(diagnostics);
    if clean && event.is_none() && steps.is_none() {
        let message = format!("{what} has no `event`");
        let help = "write `event: ..`, or `steps: [..]` for a funnel".to_owned();
        diagnostics.error(Code::MissingKey, node.span, message).help(help);
    }
    let kind = match kind {
        Some(kind) => kind?.value,
        None if steps.is_some() => MetricKind::Funnel,
        None => MetricKind::Count,
    };
    if let (Some(steps), true) = (steps, kind != MetricKind::Funnel) {
        let message = "`steps` are those of a funnel".to_owned();
        diagnostics.error(Code::MetricShape, steps.key.span, message).help("write `kind: funnel`".to_owned());
    }
    property_fits(kind, property_entry, kind_entry, node, diagnostics);
    let goal = goal.map_or(Goal::Increase, |goal| goal.value);
    Some(Metric { span: node.span, events, kind, property, goal, threshold, action })
}

/// `mean` and `ratio` are of a property, the others are not.
fn property_fits(
    kind: MetricKind,
    property: Option<&Entry>,
    kind_entry: Option<&Entry>,
    metric: &Node,
    diagnostics: &mut Diagnostics,
) {
    let of_property = matches!(kind, MetricKind::Mean | MetricKind::Ratio);
    match (property, of_property) {
        (Some(property), false) => {
            let message = "a metric of this kind has no `property`".to_owned();
            let help = "write `kind: mean` or `kind: ratio`, or remove `property`".to_owned();
            diagnostics.error(Code::MetricShape, property.key.span, message).help(help);
        }
        (None, true) => {
            let span = kind_entry.map_or(metric.span, |entry| entry.value.span);
            let message = "a `mean` or `ratio` is of a property, and none is named".to_owned();
            let help = "write `property: ..` with a numeric property of the event".to_owned();
            diagnostics.error(Code::MissingKey, span, message).help(help);
        }
        _ => {}
    }
}

/// `+100 %`, `-5%`, or an amount.
fn threshold(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<Threshold>> {
    let Spanned { value: written, span } = text(entry, diagnostics)?;
    let (number, is_percent) = match written.trim_end().strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (written.as_str(), false),
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || b".+-".contains(&byte));
    if let (true, Ok(value)) = (is_number, number.parse::<f64>())
        && value.is_finite()
    {
        return Some(Spanned { value: Threshold { written, value, is_percent }, span });
    }
    let message = format!("`threshold` is a number or a percentage, not `{written}`");
    let help = "write how far the metric may move: `+5 %`, `-5 %`, or an amount such as `20`".to_owned();
    diagnostics.error(Code::Threshold, span, message).help(help);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::yaml::{Key, Scalar};

    #[test]
    fn thresholds_are_percentages_or_amounts() {
        let cases = [
            ("+100 %", Some((100.0, true))),
            ("-5%", Some((-5.0, true))),
            ("2.5 %", Some((2.5, true))),
            ("20", Some((20.0, false))),
            ("+0.5", Some((0.5, false))),
            ("%", None),
            ("5 percent", None),
            ("1e3", None),
            ("inf", None),
            ("nan %", None),
            ("+-5", None),
            ("5 % %", None),
            ("> 5", None),
        ];
        for (written, expected) in cases {
            let scalar = Scalar { text: written.into(), quoted: false };
            let value = Node { span: Span::default(), kind: NodeKind::Scalar(scalar) };
            let entry = Entry { key: Key { text: "threshold".into(), span: Span::default() }, value };
            let read = threshold(&entry, &mut Diagnostics::default());
            assert_eq!(read.map(|read| (read.value.value, read.value.is_percent)), expected, "{written}");
        }
    }
}
