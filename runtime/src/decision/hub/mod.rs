//! From who decides to who wants to know.

mod inside;
mod report;
#[cfg(all(test, shuttle, feature = "http"))]
mod schedules;
#[cfg(test)]
mod tests;

pub use report::HubReport;

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use super::Decision;
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::telemetry;

/// How many decisions are kept for the first listener, unless [`DecisionHub::with_replay`] says otherwise.
const REPLAY: usize = 1024;

/// How long a publisher lets the first listener catch up, where as many wait for it as were kept for it.
const PATIENCE: Duration = Duration::from_millis(20);

/// Hands decisions to everybody who listens. Clones are one hub.
///
/// Decisions that are published before anybody listens are kept, the last 1,024 of them, and told to the first listener
/// before all that comes after: what an engine decides while a program starts is not lost. What falls out of that memory
/// is counted in the [`report`](Self::report), as is what is published when the last listener has gone.
///
/// [`publish`](Self::publish) calls the listeners, one after another, on the thread of the caller. A listener is told of
/// what one thread publishes in that order, and by several threads at once. One that panics harms neither the others nor
/// who publishes. No lock is held while one runs: it may publish, add listeners and remove them, and wait for others that
/// do. What it publishes is told when all listeners have been told of the decision at hand; one that publishes something
/// for everything it is told does not end.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use taxogen::{Decision, DecisionHub};
///
/// let hub = DecisionHub::new();
/// hub.publish(Decision::new("user_123", "checkout_redesign").with_variation("control"));
///
/// let told = Arc::new(Mutex::new(Vec::new()));
/// let variations = Arc::clone(&told);
/// let listening = hub.listen(move |decision| {
///     variations.lock().unwrap().extend(decision.variation_key().map(str::to_owned));
/// });
/// hub.publish(Decision::new("user_123", "checkout_redesign").with_variation("treatment"));
/// assert_eq!(*told.lock().unwrap(), ["control", "treatment"]);
///
/// listening.remove();
/// hub.publish(Decision::new("user_123", "checkout_redesign").with_variation("control"));
/// assert_eq!((hub.report().published, hub.report().unheard), (3, 1));
/// ```
#[derive(Clone)]
pub struct DecisionHub(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// The first listener has been told of one more of those that waited for it.
    room: Condvar,
    replay: usize,
}

struct State {
    /// As they are now: who calls them holds them, and no lock.
    listeners: Arc<[Arc<Listener>]>,
    before: Before,
    report: HubReport,
}

/// What is told to the first listener before it is one of the listeners.
enum Before {
    /// Nobody has listened yet: the last decisions.
    Kept(VecDeque<Decision>),
    /// The first listener is being told of them. What is published meanwhile waits behind them.
    Replaying(VecDeque<Decision>),
    /// It has been told of all of them.
    Told,
}

struct Listener {
    call: Box<dyn Fn(&Decision) + Send + Sync>,
    is_removed: AtomicBool,
}

impl DecisionHub {
    /// A hub that keeps 1,024 decisions for its first listener.
    #[must_use]
    pub fn new() -> Self {
        Self::with_replay(REPLAY)
    }

    /// A hub that keeps so many decisions for its first listener: the last ones. 0 keeps none.
    #[must_use]
    pub fn with_replay(decisions: usize) -> Self {
        let state =
            State { listeners: Arc::new([]), before: Before::Kept(VecDeque::new()), report: HubReport::default() };
        Self(Arc::new(Shared { state: Mutex::new(state), room: Condvar::new(), replay: decisions }))
    }

    /// Tells every listener of a decision.
    ///
    /// When it returns, they have been told, with two exceptions. What a listener publishes is told when the call around it
    /// is through. And while another thread tells the first listener of what came before, it tells it of this one too.
    pub fn publish(&self, decision: Decision) {
        inside::publish(self, decision);
    }

    /// Adds a listener. The first one of a hub is told of the decisions that were kept for it before this returns.
    ///
    /// It listens as long as the hub is there, or until [`Listening::remove`].
    pub fn listen(&self, listener: impl Fn(&Decision) + Send + Sync + 'static) -> Listening {
        let listener = Arc::new(Listener { call: Box::new(listener), is_removed: AtomicBool::new(false) });
        let is_first = self.0.lock().add(&listener);
        if is_first {
            inside::enter(self, || self.0.replay(&listener));
        }
        Listening { hub: Arc::downgrade(&self.0), listener }
    }

    /// What has become of the decisions so far.
    #[must_use]
    pub fn report(&self) -> HubReport {
        let state = self.0.lock();
        let waiting = match &state.before {
            Before::Kept(waiting) | Before::Replaying(waiting) => waiting.len(),
            Before::Told => 0,
        };
        HubReport { waiting, listeners: state.listeners.len(), ..state.report.clone() }
    }
}

impl Default for DecisionHub {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DecisionHub {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("DecisionHub").field(&self.report()).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all listeners there are now, on this thread.
    fn tell(&self, decision: Decision) {
        let mut state = self.lock();
        state.report.published += 1;
        let listeners = Arc::clone(&state.listeners);
        let decision = match &mut state.before {
            Before::Kept(kept) => {
                kept.push_back(decision);
                if kept.len() > self.replay {
                    kept.pop_front();
                    state.report.fell_out += 1;
                }
                return;
            }
            Before::Replaying(waiting) => {
                let others = (!listeners.is_empty()).then(|| decision.clone());
                waiting.push_back(decision);
                self.give_way(state);
                others
            }
            Before::Told => {
                state.report.unheard += u64::from(listeners.is_empty());
                drop(state);
                Some(decision)
            }
        };
        for (listener, decision) in listeners.iter().zip(decision.iter().cycle()) {
            self.call(listener, decision);
        }
    }

    /// Lets the first listener go ahead, where it is far behind: else it might never be through. Not for long, since it
    /// may be waiting for this very thread.
    fn give_way(&self, state: MutexGuard<'_, State>) {
        let is_far_behind =
            |state: &mut State| matches!(&state.before, Before::Replaying(waiting) if waiting.len() > self.replay);
        drop(self.room.wait_timeout_while(state, PATIENCE, is_far_behind));
    }

    /// Tells the first listener of what waits for it, until nothing does: then it is one of the listeners.
    fn replay(&self, first: &Arc<Listener>) {
        loop {
            let mut state = self.lock();
            let Before::Replaying(waiting) = &mut state.before else { return };
            let Some(decision) = waiting.pop_front() else {
                state.before = Before::Told;
                state.listeners = state.listeners.iter().chain([first]).cloned().collect();
                return;
            };
            drop(state);
            self.room.notify_all();
            self.call(first, &decision);
        }
    }

    fn call(&self, listener: &Listener, decision: &Decision) {
        if listener.is_removed.load(Ordering::Acquire) {
            return;
        }
        // The panic hook has printed it.
        if catch_unwind(AssertUnwindSafe(|| (listener.call)(decision))).is_err() {
            self.lock().report.panics += 1;
            telemetry::listener_panicked();
        }
    }
}

impl State {
    /// Adds a listener, unless it is the first and has to be told of what was kept.
    fn add(&mut self, listener: &Arc<Listener>) -> bool {
        match mem::replace(&mut self.before, Before::Told) {
            Before::Kept(kept) => {
                self.before = Before::Replaying(kept);
                return true;
            }
            before => self.before = before,
        }
        self.listeners = self.listeners.iter().chain([listener]).cloned().collect();
        false
    }
}

/// A listener of a [`DecisionHub`]. Dropping this lets it go on listening.
pub struct Listening {
    hub: Weak<Shared>,
    listener: Arc<Listener>,
}

impl Listening {
    /// Ends it: of what is published from now on, the listener is not told. A call that is under way on another thread, or
    /// around this one, runs to its end.
    pub fn remove(self) {
        self.listener.is_removed.store(true, Ordering::Release);
        let Some(hub) = self.hub.upgrade() else { return };
        let mut state = hub.lock();
        let rest = state.listeners.iter().filter(|one| !Arc::ptr_eq(one, &self.listener)).cloned().collect();
        let before = mem::replace(&mut state.listeners, rest);
        // What a listener holds may call the hub when it is dropped.
        drop(state);
        drop(before);
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Listening").finish_non_exhaustive()
    }
}
