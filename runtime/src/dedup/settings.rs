use std::time::Duration;

#[cfg(feature = "redis")]
use super::Redis;
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
    #[cfg(feature = "redis")]
    pub(super) redis: Option<Redis>,
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

    /// One memory for all processes that ask the same Redis or Valkey: each exposure is reported once by all of them, and
    /// what was decided last is what counts, wherever it was. It takes a [`Redis`](crate::Redis) or its URL.
    ///
    /// Nobody waits for it: decisions go into a bounded queue, and the delivery thread asks, many at once. Each entry has
    /// the time of its decision, and an older decision never replaces a newer one, nor is it reported. The times are those
    /// of the machines: what one whose clock is a minute ahead has seen stays for that minute.
    ///
    /// Where Redis is away, slow (a quarter of a second), full or refuses, the process goes by its own memory as with
    /// [`process`](Self::process), counts that ([`FleetReport`](crate::FleetReport)), asks again after five seconds, tells
    /// Redis then what it has missed, and tells [`on_trouble`](crate::Builder::on_trouble) once of each. `flush` and
    /// `shutdown` wait for the queue, `shutdown` for half of its time. What waits there, mostly for some milliseconds, is not in
    /// the log yet: a process that is killed loses it, with a [spool](crate::Builder::spool) too, and the next decision reports
    /// it. A recorder, and a client that delivers nowhere, ask nobody; a fork of the process delivers nothing, and asks nobody
    /// either.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taxogen::Dedup;
    ///
    /// let dedup = Dedup::fleet("redis://127.0.0.1:6379").time_to_live(Duration::from_secs(7 * 24 * 60 * 60));
    /// # let _ = dedup;
    /// ```
    #[cfg(feature = "redis")]
    pub fn fleet(redis: impl Into<Redis>) -> Self {
        Self { redis: Some(redis.into()), ..Self::process() }
    }

    const fn of(scope: Scope) -> Self {
        Self {
            scope,
            capacity: 65_536,
            time_to_live: Duration::from_secs(24 * 60 * 60),
            #[cfg(feature = "redis")]
            redis: None,
        }
    }

    /// How many persons and flags are remembered; 65,536 unless set, at least 16 and at most
    /// 16,777,216, rounded up to a power of two.
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
