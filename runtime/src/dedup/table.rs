use std::fmt;
use std::hash::Hash;
use std::sync::PoisonError;
use std::time::Duration;

use super::fingerprint::{Fingerprint, Fingerprints};
use super::moment::{self, Moment};
use super::set::{Lives, Set, WAYS};
use crate::sync::Mutex;

/// The last value of each key, in memory that is taken at once and never grows.
///
/// A key leads to a set of eight places with a lock of its own, so that threads seldom meet; of a full set the one is
/// forgotten that was asked for longest ago. Nobody outside the crate needs it but who measures it.
pub struct Table {
    fingerprints: Fingerprints,
    sets: Box<[Slot]>,
    lives: Lives,
}

/// A set and its lock: three lines of the processor's cache.
#[repr(align(64))]
struct Slot(Mutex<Set>);

/// Longer than a record is ever being made, unless the log is full and [`Overflow::Block`](crate::Overflow::Block) waits.
const CLAIM: Duration = Duration::from_secs(10);

impl Table {
    /// Room for so many keys, rounded up to a power of two of at least 16.
    ///
    /// There are twice as many places, so that few sets are full before the table is.
    pub(crate) fn new(capacity: usize, time_to_live: Duration) -> Self {
        let lives = Lives { confirmed: moment::tenths(time_to_live), claimed: moment::tenths(CLAIM) };
        let sets = (0..sets(capacity)).map(|_| Slot(Mutex::new(Set::EMPTY))).collect();
        Self { fingerprints: Fingerprints::new(), sets, lives }
    }

    /// The bytes that a table of this capacity takes.
    pub(crate) fn bytes(capacity: usize) -> usize {
        sets(capacity).saturating_mul(size_of::<Slot>())
    }

    #[inline]
    pub(super) fn fingerprint(&self, key: &impl Hash, value: &impl Hash) -> Fingerprint {
        self.fingerprints.of(key, value)
    }

    /// Enters a value as a claim; `false` where it is there already.
    #[inline]
    pub(super) fn claim(&self, fingerprint: Fingerprint, now: Moment) -> bool {
        self.with_set(fingerprint, |set| set.claim(fingerprint, now, self.lives))
    }

    /// The record of a claim was taken.
    #[inline]
    pub(super) fn confirm(&self, fingerprint: Fingerprint) {
        self.with_set(fingerprint, |set| set.confirm(fingerprint));
    }

    /// Forgets a value, unless another came after it.
    pub(super) fn take_back(&self, fingerprint: Fingerprint) {
        self.with_set(fingerprint, |set| set.take_back(fingerprint));
    }

    /// Enters a value that needs no record; `false` where it is there already. It counts for as long as it is there.
    pub(crate) fn enter(&self, key: &impl Hash, value: &impl Hash) -> bool {
        let fingerprint = self.fingerprint(key, value);
        let is_new = self.claim(fingerprint, Moment::START);
        if is_new {
            self.confirm(fingerprint);
        }
        is_new
    }

    #[inline]
    fn with_set<R>(&self, fingerprint: Fingerprint, look: impl FnOnce(&mut Set) -> R) -> R {
        let number = usize::try_from(fingerprint.key >> 32).unwrap_or_default() & (self.sets.len() - 1);
        // Nothing that can panic runs half-way through a change of a set.
        look(&mut self.sets[number].0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Table").field("sets", &self.sets.len()).finish_non_exhaustive()
    }
}

/// How many sets there are, for twice as many places as keys: at most as many as 32 bits can tell apart.
fn sets(capacity: usize) -> usize {
    capacity.saturating_mul(2).div_ceil(WAYS).clamp(4, 1 << 28).next_power_of_two()
}
