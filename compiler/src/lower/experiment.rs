//! Experiments.

use std::collections::HashMap;

use super::{meta, names};
use crate::ast;
use crate::ir::{self, FlagId, Metric};

pub(super) fn experiment(experiment: &ast::Experiment, flags: &HashMap<&str, FlagId>) -> ir::Experiment {
    let key = &experiment.flag.as_ref().expect("an experiment without a flag was told").value;
    let flag = flags.get(key.as_str()).copied();
    ir::Experiment {
        name: meta::name(&experiment.name, &experiment.meta, names::constant),
        meta: meta::meta(&experiment.meta),
        flag: flag.expect("an unknown flag was told"),
        hypothesis: experiment.hypothesis.as_ref().map(|hypothesis| hypothesis.value.clone()),
        primary: metrics(&experiment.metrics.primary),
        secondary: metrics(&experiment.metrics.secondary),
        guardrails: metrics(&experiment.metrics.guardrails),
        minimum_detectable_effect: experiment.minimum_detectable_effect.map(|effect| effect.value),
        exposure: ir::Exposure::default(),
        holdout: None,
        optimizely_rules: Vec::new(),
    }
}

fn metrics(metrics: &[ast::Metric]) -> Vec<Metric> {
    let text = |text: &Option<ast::Text>| text.as_ref().map(|text| text.value.clone());
    metrics
        .iter()
        .map(|metric| Metric {
            events: metric.events.iter().map(|event| event.value.clone()).collect(),
            kind: metric.kind,
            property: text(&metric.property),
            goal: metric.goal,
            threshold: text(&metric.threshold),
            action: text(&metric.action),
            span: metric.span,
        })
        .collect()
}
