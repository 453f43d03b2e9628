use std::fmt;

use super::{Experiment, Exposure};
use crate::decision::RuleKind;
use crate::flag::{Flag, Names, NoPayload, Payloads, Variant};
use crate::payload;

/// An experiment of the plan, with the enum of its flag's variants and the type of their payload. The compiler of the
/// plan makes one for each experiment; [`User::variant`](crate::User::variant) reads it.
pub struct ExperimentKey<V: 'static, P: 'static = NoPayload> {
    pub(super) key: &'static str,
    pub(super) flag: &'static str,
    pub(super) names: Names<V>,
    pub(super) fallback: fn() -> V,
    pub(super) exposure: Exposure,
    pub(super) payloads: Payloads<V, P>,
}

impl<V: Variant, P> ExperimentKey<V, P> {
    /// The experiment of this key; variants, default and payloads are those of the flag that assigns it.
    #[must_use]
    pub const fn new(key: &'static str, flag: Flag<V, P>) -> Self {
        let names = Names { from_name: V::from_name, name: V::name, rules: &[] };
        let (fallback, payloads) = (flag.default(), flag.payloads());
        Self { key, flag: flag.key(), names, fallback, exposure: Exposure::VIEWED, payloads }
    }
}

impl<E: Experiment> ExperimentKey<E, E::Payload> {
    /// The experiment to which an enum of the application is bound.
    pub(super) const fn bound() -> Self {
        Self {
            key: E::KEY,
            flag: E::FLAG,
            names: Names { from_name: E::from_name, name: E::name, rules: E::RULES },
            fallback: E::fallback,
            exposure: E::EXPOSURE,
            payloads: Payloads::new(planned_payload),
        }
    }
}

/// One of another type is none: the derive was given that type, and what the plan declares is another.
fn planned_payload<E: Experiment>(variant: &E) -> Option<E::Payload> {
    variant.planned_payload().and_then(|text| payload::decode(text).ok())
}

impl<V, P> ExperimentKey<V, P> {
    /// The same experiment, whose exposure is this one.
    #[must_use]
    pub const fn with_exposure(mut self, exposure: Exposure) -> Self {
        self.exposure = exposure;
        self
    }

    /// The same experiment, where another engine assigns the variants too: what its rules are, by their keys.
    #[must_use]
    pub const fn with_rules(mut self, rules: &'static [(&'static str, RuleKind)]) -> Self {
        self.names.rules = rules;
        self
    }

    /// The experiment's key in the plan.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// What is captured when somebody sees it.
    #[must_use]
    pub const fn exposure(&self) -> Exposure {
        self.exposure
    }

    pub(crate) const fn names(&self) -> &Names<V> {
        &self.names
    }

    /// The key of the flag that assigns its variants.
    #[must_use]
    pub const fn flag(&self) -> &'static str {
        self.flag
    }
}

impl<V, P> Clone for ExperimentKey<V, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, P> Copy for ExperimentKey<V, P> {}

impl<V, P> fmt::Debug for ExperimentKey<V, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ExperimentKey({:?}, flag {:?})", self.key, self.flag)
    }
}
