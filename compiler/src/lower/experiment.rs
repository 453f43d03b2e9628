//! Experiments.

use super::types::Types;
use super::{meta, names};
use crate::ast;
use crate::check::{exposure, shared_name};
use crate::ir::{self, Exposure, FlagId, Metric, MetricEvent};
use crate::list;
use crate::table::ByName;

pub(super) fn experiment(
    experiment: &ast::Experiment,
    flags: &ByName<'_, FlagId>,
    types: &Types<'_>,
) -> ir::Experiment {
    let key = &experiment.flag.as_ref().expect("an experiment without a flag was told").value;
    let flag = flags.get(key.as_str()).copied();
    let rules = experiment.optimizely_rules.iter().map(|(rule, kind)| (rule.value.clone(), kind.value));
    ir::Experiment {
        name: meta::name(&experiment.name, &experiment.meta, names::constant),
        meta: meta::meta(&experiment.meta),
        flag: flag.expect("an unknown flag was told"),
        hypothesis: experiment.hypothesis.as_ref().map(|hypothesis| hypothesis.value.clone()),
        primary: metrics(&experiment.metrics.primary, types),
        secondary: metrics(&experiment.metrics.secondary, types),
        guardrails: metrics(&experiment.metrics.guardrails, types),
        minimum_detectable_effect: experiment.minimum_detectable_effect.map(|effect| effect.value),
        exposure: experiment
            .exposure
            .as_ref()
            .map_or_else(Exposure::default, |exposure| self::exposure(exposure, types)),
        holdout: experiment.holdout.as_ref().map(|holdout| holdout.value.clone()),
        optimizely_rules: rules.collect(),
    }
}

fn metrics(metrics: &[ast::Metric], types: &Types<'_>) -> Vec<Metric> {
    let text = |text: &Option<ast::Text>| text.as_ref().map(|text| text.value.clone());
    list::map(metrics, |metric| Metric {
        events: metric.events.iter().map(|event| self::event(&event.value, types)).collect(),
        kind: metric.kind,
        property: text(&metric.property),
        goal: metric.goal,
        threshold: metric.threshold.as_ref().map(|threshold| threshold.value.clone()),
        action: text(&metric.action),
        span: metric.span,
    })
}

/// What a metric's event is on the wire: a key means one event, though others may share its wire name.
fn event(name: &str, types: &Types<'_>) -> MetricEvent {
    let index = types.index;
    let events = index.events_called(name);
    let wire = events.first().map_or(name, |event| event.wire_name());
    let only = match events.as_slice() {
        [event] => shared_name::constants(event, index),
        _ => Vec::new(),
    };
    let keys = list::map(&events, |event| event.name.value.clone());
    MetricEvent { name: wire.to_owned(), keys, only }
}

/// A declared event is meant by its key or its wire name; any other text is a name on the wire.
fn exposure(exposure: &ast::Exposure, types: &Types<'_>) -> Exposure {
    let wire = |name: &ast::Text| match types.index.events.get(name.value.as_str()) {
        Some(event) => event.wire_name().to_owned(),
        None => name.value.clone(),
    };
    let properties = exposure::properties(exposure, types.index);
    Exposure { event: exposure.event.as_ref().map(wire), properties }
}
