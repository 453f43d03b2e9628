//! What is known about flags, without asking anybody.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;

#[cfg(feature = "posthog")]
use taxogen_flags::Response;
use taxogen_flags::{Assignment, Fallback, FlagValue};

use super::answer::{FlagSource, Resolved};
use super::fixed::{Fixed, FixedFlags};
#[cfg(feature = "posthog")]
use super::loaded::{Heeded, Load, LoadFailure};
use super::loaded::{Loaded, Origin};
use super::loading::LoadSettings;
#[cfg(feature = "posthog")]
use super::loading::Wanted;
use super::report::{Counts, FlagReport};
use super::shape::{Reading, Shape};
use crate::dedup::Table;
use crate::payload::PayloadError;
#[cfg(feature = "posthog")]
use crate::value::Timestamp;

/// What a client knows and remembers.
pub(crate) struct FlagState {
    pub(super) fixed: FixedFlags,
    pub(super) counts: Counts,
    /// Which problems of which flags were told.
    pub(super) told: LazyLock<Table>,
    /// What `load_flags` fetches, and in what time.
    pub(super) loading: LoadSettings,
}

impl Default for FlagState {
    fn default() -> Self {
        Self {
            fixed: FixedFlags::new(),
            counts: Counts::default(),
            told: LazyLock::new(|| Table::new(512, Duration::MAX)),
            loading: LoadSettings::default(),
        }
    }
}

impl FlagState {
    pub(crate) fn fix(&mut self, fixed: FixedFlags) {
        self.fixed = fixed;
    }

    pub(crate) fn set_loading(&mut self, settings: LoadSettings) {
        self.loading = settings;
    }

    pub(crate) fn report(&self) -> FlagReport {
        self.counts.report()
    }
}

/// What a handle of a person and its clones know.
#[derive(Default)]
pub(crate) struct UserFlags(RwLock<Own>);

#[derive(Default)]
struct Own {
    fixed: FixedFlags,
    loaded: Option<Arc<Loaded>>,
}

/// What is known about one flag of one person.
pub(crate) struct Known {
    fixed: Option<Fixed>,
    pub(super) loaded: Option<Arc<Loaded>>,
}

impl UserFlags {
    pub(super) fn fix(&self, key: &'static str, value: Fixed) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).fixed.insert(key, value);
    }

    /// Pins what was loaded.
    #[cfg(feature = "posthog")]
    pub(super) fn load(&self, load: &Load, reply: Result<Response, LoadFailure>) -> Heeded {
        let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let (loaded, heeded) = Loaded::after(own.loaded.as_deref(), load, reply, Timestamp::now());
        own.loaded = Some(Arc::new(loaded));
        heeded
    }

    /// Which flags were loaded so far; all, where none were.
    #[cfg(feature = "posthog")]
    pub(super) fn wanted(&self) -> Wanted {
        let own = self.0.read().unwrap_or_else(PoisonError::into_inner);
        own.loaded.as_ref().map(|loaded| loaded.wanted().clone()).unwrap_or_default()
    }

    /// Every flag that has a value: its key, the value and the payload that was handed out. What was fixed goes before
    /// what was loaded; settings that were fixed have no value.
    pub(crate) fn all(&self, client: &FlagState) -> Vec<(String, FlagValue, Option<Arc<str>>)> {
        let own = self.0.read().unwrap_or_else(PoisonError::into_inner);
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

    /// The person's own fixed value, or the client's, and what was loaded.
    pub(super) fn known(&self, client: &FlagState, key: &str) -> Known {
        let own = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let fixed = own.fixed.get(key).or_else(|| client.fixed.get(key)).cloned();
        Known { fixed, loaded: own.loaded.clone() }
    }
}

impl Known {
    /// What the source said or somebody fixed; nothing where settings were fixed, and where nobody said anything.
    pub(crate) fn value<'k, T>(&'k self, resolved: &Resolved<'k, T>) -> Option<&'k FlagValue> {
        match (&self.fixed, resolved.source) {
            (Some(Fixed::Value(value)), FlagSource::Fixed) => Some(value),
            _ => resolved.served.map(|served| &served.value),
        }
    }

    /// The value of a flag: what was fixed, else what was loaded, else the default. Beside it why settings
    /// could not be read.
    pub(super) fn resolve<T>(
        &self,
        key: &str,
        shape: &dyn Shape<T>,
        default: impl FnOnce() -> T,
    ) -> (Resolved<'_, T>, Option<PayloadError>) {
        if let Some((value, assignment)) = self.fixed.as_ref().and_then(|fixed| shape.read_fixed(fixed)) {
            return (Resolved { value, assignment, source: FlagSource::Fixed, served: None }, None);
        }
        let served = match self.served(key) {
            Ok(served) => served,
            Err(reason) => {
                let assignment = Assignment::Fallback(reason);
                return (Resolved { value: default(), assignment, source: FlagSource::Default, served: None }, None);
            }
        };
        let (value, assignment, source, error) = match shape.read(served) {
            Reading::Value(value, assignment) => (value, assignment, FlagSource::PostHog, None),
            Reading::Default(assignment) => (default(), assignment, FlagSource::Default, None),
            Reading::Undecodable(error) => {
                let assignment = Assignment::Fallback(Fallback::InvalidPayload);
                (default(), assignment, FlagSource::Default, Some(error))
            }
        };
        (Resolved { value, assignment, source, served: Some(served) }, error)
    }

    fn served(&self, key: &str) -> Result<&taxogen_flags::ServedFlag, Fallback> {
        let loaded = self.loaded.as_ref().ok_or(Fallback::NotLoaded)?;
        loaded.get(key).map(|(served, _)| served)
    }

    /// The answer that says so of this flag.
    pub(super) fn origin(&self, key: &str) -> Option<&Origin> {
        self.loaded.as_ref()?.get(key).ok().map(|(_, origin)| &**origin)
    }
}
