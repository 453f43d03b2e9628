//! Which decisions are exposures, and what is told of them.

use std::sync::Arc;

use super::plan::{DecisionPlan, DecisionRule};

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
    Plan(Arc<Rules>),
}

/// A plan whose rules are found by their keys.
#[derive(Debug)]
pub(super) struct Rules {
    plan: DecisionPlan,
}

impl ExposurePolicy {
    /// As the published integration guides of Optimizely have it for each vendor: PostHog and Mixpanel are told of every
    /// decision, Segment where there is a rule and a variation, and there without a property of the person. Deliveries and
    /// holdouts are not told apart from experiments.
    ///
    /// The attributes of the person go to Segment where the client says `.allow(Sensitivity::Personal)`: no plan speaks of
    /// them.
    pub const fn guide() -> Self {
        Self::of(Counts::Everything)
    }

    /// What the plan calls an experiment is an exposure; deliveries, holdouts and what the plan does not know are none.
    ///
    /// Of the attributes of a person those are told that are properties of a person in the plan, to whom the plan and the
    /// client let see them.
    pub fn by_plan(plan: DecisionPlan) -> Self {
        Self::of(Counts::Plan(Arc::new(Rules { plan })))
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

impl Rules {
    fn find(&self, flag: &str, rule: &str) -> Option<&DecisionRule> {
        self.plan.rules().find(|known| known.flag == flag && known.rule == rule)
    }
}
