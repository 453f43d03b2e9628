//! Experiments and their metrics.

use super::{Keyed, Meta, Spanned, Text};
use crate::ir::{Goal, MetricKind, RuleKind, Threshold};
use crate::source::Span;
use crate::yaml::Value;

/// One of `experiments`.
#[derive(Clone)]
pub struct Experiment {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// `flag:`; what is missing was told.
    pub flag: Option<Text>,
    /// `hypothesis:`.
    pub hypothesis: Option<Text>,
    /// `metrics:`.
    pub metrics: Metrics,
    /// `minimum_detectable_effect:`, in percent.
    pub minimum_detectable_effect: Option<Spanned<f64>>,
    /// `exposure:`.
    pub exposure: Option<Exposure>,
    /// `holdout:`, by the name that it has at the vendor.
    pub holdout: Option<Text>,
    /// `optimizely: { rules: .. }`: what each rule is.
    pub optimizely_rules: Vec<(Text, Spanned<RuleKind>)>,
}

/// `exposure:` of an experiment: what is captured when somebody sees it.
#[derive(Clone)]
pub struct Exposure {
    /// `event:`, in place of `Experiment Viewed`.
    pub event: Option<Text>,
    /// `properties:`, added to it: names and constant values.
    pub properties: Vec<(Text, Keyed<Value>)>,
}

/// What an experiment is judged by.
#[derive(Clone, Default)]
pub struct Metrics {
    /// What it is meant to move.
    pub primary: Vec<Metric>,
    /// What is looked at besides.
    pub secondary: Vec<Metric>,
    /// What it must not harm.
    pub guardrails: Vec<Metric>,
}

impl Metrics {
    /// Primary, secondary, guardrails.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Metric> {
        self.primary.iter().chain(&self.secondary).chain(&self.guardrails)
    }
}

/// One metric.
#[derive(Clone)]
pub struct Metric {
    /// The name of a bare one, else its map.
    pub span: Span,
    /// The event, or the steps of a funnel: keys or wire names.
    pub events: Vec<Text>,
    /// `kind:`, `count` where it is absent.
    pub kind: MetricKind,
    /// `property:`.
    pub property: Option<Text>,
    /// `goal:`, `increase` where it is absent.
    pub goal: Goal,
    /// `threshold:` of a guardrail.
    pub threshold: Option<Spanned<Threshold>>,
    /// `action:` of a guardrail.
    pub action: Option<Text>,
}
