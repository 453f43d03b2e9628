use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use taxogen_flags::FlagValue;

use super::reported::Reports;
use crate::decision::{Decision, Engine};
use crate::destinations::Destinations;
use crate::record::{Class, Place, RunTag, RunWriter};
use crate::supers::Supers;
use crate::user::User;

/// What a handle of a person and its clones know of the variations that the person is in.
#[derive(Default)]
pub(crate) struct Context {
    /// In the order in which they changed.
    active: RwLock<Vec<Variation>>,
    /// Whether this handle was asked to put them on events.
    is_stamping: AtomicBool,
    /// They, as events take them.
    pub(crate) stamps: Supers,
    /// What was reported, where each handle remembers for itself.
    pub(crate) reports: Reports,
}

/// What a flag is for a person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variation {
    pub(crate) flag: Box<str>,
    pub(crate) engine: Engine,
    pub(crate) value: FlagValue,
}

/// Flags that are kept of a person; of more, those that changed longest ago go.
pub(super) const KEPT: usize = 100;

impl Context {
    /// What a flag is now, by the engine that spoke last; `None` where this one does not say so any more, and a default stands
    /// in. What another engine said of a flag of that name stays.
    ///
    /// `stamps` says whether all of the client's events take it.
    pub(crate) fn note(&self, engine: &Engine, flag: &str, value: Option<&FlagValue>, stamps: bool) {
        if self.is_known(engine, flag, value) {
            return;
        }
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        active.retain(|known| *known.flag != *flag || value.is_none() && known.engine != *engine);
        if let Some(value) = value {
            if active.len() == KEPT {
                active.remove(0);
            }
            active.push(Variation { flag: flag.into(), engine: engine.clone(), value: value.clone() });
        }
        self.stamp(&active, stamps);
    }

    fn is_known(&self, engine: &Engine, flag: &str, value: Option<&FlagValue>) -> bool {
        let active = self.active.read().unwrap_or_else(PoisonError::into_inner);
        match (active.iter().find(|known| *known.flag == *flag), value) {
            (None, None) => true,
            (Some(known), None) => known.engine != *engine,
            (Some(known), Some(value)) => known.value == *value && known.engine == *engine,
            (None, Some(_)) => false,
        }
    }

    /// Puts them on the events of this handle from now on.
    pub(crate) fn begin_stamping(&self) {
        self.is_stamping.store(true, Ordering::Release);
        let active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        self.stamp(&active, true);
    }

    /// Those of another handle.
    pub(super) fn restore(&self, variations: &[Variation], stamps: bool) {
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        *active = variations.to_vec();
        self.stamp(&active, stamps);
    }

    pub(super) fn active(&self) -> Vec<Variation> {
        self.active.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn stamp(&self, active: &[Variation], stamps: bool) {
        if stamps || self.is_stamping.load(Ordering::Acquire) {
            self.stamps.replace(&encoded(active));
        }
    }
}

impl User {
    /// From now on the person is in the variation that was decided, also where its feature is off; without one, in none.
    pub(crate) fn note_decision(&self, decision: &Decision) {
        let value = decision.variation_key().map(FlagValue::from);
        let stamps = self.client.core.stamps_variations;
        self.identity.context.note(decision.engine(), decision.flag_key(), value.as_ref(), stamps);
    }
}

impl Variation {
    /// What it is called where nobody speaks PostHog's language; nothing for what is off, or held out.
    fn property(&self) -> Option<String> {
        let is_held_out = self.engine == Engine::PostHog
            && self.value.variant().is_some_and(|variant| variant.starts_with("holdout-"));
        (self.value.is_on() && !is_held_out).then(|| format!("[{}] {}", self.engine, self.flag))
    }
}

/// Whether a name could be one of these, escaped as it is in a record.
pub(crate) fn is_stamp(name: &[u8]) -> bool {
    name.starts_with(b"$feature/") || name.starts_with(b"[") || name == b"$active_feature_flags"
}

/// As properties of an event. They say no more than the exposures do, and are as public.
fn encoded(active: &[Variation]) -> Vec<u8> {
    let tag = RunTag::new(Place::Event, Class::Public);
    let mut runs = RunWriter::new(Vec::new());
    for Variation { flag, value, .. } in active {
        runs.property(tag, Destinations::POSTHOG, &format!("$feature/{flag}"), value);
    }
    let of_posthog = active.iter().filter(|variation| variation.engine == Engine::PostHog && variation.value.is_on());
    let mut on: Vec<&str> = of_posthog.map(|variation| &*variation.flag).collect();
    on.sort_unstable();
    if !on.is_empty() {
        runs.property(tag, Destinations::POSTHOG, "$active_feature_flags", &on);
    }
    let others = Destinations::ALL.without(Destinations::POSTHOG);
    for variation in active {
        if let Some(name) = variation.property() {
            runs.property(tag, others, &name, &variation.value);
        }
    }
    runs.close();
    runs.bytes
}
