//! Experiments.

use super::{FlagId, Literal, Meta, Name};
use crate::source::Span;

/// One experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// `ident` is the constant's name.
    pub name: Name,
    /// Description, owners and the like.
    pub meta: Meta,
    /// The flag that assigns its variants.
    pub flag: FlagId,
    /// What it is meant to show.
    pub hypothesis: Option<String>,
    /// What it is meant to move.
    pub primary: Vec<Metric>,
    /// What is looked at besides.
    pub secondary: Vec<Metric>,
    /// What it must not harm.
    pub guardrails: Vec<Metric>,
    /// In percent.
    pub minimum_detectable_effect: Option<f64>,
    /// What is captured when somebody sees it, where it is not the usual.
    pub exposure: Exposure,
    /// The name of a holdout at the vendor.
    pub holdout: Option<String>,
    /// What each of Optimizely's rules is, by its key.
    pub optimizely_rules: Vec<(String, RuleKind)>,
}

/// What is captured when somebody sees an experiment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exposure {
    /// The event in place of `Experiment Viewed`, by its wire name.
    pub event: Option<String>,
    /// Properties that are added to it; their values are scalars.
    pub properties: Vec<(String, Literal)>,
}

impl Exposure {
    /// Whether it is the usual: `Experiment Viewed`, with nothing added.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.event.is_none() && self.properties.is_empty()
    }
}

/// What one of Optimizely's rules is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// It compares.
    Experiment,
    /// It delivers what was decided.
    Delivery,
    /// It keeps people out.
    Holdout,
}

/// What an experiment is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// What is counted; several are the steps of a funnel.
    pub events: Vec<MetricEvent>,
    /// How it is counted.
    pub kind: MetricKind,
    /// The numeric property of a mean or ratio.
    pub property: Option<String>,
    /// Where it is meant to go.
    pub goal: Goal,
    /// How far a guardrail may move.
    pub threshold: Option<Threshold>,
    /// What is to be done when a guardrail has moved farther, as written: nothing acts on it by itself.
    pub action: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// What a metric counts.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricEvent {
    /// The name on the wire; a destination may have another, which stands on the event.
    pub name: String,
    /// The keys of the events that are meant: several where they share the name.
    pub keys: Vec<String>,
    /// The constant properties that tell the event apart, where the plan has several of this name and the
    /// metric means one of them.
    pub only: Vec<(String, Literal)>,
}

/// How far a guardrail may move.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// `+100 %`.
    pub written: String,
    /// `100`; below zero where a fall is meant.
    pub value: f64,
    /// Whether it is a part of what was before; else it is an amount.
    pub is_percent: bool,
}

/// How a metric is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Who came through all steps.
    Funnel,
    /// How often it came.
    Count,
    /// The mean of a property.
    Mean,
    /// A property as a share.
    Ratio,
}

/// Where a metric is meant to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Up.
    Increase,
    /// Down.
    Decrease,
}
