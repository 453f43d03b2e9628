use std::fmt;
use std::hash::Hash;
use std::sync::PoisonError;
use std::time::Duration;

use super::fingerprint::{Fingerprint, Fingerprints};
use super::moment::{self, Moment};
use super::set::{Lives, Set, Ticket, WAYS};
use crate::sync::Mutex;

/// The last value of each key, in memory that is taken at once and never grows.
///
/// A key leads to a set of eight places with a lock of its own, so that threads seldom meet; of a full set the one is
/// forgotten that was asked for longest ago.
pub(crate) struct Table {
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

    /// Enters a value as a claim; `None` where it is there already.
    #[inline]
    pub(super) fn claim(&self, fingerprint: Fingerprint, now: Moment) -> Option<Ticket> {
        self.with_set(fingerprint, |set| set.claim(fingerprint, now, self.lives))
    }

    /// Whether a value is there; nothing is entered.
    pub(super) fn knows(&self, fingerprint: Fingerprint, now: Moment) -> bool {
        self.with_set(fingerprint, |set| set.knows(fingerprint, now, self.lives))
    }

    /// The record of a claim was taken.
    #[inline]
    pub(super) fn confirm(&self, fingerprint: Fingerprint, ticket: Ticket) {
        self.with_set(fingerprint, |set| set.confirm(fingerprint, ticket));
    }

    /// Forgets a value, unless another came after it.
    pub(super) fn take_back(&self, fingerprint: Fingerprint) {
        self.with_set(fingerprint, |set| set.take_back(fingerprint));
    }

    /// Enters a value that needs no record; `false` where it is there already. It counts for as long as it is there.
    pub(crate) fn enter(&self, key: &impl Hash, value: &impl Hash) -> bool {
        let fingerprint = self.fingerprint(key, value);
        let ticket = self.claim(fingerprint, Moment::START);
        ticket.map(|ticket| self.confirm(fingerprint, ticket)).is_some()
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

/// How many sets there are, for twice as many places as keys: four million at most, which are 768 MiB.
fn sets(capacity: usize) -> usize {
    capacity.saturating_mul(2).div_ceil(WAYS).clamp(4, 1 << 22).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn moment(duration: Duration) -> Moment {
        Moment::from_tenths(moment::tenths(duration))
    }

    /// Claims at this moment, and confirms.
    fn enter_at(table: &Table, key: &str, now: Duration) -> bool {
        let fingerprint = table.fingerprint(&key, &"value");
        let ticket = table.claim(fingerprint, moment(now));
        ticket.map(|ticket| table.confirm(fingerprint, ticket)).is_some()
    }

    #[test]
    fn a_table_takes_the_bytes_that_it_says() {
        assert_eq!(Table::bytes(usize::MAX), 768 * 1024 * 1024);
        for (capacity, bytes) in [(0, 768), (16, 768), (17, 1536), (1024, 48 * 1024), (65_536, 3 * 1024 * 1024)] {
            let table = Table::new(capacity, DAY);
            assert_eq!((Table::bytes(capacity), size_of_val(&*table.sets)), (bytes, bytes), "{capacity}");
        }
    }

    #[test]
    fn what_was_reported_counts_for_its_time_and_not_longer() {
        let table = Table::new(16, DAY);
        assert!(enter_at(&table, "key", Duration::ZERO));
        assert!(!enter_at(&table, "key", Duration::from_millis(86_399_900)));
        assert!(enter_at(&table, "key", DAY), "asking did not make it younger");
        assert!(!enter_at(&table, "key", DAY + Duration::from_secs(1)));
    }

    #[test]
    fn who_looked_at_the_clock_before_somebody_else_entered_it_finds_it() {
        let table = Table::new(16, DAY);
        let second = Duration::from_secs(1);
        assert!(enter_at(&table, "key", DAY + second));
        assert!(!enter_at(&table, "key", DAY));
        assert!(!enter_at(&table, "key", DAY + DAY));
        assert!(enter_at(&table, "key", DAY + DAY + second), "its age is that of the entry");
    }

    #[test]
    fn a_claim_that_nobody_came_back_for_is_no_lock() {
        let table = Table::new(16, DAY);
        let key = table.fingerprint(&"key", &"value");
        let first = table.claim(key, Moment::START).unwrap();
        assert!(table.claim(key, moment(CLAIM / 2)).is_none());
        let second = table.claim(key, moment(CLAIM)).expect("the first one is over");
        table.confirm(key, first);
        let third = table.claim(key, moment(2 * CLAIM)).expect("that was not of the second one, which is over too");
        table.confirm(key, second);
        table.confirm(key, third);
        assert!(table.claim(key, moment(4 * CLAIM)).is_none());
    }

    #[test]
    fn a_million_keys_are_told_apart_and_the_last_one_is_known() {
        let table = Table::new(1024, DAY);
        for user in 0..1_000_000 {
            assert!(table.enter(&user, &"value"), "no two of them meet");
            assert!(!table.enter(&user, &"value"));
        }
    }

    #[test]
    fn nearly_as_many_are_remembered_as_there_is_room_for() {
        let table = Table::new(65_536, DAY);
        let enter_all = || (0..65_536).filter(|user| table.enter(user, &"value")).count();
        assert_eq!(enter_all(), 65_536);
        let forgotten = enter_all();
        assert!(forgotten < 65_536 / 10, "{forgotten}");
    }

    #[test]
    fn what_is_asked_for_again_and_again_is_not_forgotten() {
        let table = Table::new(1024, DAY);
        assert!(table.enter(&"regular", &1));
        for user in 0..10_000 {
            table.enter(&user, &1);
            assert!(!table.enter(&"regular", &1));
        }
    }

    #[test]
    fn a_set_forgets_the_one_that_was_asked_for_longest_ago_and_uses_what_was_given_back() {
        let table = Table::new(16, DAY);
        let set_of = |key: &u32| table.fingerprint(key, &()).key >> 32 & 3;
        let keys: Vec<_> = (0..).filter(|key| set_of(key) == 0).take(WAYS + 2).collect();
        let enter = |place: usize| table.enter(&keys[place], &());
        assert!((0..WAYS).all(enter));
        assert!(!enter(0), "now the second one is the oldest");
        table.take_back(table.fingerprint(&keys[5], &()));
        assert!(enter(WAYS), "the new one has the place that was given back");
        assert!(!enter(1) && !enter(0));
        assert!(enter(WAYS + 1), "this one has that of the third");
        assert!(!enter(1) && !enter(3) && enter(2));
    }

    #[test]
    fn threads_do_not_disturb_each_other() {
        let table = Table::new(65_536, DAY);
        thread::scope(|scope| {
            for thread in 0..8 {
                let table = &table;
                scope.spawn(move || {
                    for step in 0..5_000 {
                        assert!(table.enter(&(thread, step % 100), &step), "its own values change each time");
                    }
                });
            }
        });
    }
}
