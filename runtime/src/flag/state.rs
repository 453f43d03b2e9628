//! What is known about flags, without asking anybody over a network.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;

#[cfg(feature = "posthog")]
use taxogen_flags::Response;
use taxogen_flags::{Fallback, FlagValue};

use super::fixed::{Fixed, FixedFlags};
#[cfg(feature = "posthog")]
use super::load_merge::{Heeded, Load};
use super::loaded::Loaded;
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
        if let Some(local) = &self.local {
            match local.answer(question) {
                LayerAnswer::Says(said) => return Ok((said, FlagSource::Local)),
                LayerAnswer::CannotSay(why) => reason = (why, FlagSource::Local),
                LayerAnswer::Silent => {}
            }
        }
        Err(reason)
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
}

/// What a handle knows about one flag.
#[derive(Default)]
pub(super) struct Known {
    pub(super) fixed: Option<Fixed>,
    pub(super) loaded: Option<Arc<Loaded>>,
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

    /// The definitions that are pinned.
    #[cfg(feature = "posthog")]
    pub(super) fn pinned(&self) -> Option<Pin> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.as_ref()?.pin.clone()
    }

    /// The flags that PostHog has said something about.
    #[cfg(feature = "posthog")]
    pub(super) fn heard_of(&self) -> Vec<Box<str>> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.iter().flat_map(|loaded| loaded.answers.keys().cloned()).collect()
    }

    /// What was fixed for this handle, and all that was loaded.
    pub(super) fn known(&self, key: &str) -> Known {
        if !self.any.load(Ordering::Acquire) {
            return Known::default();
        }
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        Known { fixed: own.fixed.get(key).cloned(), loaded: own.loaded.clone() }
    }

    /// Every flag that has a value: its key, the value and the payload that was handed out. What was fixed goes before
    /// what was loaded; settings that were fixed have no value.
    pub(crate) fn all(&self, client: &FlagState) -> Vec<(String, FlagValue, Option<Arc<str>>)> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let loaded = own.loaded.iter().flat_map(|loaded| loaded.iter());
        let mut all: Vec<_> =
            loaded.map(|(key, served)| (key.to_owned(), served.value.clone(), served.payload.clone())).collect();
        for (key, fixed) in client.fixed.iter().chain(&own.fixed) {
            all.retain(|(known, ..)| known != key);
            if let Fixed::Value(value) = fixed {
                all.push(((*key).to_owned(), value.clone(), None));
            }
        }
        all
    }

    fn change<R>(&self, change: impl FnOnce(&mut Own) -> R) -> R {
        let changed = change(&mut self.own.write().unwrap_or_else(PoisonError::into_inner));
        self.any.store(true, Ordering::Release);
        changed
    }
}
