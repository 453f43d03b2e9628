//! Which decisions are exposures, and what is told of them.

use std::sync::Arc;

use super::attributes::Attributes;
use super::outcome::SkipReason;
use super::plan::{DecisionPlan, DecisionRule, PersonAttribute, RuleKind};
use super::viewed::{Elsewhere, Names, Shown, Viewed};
use super::{Decision, Engine};
use crate::event::PlanId;
use crate::experiment::Exposure;
use crate::value::Nullable;

/// Which decisions of an engine are reported as exposures, and in what form. [`Builder::exposures`] sets it for
/// [`Client::decided`] and [`User::decided`].
///
/// [`Builder::exposures`]: crate::Builder::exposures
/// [`Client::decided`]: crate::Client::decided
/// [`User::decided`]: crate::User::decided
#[derive(Debug, Clone)]
#[must_use = "it counts where it is given to a client"]
pub struct ExposurePolicy {
    pub(super) counts: Counts,
    pub(super) person_property: PersonProperty,
    pub(super) only_dispatched: bool,
    pub(super) with_holdouts: bool,
}

/// What the property `[<Engine>] <flag>` of a person says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PersonProperty {
    /// The variation, and `off` where the flag is: as the published guides have it. A variation whose feature is off, a
    /// control say, is not told apart from the others.
    #[default]
    OffWhenDisabled,
    /// Always the variation. Where there is none the property stays as it was.
    Variation,
}

/// What counts.
#[derive(Debug, Clone)]
pub(super) enum Counts {
    /// Everything, as the published guides have it.
    Everything,
    /// What the plan calls an experiment.
    Plan(Arc<Known>),
}

/// A plan whose rules and attributes are found by their keys.
#[derive(Debug)]
pub(super) struct Known {
    id: PlanId,
    /// By flag and rule.
    rules: Vec<DecisionRule>,
    /// By name.
    person: Vec<PersonAttribute>,
}

impl ExposurePolicy {
    /// As the published integration guides of Optimizely have it for each vendor: PostHog and Mixpanel are told of every
    /// decision, Segment where there is a rule and a variation, and there without a property of the person. Deliveries and
    /// holdouts are not told apart from experiments.
    ///
    /// The attributes of the person go to Segment where the client says `.allow(Sensitivity::Personal)`: no plan speaks of
    /// them. A decision of PostHog is reported by no policy: it is where the experiment is read.
    pub const fn guide() -> Self {
        Self::of(Counts::Everything)
    }

    /// What the plan calls an experiment is an exposure; deliveries, holdouts and what the plan does not know are none.
    ///
    /// Of the attributes of a person those are told that are properties of a person in the plan, to whom the plan and the
    /// client let see them.
    pub fn by_plan(plan: DecisionPlan) -> Self {
        Self::of(Counts::Plan(Arc::new(Known::new(plan))))
    }

    const fn of(counts: Counts) -> Self {
        Self { counts, person_property: PersonProperty::OffWhenDisabled, only_dispatched: false, with_holdouts: false }
    }

    /// What the property of the person says; [`PersonProperty::OffWhenDisabled`] unless set.
    pub const fn person_property(mut self, property: PersonProperty) -> Self {
        self.person_property = property;
        self
    }

    /// Reports only what the engine has recorded itself. What it did not record, and what it does not speak of, are
    /// skipped for two reasons of their own.
    pub const fn only_dispatched(mut self) -> Self {
        self.only_dispatched = true;
        self
    }

    /// Reports holdouts too, as themselves: under their own rule and variation.
    pub const fn with_holdouts(mut self) -> Self {
        self.with_holdouts = true;
        self
    }
}

impl ExposurePolicy {
    /// What is to be reported of a decision, or why nothing is.
    pub(super) fn judge<'a>(&'a self, decision: &'a Decision) -> Result<Viewed<'a>, SkipReason> {
        // Also one of this client itself, which it reported when it published it.
        if *decision.engine() == Engine::PostHog {
            return Err(SkipReason::PostHogKnows);
        }
        let by_plan = match &self.counts {
            Counts::Everything => None,
            Counts::Plan(known) => Some((&**known, self.rule_of(known, decision)?)),
        };
        match decision.dispatched() {
            _ if !self.only_dispatched => {}
            Some(true) => {}
            Some(false) => return Err(SkipReason::NotDispatched),
            None => return Err(SkipReason::DispatchUnknown),
        }
        Ok(Viewed {
            engine: decision.engine(),
            flag_key: decision.flag_key(),
            variation_key: decision.variation_key(),
            rule_key: decision.rule_key(),
            enabled: decision.enabled(),
            shown: by_plan.map_or(Shown::Exposure(&Exposure::VIEWED), |(_, rule)| rule.shown()),
            elsewhere: Some(Elsewhere {
                plan: by_plan.map_or(&PlanId::NONE, |(known, _)| &known.id),
                time: decision.time(),
                user_id: decision.user_id(),
                person: self.person_value(decision),
                attributes: match by_plan {
                    None => Attributes::Unplanned(decision.attributes()),
                    Some((known, _)) => Attributes::Planned(known, decision.attributes()),
                },
                names: by_plan.map(|(_, rule)| Names {
                    experiment_id: decision.experiment_id(),
                    // Who is kept out is in no experiment.
                    experiment: if rule.kind == RuleKind::Holdout { &rule.rule } else { &rule.experiment },
                    variation_id: decision.variation_id(),
                }),
            }),
        })
    }

    /// The rule of the plan by which it is an exposure.
    fn rule_of<'a>(&self, known: &'a Known, decision: &Decision) -> Result<&'a DecisionRule, SkipReason> {
        let Some(key) = decision.rule_key() else {
            return Err(if decision.variation_key().is_some() { SkipReason::Forced } else { SkipReason::NoRule });
        };
        let rule = known.find(decision.flag_key(), key)?;
        match rule.kind {
            RuleKind::Delivery => Err(SkipReason::Delivery),
            RuleKind::Holdout if !self.with_holdouts => Err(SkipReason::Holdout),
            _ if decision.variation_key().is_none() => Err(SkipReason::NoVariation),
            RuleKind::Experiment | RuleKind::Holdout => Ok(rule),
        }
    }

    fn person_value<'a>(&self, decision: &'a Decision) -> Nullable<&'a str> {
        match (self.person_property, decision.variation_key()) {
            (PersonProperty::OffWhenDisabled, _) if !decision.enabled() => Nullable::Value("off"),
            (_, Some(variation)) => Nullable::Value(variation),
            // As the guides' code has it.
            (PersonProperty::OffWhenDisabled, None) => Nullable::Null,
            (PersonProperty::Variation, None) => Nullable::Absent,
        }
    }
}

impl Known {
    pub(super) fn new(plan: DecisionPlan) -> Self {
        let (id, mut rules, mut person) = plan.into_parts();
        // Of several experiments that name a rule the first one of the plan stands first.
        rules.sort_by(|one, other| (&one.flag, &one.rule).cmp(&(&other.flag, &other.rule)));
        person.sort_by(|one, other| one.name.cmp(&other.name));
        Self { id, rules, person }
    }

    fn find(&self, flag: &str, rule: &str) -> Result<&DecisionRule, SkipReason> {
        let of_flag = self.rules.partition_point(|known| &*known.flag < flag);
        let place = self.rules.partition_point(|known| (&*known.flag, &*known.rule) < (flag, rule));
        match self.rules.get(place) {
            Some(known) if known.flag == flag && known.rule == rule => Ok(known),
            _ if self.rules.get(of_flag).is_some_and(|known| known.flag == flag) => Err(SkipReason::UnknownRule),
            _ => Err(SkipReason::UnknownFlag),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&PersonAttribute> {
        let place = self.person.binary_search_by(|known| (*known.name).cmp(name)).ok()?;
        self.person.get(place)
    }
}
