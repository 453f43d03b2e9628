use std::time::Duration;

use super::Table;

/// How exposures are remembered, so that each is reported once: [`Builder::dedup`](crate::Builder::dedup).
///
/// Per person, flag and groups the last variation, rule and `enabled` are remembered, and a change is reported, also one
/// back to what was before. Of `$feature_flag_called` PostHog's own rule is kept: once for each value. What is remembered
/// is of fixed size, whatever happens: where there is no room the oldest is forgotten, and what was forgotten is reported
/// once more. What is lost before a vendor had it (the log was full, it grew too old, the process ended) is forgotten too,
/// so that the next decision reports it.
///
/// ```
/// use std::time::Duration;
/// use taxogen::{Client, Decision, Dedup, ExposurePolicy};
///
/// let dedup = Dedup::process().capacity(1_000_000).time_to_live(Duration::from_secs(60 * 60));
/// assert_eq!(dedup.memory_bytes(), 48 * 1024 * 1024);
/// let (client, recorder) = Client::builder().dedup(dedup).exposures(ExposurePolicy::guide()).recorder();
/// let decision = Decision::new("user_123", "checkout_redesign").with_variation("treatment");
/// client.decided(&decision);
/// client.decided(&decision);
/// assert_eq!(recorder.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it is given to `Builder::dedup`"]
pub struct Dedup {
    pub(super) scope: Scope,
    pub(super) capacity: usize,
    pub(super) time_to_live: Duration,
}

/// Who remembers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of the client.
    Process,
    /// A person's handle and its clones.
    Request,
}

impl Dedup {
    /// One memory for the client: each exposure is reported once by this process. It is what a client does unless told
    /// otherwise.
    pub const fn process() -> Self {
        Self::of(Scope::Process)
    }

    /// Each handle of a person remembers for itself and its clones: each exposure is reported once for each
    /// [`Client::user`](crate::Client::user), which is made for a request. [`Client::decided`](crate::Client::decided)
    /// has no handle, so that it reports every decision.
    ///
    /// For functions that are frozen between requests, and for applications that count exposures per visit. All handles
    /// share the room of one memory.
    pub const fn request() -> Self {
        Self::of(Scope::Request)
    }

    const fn of(scope: Scope) -> Self {
        Self { scope, capacity: 65_536, time_to_live: Duration::from_secs(24 * 60 * 60) }
    }

    /// How many persons and flags are remembered; 65,536 unless set, at least 16, rounded up to a power of two.
    ///
    /// Each takes 48 bytes, taken when the first exposure is reported: 3 MiB unless set. Some 3 % of a full memory are
    /// forgotten early, because the room is divided into small sets.
    pub const fn capacity(mut self, entries: usize) -> Self {
        self.capacity = entries;
        self
    }

    /// How long what was reported counts; a day unless set. After that it is reported once more, changed or not.
    ///
    /// A day costs one event per day for somebody who comes every day, and mends within a day whatever else has gone
    /// wrong: a person's property that somebody overwrote, an event that a vendor took and lost. It is counted in tenths
    /// of a second by a clock that stands still while the machine sleeps; zero remembers nothing.
    pub const fn time_to_live(mut self, time: Duration) -> Self {
        self.time_to_live = time;
        self
    }

    /// The bytes that the memory takes, which never change.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        Table::bytes(self.capacity)
    }
}

impl Default for Dedup {
    fn default() -> Self {
        Self::process()
    }
}
