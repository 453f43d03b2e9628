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
    active: RwLock<Active>,
    /// Whether this handle was asked to put variations on events.
    stamps_variations: AtomicBool,
    /// Whether it was asked to put PostHog's flags on them.
    stamps_flags: AtomicBool,
    /// They, as events take them.
    pub(crate) stamps: Supers,
    /// What was reported, where each handle remembers for itself.
    pub(crate) reports: Reports,
}

/// What is put on the events of a handle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stamping {
    /// The variations that the person is in, for every destination.
    pub(crate) variations: bool,
    /// PostHog's flags, those that were loaded and not read too, for PostHog.
    pub(crate) flags: bool,
}

/// What a handle knows.
#[derive(Default)]
struct Active {
    /// What was read and decided, in the order in which it changed.
    read: Vec<Variation>,
    /// What PostHog said of flags that were loaded, in no order; kept where it is asked for.
    loaded: Vec<(Box<str>, FlagValue)>,
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
    /// `stamping` says what all of the client's events take.
    pub(crate) fn note(&self, engine: &Engine, flag: &str, value: Option<&FlagValue>, stamping: Stamping) {
        if self.is_known(engine, flag, value) {
            return;
        }
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        active.read.retain(|known| *known.flag != *flag || value.is_none() && known.engine != *engine);
        match value {
            None if *engine == Engine::PostHog => active.loaded.retain(|(loaded, _)| **loaded != *flag),
            None => {}
            Some(value) => {
                if active.read.len() == KEPT {
                    active.read.remove(0);
                }
                active.read.push(Variation { flag: flag.into(), engine: engine.clone(), value: value.clone() });
            }
        }
        self.stamp(&active, stamping);
    }

    /// What PostHog says of the flags that were loaded.
    #[cfg(feature = "posthog")]
    fn note_loaded(&self, loaded: Vec<(Box<str>, FlagValue)>, stamping: Stamping) {
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        // A flag that was read says from now on what was loaded.
        for variation in active.read.iter_mut().filter(|variation| variation.engine == Engine::PostHog) {
            if let Some((_, value)) = loaded.iter().find(|(flag, _)| *flag == variation.flag) {
                variation.value = value.clone();
            }
        }
        active.loaded = loaded;
        self.stamp(&active, stamping);
    }

    fn is_known(&self, engine: &Engine, flag: &str, value: Option<&FlagValue>) -> bool {
        let active = self.active.read().unwrap_or_else(PoisonError::into_inner);
        match (active.read.iter().find(|known| *known.flag == *flag), value) {
            (None, None) => active.loaded.iter().all(|(loaded, _)| **loaded != *flag),
            (Some(known), None) => known.engine != *engine,
            (Some(known), Some(value)) => known.value == *value && known.engine == *engine,
            (None, Some(_)) => false,
        }
    }

    /// Puts variations on the events of this handle from now on.
    pub(crate) fn begin_stamping_variations(&self, of_client: Stamping) {
        self.stamps_variations.store(true, Ordering::Release);
        self.stamp(&self.active.write().unwrap_or_else(PoisonError::into_inner), of_client);
    }

    /// Puts PostHog's flags on the events of this handle from now on.
    pub(crate) fn begin_stamping_flags(&self, of_client: Stamping) {
        self.stamps_flags.store(true, Ordering::Release);
        self.stamp(&self.active.write().unwrap_or_else(PoisonError::into_inner), of_client);
    }

    /// Those of another handle.
    pub(super) fn restore(&self, variations: &[Variation], stamping: Stamping) {
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        active.read = variations.to_vec();
        self.stamp(&active, stamping);
    }

    pub(super) fn active(&self) -> Vec<Variation> {
        self.active.read().unwrap_or_else(PoisonError::into_inner).read.clone()
    }

    /// What is put on the events of this handle, of a client that puts this on all.
    fn stamping(&self, of_client: Stamping) -> Stamping {
        Stamping {
            variations: of_client.variations || self.stamps_variations.load(Ordering::Acquire),
            flags: of_client.flags || self.stamps_flags.load(Ordering::Acquire),
        }
    }

    fn stamp(&self, active: &Active, of_client: Stamping) {
        let stamping = self.stamping(of_client);
        if stamping != Stamping::default() {
            self.stamps.replace(&encoded(active, stamping));
        }
    }
}

impl User {
    /// From now on the person is in the variation that was decided, also where its feature is off; without one, in none.
    pub(crate) fn note_decision(&self, decision: &Decision) {
        let value = decision.variation_key().map(FlagValue::from);
        let stamping = self.client.core.stamping;
        self.identity.context.note(decision.engine(), decision.flag_key(), value.as_ref(), stamping);
    }

    /// What was loaded goes on later events, where somebody asked for it.
    #[cfg(feature = "posthog")]
    pub(crate) fn note_loaded(&self) {
        let (context, of_client) = (&self.identity.context, self.client.core.stamping);
        if context.stamping(of_client).flags {
            let said = self.all_flags().into_iter().filter(|flag| flag.source.is_posthog());
            context.note_loaded(said.map(|flag| (flag.key.into(), flag.value)).collect(), of_client);
        }
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
fn encoded(Active { read, loaded }: &Active, stamping: Stamping) -> Vec<u8> {
    let tag = RunTag::new(Place::Event, Class::Public);
    let mut runs = RunWriter::new(Vec::new());
    let unread = || loaded.iter().filter(|(flag, _)| stamping.flags && read.iter().all(|read| read.flag != *flag));
    for (flag, value) in
        read.iter().map(|read| (&read.flag, &read.value)).chain(unread().map(|(flag, value)| (flag, value)))
    {
        runs.property(tag, Destinations::POSTHOG, &format!("$feature/{flag}"), value);
    }
    let of_posthog = read.iter().filter(|variation| variation.engine == Engine::PostHog && variation.value.is_on());
    let unread_on = unread().filter(|(_, value)| value.is_on()).map(|(flag, _)| &**flag);
    let mut on: Vec<&str> = of_posthog.map(|variation| &*variation.flag).chain(unread_on).collect();
    on.sort_unstable();
    if !on.is_empty() {
        runs.property(tag, Destinations::POSTHOG, "$active_feature_flags", &on);
    }
    let others = Destinations::ALL.without(Destinations::POSTHOG);
    for variation in read.iter().filter(|_| stamping.variations) {
        if let Some(name) = variation.property() {
            runs.property(tag, others, &name, &variation.value);
        }
    }
    runs.close();
    runs.bytes
}
