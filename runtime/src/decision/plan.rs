//! What a plan says of the rules of an engine, and of the person's attributes.

use std::borrow::Cow;

use super::viewed::Shown;
use crate::event::PlanId;
use crate::experiment::Exposure;
use crate::sensitivity::Sensitivity;
use crate::value::Json;

/// What a plan says of an engine's decisions: which rules are experiments, and which attributes of a person may be told.
///
/// The compiler of the plan makes it as `experiments::DECISIONS`; a program that reads a plan when it runs makes its own:
///
/// ```
/// use taxogen::{DecisionPlan, DecisionRule, ExposurePolicy, PersonAttribute, PlanId, RuleKind, Sensitivity};
///
/// const DECISIONS: DecisionPlan = DecisionPlan::new(
///     PlanId::new("shop", "85a93a826095f7c7"),
///     const { &[DecisionRule::new("checkout", "checkout_ab", RuleKind::Experiment, "checkout-flow")] },
/// )
/// .with_person(const { &[PersonAttribute::new("country", Sensitivity::Internal)] });
///
/// let read = DecisionPlan::new(PlanId::new("", ""), &[])
///     .with_rule(DecisionRule::owned("checkout", "checkout_ab", RuleKind::Experiment, "checkout-flow"))
///     .with_attribute(PersonAttribute::owned("country", Sensitivity::Internal));
/// # let _ = (ExposurePolicy::by_plan(DECISIONS), ExposurePolicy::by_plan(read));
/// ```
#[derive(Debug, Clone)]
#[must_use = "it counts where a policy is made of it"]
pub struct DecisionPlan {
    plan: PlanId,
    rules: &'static [DecisionRule],
    person: &'static [PersonAttribute],
    added_rules: Vec<DecisionRule>,
    added_person: Vec<PersonAttribute>,
}

impl DecisionPlan {
    /// These rules of a plan, which says what each destination may see; no attribute of a person is told.
    pub const fn new(plan: PlanId, rules: &'static [DecisionRule]) -> Self {
        Self { plan, rules, person: &[], added_rules: Vec::new(), added_person: Vec::new() }
    }

    /// These properties of a person are the plan's: where an engine knows them as attributes, they are told.
    pub const fn with_person(mut self, attributes: &'static [PersonAttribute]) -> Self {
        self.person = attributes;
        self
    }

    /// One rule more.
    pub fn with_rule(mut self, rule: DecisionRule) -> Self {
        self.added_rules.push(rule);
        self
    }

    /// One property of a person more.
    pub fn with_attribute(mut self, attribute: PersonAttribute) -> Self {
        self.added_person.push(attribute);
        self
    }

    /// What its rules are: flag, rule and kind.
    pub(crate) fn kinds(self) -> impl Iterator<Item = (String, String, RuleKind)> {
        let (_, rules, _) = self.into_parts();
        rules.into_iter().map(|rule| (rule.flag.into_owned(), rule.rule.into_owned(), rule.kind))
    }

    /// Which plan it is, its rules, and the properties of a person, in their order.
    pub(super) fn into_parts(self) -> (PlanId, Vec<DecisionRule>, Vec<PersonAttribute>) {
        let Self { plan, rules, person, added_rules, added_person } = self;
        (plan, [rules, &added_rules].concat(), [person, &added_person].concat())
    }
}

/// What one rule of a flag is.
#[derive(Debug, Clone)]
#[must_use = "it counts in a `DecisionPlan`"]
pub struct DecisionRule {
    pub(super) flag: Cow<'static, str>,
    pub(super) rule: Cow<'static, str>,
    pub(super) kind: RuleKind,
    pub(super) experiment: Cow<'static, str>,
    exposure: Exposure,
    /// What stands before it: what a program has read.
    read: Option<Box<ReadExposure>>,
}

#[derive(Debug, Clone)]
struct ReadExposure {
    event: String,
    properties: Vec<(String, Json<'static>)>,
}

/// What a rule is to an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleKind {
    /// It compares: who it decides about has seen a variation.
    Experiment,
    /// It delivers what was decided before.
    Delivery,
    /// It keeps people out.
    Holdout,
}

impl RuleKind {
    /// What a rule is among these, by their keys. A plan that speaks of none leaves it to the variation; beside those that
    /// it knows, one that it does not know is no experiment.
    pub(crate) fn among<K: AsRef<str>>(rules: &[(K, Self)], rule: &str) -> Self {
        let unknown = if rules.is_empty() { Self::Experiment } else { Self::Delivery };
        rules.iter().find(|(known, _)| known.as_ref() == rule).map_or(unknown, |(_, kind)| *kind)
    }
}

impl DecisionRule {
    /// The rule of this key, of the flag of this key, in this experiment of the plan.
    pub const fn new(flag: &'static str, rule: &'static str, kind: RuleKind, experiment: &'static str) -> Self {
        let (flag, rule, experiment) = (Cow::Borrowed(flag), Cow::Borrowed(rule), Cow::Borrowed(experiment));
        Self { flag, rule, kind, experiment, exposure: Exposure::VIEWED, read: None }
    }

    /// [`new`](Self::new) of texts that are known when the program runs.
    pub fn owned(
        flag: impl Into<String>,
        rule: impl Into<String>,
        kind: RuleKind,
        experiment: impl Into<String>,
    ) -> Self {
        let owned = |text: String| Cow::Owned(text);
        Self {
            flag: owned(flag.into()),
            rule: owned(rule.into()),
            experiment: owned(experiment.into()),
            ..Self::new("", "", kind, "")
        }
    }

    /// What is captured in place of `Experiment Viewed`: the experiment's `exposure:`.
    pub const fn with_exposure(mut self, exposure: Exposure) -> Self {
        self.exposure = exposure;
        self
    }

    /// [`with_exposure`](Self::with_exposure) of what is known when the program runs: the name of the event, and what is
    /// added to its properties.
    pub fn with_exposure_of(mut self, event: impl Into<String>, properties: Vec<(String, Json<'static>)>) -> Self {
        self.read = Some(Box::new(ReadExposure { event: event.into(), properties }));
        self
    }

    pub(super) fn shown(&self) -> Shown<'_> {
        match &self.read {
            Some(read) => Shown::Read(&read.event, &read.properties),
            None => Shown::Exposure(&self.exposure),
        }
    }
}

/// A property of a person that an engine may know as an attribute, under the same name.
#[derive(Debug, Clone)]
#[must_use = "it counts in a `DecisionPlan`"]
pub struct PersonAttribute {
    pub(super) name: Cow<'static, str>,
    pub(super) class: Sensitivity,
    pub(super) is_hashed: bool,
}

impl PersonAttribute {
    /// The property of this name on the wire, which is so sensitive. What the plan calls `secret` is none.
    pub const fn new(name: &'static str, class: Sensitivity) -> Self {
        Self { name: Cow::Borrowed(name), class, is_hashed: false }
    }

    /// [`new`](Self::new) of a name that is known when the program runs.
    pub fn owned(name: impl Into<String>, class: Sensitivity) -> Self {
        Self { name: Cow::Owned(name.into()), ..Self::new("", class) }
    }

    /// A destination that may not see it gets a keyed hash: `hash: true`.
    pub const fn hashed(mut self) -> Self {
        self.is_hashed = true;
        self
    }
}
