//! Experiments: reading the variant that somebody is shown.

use std::fmt;

use crate::decision::{Engine, Shown, Viewed};
use crate::event::PropertyWriter;
use crate::flag::{Names, Variant};
use crate::user::User;

/// An enum of the application that is bound to an experiment of the plan: `#[derive(Experiment)]` with
/// `#[experiment("key")]` writes it and compares the variants with the plan's. [`User::experiment`] reads it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bound to an experiment of the plan",
    label = "not an experiment",
    note = "write `#[derive(Experiment)]` and `#[experiment(\"the-experiments-key\")]` on `{Self}`"
)]
pub trait Experiment: Sized {
    /// The experiment's key in the plan.
    const KEY: &'static str;
    /// The key of the flag that assigns its variants.
    const FLAG: &'static str;
    /// What is captured when somebody sees it; the plan's `exposure:`.
    const EXPOSURE: Exposure = Exposure::VIEWED;

    /// The variant of this key on the wire.
    fn from_name(name: &str) -> Option<Self>;

    /// The key of this variant on the wire.
    fn name(&self) -> &'static str;

    /// What somebody sees who is not in the experiment.
    fn fallback() -> Self;
}

/// What is captured when somebody is shown a variant: the name of the event, and what the plan adds to its
/// properties. PostHog learns of an experiment by `$feature_flag_called`, whatever it is called elsewhere.
#[derive(Clone, Copy)]
pub struct Exposure {
    event: &'static str,
    properties: fn(&mut PropertyWriter<'_>),
}

impl Exposure {
    /// `Experiment Viewed`, with nothing added.
    pub const VIEWED: Self = Self::new("Experiment Viewed");

    /// An event of this name, with nothing added.
    #[must_use]
    pub const fn new(event: &'static str) -> Self {
        Self { event, properties: |_| {} }
    }

    /// Adds what `properties` writes, for every destination that gets the exposure.
    #[must_use]
    pub const fn with_properties(mut self, properties: fn(&mut PropertyWriter<'_>)) -> Self {
        self.properties = properties;
        self
    }

    /// The name of the event.
    #[must_use]
    pub const fn event(&self) -> &'static str {
        self.event
    }

    pub(crate) fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.properties)(properties);
    }
}

impl fmt::Debug for Exposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Exposure({:?})", self.event)
    }
}

/// An experiment of the plan, with the enum of its flag's variants. The compiler of the plan makes one for each
/// experiment; [`User::variant`] reads it.
pub struct ExperimentKey<V: 'static> {
    key: &'static str,
    flag: &'static str,
    fallback: fn() -> V,
    exposure: Exposure,
}

impl<V: Variant> ExperimentKey<V> {
    /// The experiment of this key, whose variants this flag assigns.
    #[must_use]
    pub const fn new(key: &'static str, flag: &'static str, fallback: fn() -> V) -> Self {
        Self { key, flag, fallback, exposure: Exposure::VIEWED }
    }

    /// The same experiment, whose exposure is this one.
    #[must_use]
    pub const fn with_exposure(mut self, exposure: Exposure) -> Self {
        self.exposure = exposure;
        self
    }

    /// The experiment's key in the plan.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The key of the flag that assigns its variants.
    #[must_use]
    pub const fn flag(&self) -> &'static str {
        self.flag
    }
}

impl<V> Clone for ExperimentKey<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for ExperimentKey<V> {}

impl<V> fmt::Debug for ExperimentKey<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ExperimentKey({:?}, flag {:?})", self.key, self.flag)
    }
}

/// Reading experiments. An assigned variant is one exposure: PostHog gets `$feature_flag_called`, the others get
/// `Experiment Viewed` (or what the plan's `exposure:` says), once until the variant changes. A fallback is none, and
/// neither is a fixed value.
impl User {
    /// The variant that this person is shown, as the application's own enum.
    #[must_use]
    pub fn experiment<E: Experiment>(&self) -> E {
        let names = Names { from_name: E::from_name, name: E::name };
        self.enrol(E::KEY, E::FLAG, &names, E::fallback, &E::EXPOSURE)
    }

    /// The variant that this person is shown, as the plan's enum.
    #[must_use]
    pub fn variant<V: Variant>(&self, experiment: ExperimentKey<V>) -> V {
        let names = Names { from_name: V::from_name, name: V::name };
        self.enrol(experiment.key, experiment.flag, &names, experiment.fallback, &experiment.exposure)
    }

    fn enrol<V>(&self, experiment: &str, flag: &str, names: &Names<V>, fallback: fn() -> V, exposure: &Exposure) -> V {
        self.resolve(flag, names, fallback, |known, resolved| {
            if resolved.assignment.is_assigned() && resolved.served.is_some() {
                self.report_called(flag, known, resolved.served);
                let viewed = Viewed {
                    engine: &Engine::PostHog,
                    flag_key: flag,
                    variation_key: Some((names.name)(&resolved.value)),
                    rule_key: Some(experiment),
                    enabled: true,
                    attributes: &[],
                    shown: Shown::Exposure(exposure),
                };
                self.report_viewed(&viewed);
            }
            resolved.value
        })
    }
}
