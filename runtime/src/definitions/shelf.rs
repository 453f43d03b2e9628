//! The definitions that are in use, seen from all threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapOption, Guard};
use taxogen_flags::Definitions;

use super::cause::Cause;
use super::odd::{OddFlags, problem};
use super::snapshot::Snapshot;
use super::status::{DefinitionsSource, DefinitionsStatus};
use crate::hooks::{Hooks, Trouble, TroubleKind};
use crate::value::Timestamp;

/// What readers take the definitions from, and what brings newer ones puts them. Who reads never waits for who puts.
pub(crate) struct Shelf {
    current: ArcSwapOption<Snapshot>,
    refreshes: AtomicU64,
    source: DefinitionsSource,
    state: Mutex<State>,
    hooks: Arc<Hooks>,
    #[cfg(feature = "posthog")]
    changed: tokio::sync::Notify,
}

/// What goes on beside the definitions.
#[derive(Default)]
struct State {
    polls: u64,
    /// In a row.
    failures: u32,
    /// Why the last one failed.
    cause: Option<Cause>,
    /// What was told since all was well.
    told: Vec<std::mem::Discriminant<Cause>>,
    odd: OddFlags,
    /// The definitions that were in use before: who puts frees them with the next, and not the reader that happens to be
    /// the last.
    before: Option<Arc<Snapshot>>,
    /// Ends who looks at a file, when it is dropped.
    watcher: Option<Box<dyn Send>>,
}

/// Of what passes by itself, this failure in a row is told.
const TELLING: u32 = 3;

impl Shelf {
    pub(super) fn new(source: DefinitionsSource, hooks: &Arc<Hooks>) -> Self {
        Self {
            current: ArcSwapOption::empty(),
            refreshes: AtomicU64::new(0),
            source,
            state: Mutex::default(),
            hooks: Arc::clone(hooks),
            #[cfg(feature = "posthog")]
            changed: tokio::sync::Notify::new(),
        }
    }

    /// One that stays empty.
    pub(crate) fn empty() -> Self {
        Self::new(DefinitionsSource::None, &Arc::default())
    }

    /// What is in use now, for as long as a reading takes.
    pub(crate) fn peek(&self) -> Guard<Option<Arc<Snapshot>>> {
        self.current.load()
    }

    /// The same, to keep.
    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.current.load_full()
    }

    /// Whether flags are to be decided here at all, now or when definitions are loaded.
    pub(crate) fn is_used(&self) -> bool {
        self.source != DefinitionsSource::None
    }

    /// How often somebody said which definitions are the newest, also where they were those in use. What was concluded
    /// from what they lack holds until this changes.
    pub(crate) fn refreshes(&self) -> u64 {
        self.refreshes.load(Ordering::Acquire)
    }

    /// Why there are none, or none that are newer.
    pub(super) fn cause(&self) -> Option<Cause> {
        self.state().cause.clone()
    }

    /// These are in use from now on.
    pub(super) fn put(&self, definitions: Definitions, now: Timestamp) {
        let fresh = self.state().odd.replace(&definitions);
        let before = self.current.swap(Some(Arc::new(Snapshot::new(definitions, now))));
        let earlier = std::mem::replace(&mut self.state().before, before);
        drop(earlier);
        for odd in &fresh {
            self.hooks.flag_problem(&problem(odd));
        }
        self.succeeded();
    }

    /// Those that are in use are the newest; `false` where there are none.
    pub(super) fn confirm(&self, now: Timestamp) -> bool {
        let current = self.peek();
        let Some(snapshot) = &*current else { return false };
        snapshot.confirm(now);
        let earlier = self.state().before.take();
        drop(earlier);
        self.succeeded();
        true
    }

    fn succeeded(&self) {
        let was_told = {
            let mut state = self.state();
            state.polls += 1;
            state.failures = 0;
            state.cause = None;
            !std::mem::take(&mut state.told).is_empty()
        };
        self.refreshes.fetch_add(1, Ordering::Release);
        if was_told {
            self.tell(TroubleKind::DefinitionsRenewed, "the newest definitions are in use".to_owned());
        }
        self.notify();
    }

    /// There are none, or none that are newer. Those in use stay, but where the project has used up its quota. Says how
    /// many failures that makes in a row.
    pub(super) fn fail(&self, cause: Cause) -> u32 {
        let kind = if cause == Cause::Quota {
            drop(self.current.swap(None));
            TroubleKind::DefinitionsDropped
        } else {
            TroubleKind::DefinitionsStale
        };
        let detail = cause.to_string();
        let (failures, is_new) = {
            let mut state = self.state();
            state.polls += 1;
            state.failures = state.failures.saturating_add(1);
            let is_new = !state.told.contains(&cause.kind()) && (!cause.is_passing() || state.failures >= TELLING);
            if is_new {
                state.told.push(cause.kind());
            }
            state.cause = Some(cause);
            (state.failures, is_new)
        };
        if is_new {
            self.tell(kind, detail);
        }
        self.notify();
        failures
    }

    /// Nobody brings newer ones any more; those in use stay.
    pub(crate) fn close(&self) {
        let watcher = {
            let mut state = self.state();
            if self.source == DefinitionsSource::Polled {
                state.cause = Some(Cause::Ended);
            }
            state.watcher.take()
        };
        drop(watcher);
        self.notify();
    }

    /// Keeps what ends who looks at a file.
    pub(super) fn watch(&self, watcher: impl Send + 'static) {
        self.state().watcher = Some(Box::new(watcher));
    }

    pub(super) fn status(&self, now: Timestamp) -> DefinitionsStatus {
        let current = self.snapshot();
        let state = self.state();
        let changes = self.source != DefinitionsSource::Bytes;
        DefinitionsStatus {
            source: self.source,
            flags: current.as_ref().map(|snapshot| snapshot.definitions.len()),
            odd_flags: if current.is_some() { state.odd.flags() } else { 0 },
            loaded_at: current.as_ref().map(|snapshot| snapshot.loaded_at),
            age: current.as_ref().filter(|_| changes).map(|snapshot| snapshot.age(now)),
            polls: state.polls,
            failures: state.failures,
            trouble: state.cause.as_ref().map(Cause::to_string),
        }
    }

    /// Waits until there is something to read.
    #[cfg(feature = "posthog")]
    pub(super) async fn until<T>(&self, read: impl Fn() -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            if let Some(read) = read() {
                return read;
            }
            changed.await;
        }
    }

    #[cfg(feature = "posthog")]
    fn notify(&self) {
        self.changed.notify_waiters();
    }

    #[cfg(not(feature = "posthog"))]
    #[expect(clippy::unused_self, reason = "nobody waits where nobody polls")]
    fn notify(&self) {}

    fn tell(&self, kind: TroubleKind, detail: String) {
        let destination = (self.source == DefinitionsSource::Polled).then_some("posthog");
        self.hooks.trouble(&Trouble { destination, kind, detail });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
