use std::sync::PoisonError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use tokio::sync::Notify;

use crate::sync::{Mutex, MutexGuard};

/// How a destination stands with its vendor, for all its lanes: open, or paused because the vendor refuses the key.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// How many lanes share it.
    members: AtomicU32,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    pause: Option<Pause>,
    why: String,
    /// Whether somebody was told, since the vendor last took the key.
    told: bool,
}

/// Nothing is sent until the vendor takes the key again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    /// The lane that was refused, and asks again. Another endpoint of the vendor may take any key, and its answer says
    /// nothing. `None` where that lane has nothing left to ask with: then any may.
    pub(super) by: Option<u32>,
    /// When it asks again unless somebody is in a hurry.
    pub(super) again: Instant,
    /// How often the vendor has refused the key.
    pub(super) refusals: u64,
    /// A shutdown found it still paused: there is no more asking.
    pub(super) given_up: bool,
}

impl Standing {
    /// The number of a lane among those that share it.
    pub(super) fn join(&self) -> u32 {
        self.members.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn pause(&self) -> Option<Pause> {
        self.state().pause
    }

    /// Why it is paused.
    pub(super) fn why(&self) -> Option<String> {
        let state = self.state();
        state.pause.map(|_| state.why.clone())
    }

    /// The vendor refused the key. Says whether that is news.
    pub(super) fn refused(&self, by: u32, why: &str, again: Instant, given_up: bool) -> bool {
        let mut state = self.state();
        let refusals = state.pause.map_or(0, |pause| pause.refusals) + 1;
        state.pause = Some(Pause { by: Some(by), again, refusals, given_up });
        why.clone_into(&mut state.why);
        let news = !std::mem::replace(&mut state.told, true);
        drop(state);
        self.changed.notify_waiters();
        news
    }

    /// The vendor had an answer for a lane that was no refusal of the key.
    pub(super) fn answered(&self, lane: u32) {
        let mut state = self.state();
        if state.pause.is_some_and(|pause| pause.by.is_none_or(|by| by == lane)) {
            *state = State::default();
            drop(state);
            self.changed.notify_waiters();
        }
    }

    /// A lane has nothing left to ask with.
    pub(super) fn leave(&self, lane: u32) {
        if let Some(pause) = &mut self.state().pause
            && pause.by == Some(lane)
        {
            pause.by = None;
            self.changed.notify_waiters();
        }
    }

    /// A lane waits until something may have changed.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lane_that_was_refused_and_no_other_ends_the_pause() {
        let (standing, now) = (Standing::default(), Instant::now());
        let (import, engage) = (standing.join(), standing.join());
        assert!(standing.refused(import, "status 401", now, false));
        assert!(!standing.refused(import, "status 403", now, false), "told once");
        let pause = Pause { by: Some(import), again: now, refusals: 2, given_up: false };
        assert_eq!((standing.pause(), standing.why().as_deref()), (Some(pause), Some("status 403")));
        standing.answered(engage);
        standing.leave(engage);
        assert_eq!(standing.pause(), Some(pause));
        standing.leave(import);
        assert_eq!(standing.pause(), Some(Pause { by: None, ..pause }));
        standing.answered(engage);
        assert_eq!((standing.pause(), standing.why()), (None, None));
        assert!(standing.refused(import, "status 401", now, false), "that is news again");
    }
}
