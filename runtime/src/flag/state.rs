//! What is known about flags, without asking anybody over a network.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use taxogen_flags::Fallback;
#[cfg(feature = "posthog")]
use taxogen_flags::Response;

#[cfg(feature = "posthog")]
use super::facts::SeenFacts;
use super::facts::{Facts, KnownPerson};
use super::fixed::{Fixed, FixedFlags};
#[cfg(feature = "posthog")]
use super::load_merge::{Heeded, Load};
use super::loaded::{Deciding, Loaded};
#[cfg(feature = "posthog")]
use super::loaded::{LoadFailure, Pin};
use super::loading::LoadSettings;
#[cfg(feature = "posthog")]
use super::loading::Wanted;
use super::question::FlagQuestion;
use super::report::{Counts, FlagReport};
use super::source::{FlagLayer, FlagSource, LayerAnswer, Said};
#[cfg(feature = "posthog")]
use super::unheard::Unheard;
use crate::dedup::Table;
#[cfg(feature = "posthog")]
use crate::sight::Sight;
#[cfg(feature = "posthog")]
use crate::value::Timestamp;

/// What a client knows and remembers.
pub(crate) struct FlagState {
    pub(super) fixed: FixedFlags,
    /// Who is asked before what was loaded, in this order.
    pub(super) layers: Vec<Arc<dyn FlagLayer>>,
    /// Who is asked behind that: PostHog's definitions.
    pub(super) local: Option<Arc<dyn FlagLayer>>,
    pub(super) counts: Counts,
    /// Which problems of which flags were told.
    pub(super) told: LazyLock<Table>,
    /// What `load_flags` fetches, and in what time.
    pub(super) loading: LoadSettings,
    /// Of which flags there is no use asking PostHog.
    #[cfg(feature = "posthog")]
    pub(super) unheard: Unheard,
}

impl Default for FlagState {
    fn default() -> Self {
        Self {
            fixed: FixedFlags::new(),
            layers: Vec::new(),
            local: None,
            counts: Counts::default(),
            told: LazyLock::new(|| Table::new(512, Duration::MAX)),
            loading: LoadSettings::default(),
            #[cfg(feature = "posthog")]
            unheard: Unheard::default(),
        }
    }
}

impl FlagState {
    pub(crate) fn fix(&mut self, fixed: FixedFlags) {
        self.fixed = fixed;
    }

    /// Has these asked about flags, in this order.
    pub(crate) fn ask_of(&mut self, layers: Vec<Arc<dyn FlagLayer>>) {
        self.layers = layers;
    }

    /// Has flags decided here, where nobody else knows them.
    pub(crate) fn decide_by(&mut self, local: Option<impl FlagLayer + 'static>) {
        self.local = local.map(|local| Arc::new(local) as Arc<dyn FlagLayer>);
    }

    pub(crate) fn has_layers(&self) -> bool {
        self.local.is_some() || !self.layers.is_empty()
    }

    pub(crate) fn set_loading(&mut self, settings: LoadSettings) {
        self.loading = settings;
    }

    pub(crate) fn report(&self) -> FlagReport {
        self.counts.report()
    }

    /// The first that knows the flag: the layers, what was loaded, the definitions; and who that was. Where none can say,
    /// the last reason that was given.
    pub(super) fn ask(
        &self,
        loaded: Option<&Loaded>,
        question: &FlagQuestion<'_>,
    ) -> Result<(Said, FlagSource), (Fallback, FlagSource)> {
        let mut reason = (Fallback::NotLoaded, FlagSource::Default);
        for layer in &self.layers {
            match layer.answer(question) {
                LayerAnswer::Says(said) => return Ok((said, layer.source())),
                LayerAnswer::CannotSay(why) => reason = (why, layer.source()),
                LayerAnswer::Silent => {}
            }
        }
        if let Some(loaded) = loaded {
            match loaded.answer(question.key(), question.now()) {
                LayerAnswer::Says(said) => return Ok((said, FlagSource::PostHog)),
                LayerAnswer::CannotSay(why) => reason = (why, FlagSource::PostHog),
                LayerAnswer::Silent => {}
            }
        }
        match self.ask_here(loaded, question) {
            LayerAnswer::Says(said) => return Ok((said, FlagSource::Local)),
            // Without definitions it knows less than who spoke before.
            LayerAnswer::CannotSay(Fallback::NotLoaded) | LayerAnswer::Silent => {}
            LayerAnswer::CannotSay(why) => reason = (why, FlagSource::Local),
        }
        Err(reason)
    }

    /// What the definitions say: those that are pinned, at the moment when they were, else those of the client.
    fn ask_here(&self, loaded: Option<&Loaded>, question: &FlagQuestion<'_>) -> LayerAnswer {
        match (loaded.map_or(Deciding::Current, |loaded| loaded.deciding(question.key())), &self.local) {
            (Deciding::Pinned(pin), _) => pin.answer(question),
            (Deciding::Current, Some(local)) => local.answer(question),
            (Deciding::Current, None) | (Deciding::Nobody, _) => LayerAnswer::Silent,
        }
    }
}

/// What a handle of a person and its clones know.
#[derive(Default)]
pub(crate) struct UserFlags {
    /// Whether there is anything: a handle that was told nothing is read without a lock.
    any: AtomicBool,
    own: RwLock<Own>,
}

#[derive(Default)]
struct Own {
    fixed: FixedFlags,
    loaded: Option<Arc<Loaded>>,
    facts: Facts,
    /// The same with what ties the person to groups, made when a flag is read.
    person: OnceLock<Arc<KnownPerson>>,
}

/// What a handle knows about one flag.
#[derive(Default)]
pub(super) struct Known {
    pub(super) fixed: Option<Fixed>,
    pub(super) loaded: Option<Arc<Loaded>>,
    /// None where nothing but the id is known.
    pub(super) person: Option<Arc<KnownPerson>>,
}

impl UserFlags {
    pub(super) fn fix(&self, key: &'static str, value: Fixed) {
        self.change(|own| {
            own.fixed.insert(key, value);
        });
    }

    /// Pins what was loaded.
    #[cfg(feature = "posthog")]
    pub(super) fn load(&self, load: &Load, reply: Option<Result<Response, LoadFailure>>) -> Heeded {
        self.change(|own| {
            let (loaded, heeded) = Loaded::after(own.loaded.as_deref(), load, reply, Timestamp::now());
            own.loaded = Some(Arc::new(loaded));
            heeded
        })
    }

    /// Which flags were loaded so far; all, where none were.
    #[cfg(feature = "posthog")]
    pub(super) fn wanted(&self) -> Wanted {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.as_ref().map(|loaded| loaded.wanted().clone()).unwrap_or_default()
    }

    /// What was said of the person, or of the groups that they are in.
    pub(super) fn learn(&self, learn: impl FnOnce(&mut Facts)) {
        self.change(|own| {
            learn(&mut own.facts);
            own.person = OnceLock::new();
        });
    }

    /// The groups that the person is in, or who they were before, have changed.
    pub(crate) fn ties_changed(&self) {
        self.learn(|_| {});
    }

    /// What a destination may see of the properties by which flags are decided.
    #[cfg(feature = "posthog")]
    pub(crate) fn seen_by(&self, sight: Sight) -> SeenFacts {
        self.own.read().unwrap_or_else(PoisonError::into_inner).facts.seen_by(sight)
    }

    /// The definitions that are pinned.
    #[cfg(feature = "posthog")]
    pub(super) fn pinned(&self) -> Option<Pin> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.as_ref()?.pin.clone()
    }

    /// How often all was loaded anew.
    #[cfg(feature = "posthog")]
    pub(super) fn renewals(&self) -> u64 {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.as_ref().map_or(0, |loaded| loaded.renewals)
    }

    /// The flags that PostHog has said something about.
    #[cfg(feature = "posthog")]
    pub(super) fn heard_of(&self) -> Vec<Box<str>> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.iter().flat_map(|loaded| loaded.answers.keys().cloned()).collect()
    }

    /// What was fixed for this handle, all that was loaded, and who is asked about.
    pub(super) fn known(&self, key: &str, ties: impl FnOnce() -> (Vec<(String, String)>, Option<String>)) -> Known {
        if !self.any.load(Ordering::Acquire) {
            return Known::default();
        }
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let person = own.person.get_or_init(|| {
            let (groups, anonymous_id) = ties();
            Arc::new(own.facts.known(&groups, anonymous_id))
        });
        Known { fixed: own.fixed.get(key).cloned(), loaded: own.loaded.clone(), person: Some(Arc::clone(person)) }
    }

    /// The flags that were fixed or loaded, and those that are decided by what is pinned.
    pub(super) fn keys(&self) -> Vec<String> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let loaded = own.loaded.iter().flat_map(|loaded| loaded.keys());
        own.fixed.keys().copied().chain(loaded).map(str::to_owned).collect()
    }

    fn change<R>(&self, change: impl FnOnce(&mut Own) -> R) -> R {
        let changed = change(&mut self.own.write().unwrap_or_else(PoisonError::into_inner));
        self.any.store(true, Ordering::Release);
        changed
    }
}
