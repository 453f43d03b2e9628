use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

/// Remembers the last value of each key, so that only a change is reported.
///
/// Bounded: a full set forgets what was asked for longest ago. Forgetting is safe, a repeat is reported. Keys
/// and values are kept as fingerprints of 64 bits under a random key of this table, so nobody can make two of
/// them meet on purpose.
pub(crate) struct Dedup {
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
}

/// What [`Dedup::enter`] found, to be given back if the report is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    key: u64,
    value: u64,
}

/// Keys that share a place; the one asked for last stands first.
const WAYS: usize = 8;
/// Locks, so that threads seldom meet.
const SHARDS: usize = 64;

struct Shard {
    /// `0` is no key.
    keys: Box<[[u64; WAYS]]>,
    values: Box<[[u64; WAYS]]>,
}

impl Dedup {
    /// Room for so many keys, rounded up to a power of two of at least 256; 32 bytes each, taken at once.
    ///
    /// There are twice as many places, so that few sets are full before the table is.
    pub(crate) fn new(capacity: usize) -> Self {
        let sets = (2 * capacity / (WAYS * SHARDS)).next_power_of_two();
        let shard = || Shard { keys: vec![[0; WAYS]; sets].into(), values: vec![[0; WAYS]; sets].into() };
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect() }
    }

    /// Enters the value; `None` where it is the one that is there already.
    ///
    /// Of several threads that enter the same at once, one gets the change.
    pub(crate) fn enter(&self, key: &impl Hash, value: &impl Hash) -> Option<Change> {
        let change = Change { key: self.fingerprint(key), value: self.fingerprint(value) };
        self.with_set(change.key, |keys, values| {
            let known = keys.iter().position(|known| *known == change.key);
            let free = || keys.iter().position(|known| *known == 0);
            let place = known.or_else(free).unwrap_or(WAYS - 1);
            let repeated = known.is_some() && values[place] == change.value;
            keys[..=place].rotate_right(1);
            values[..=place].rotate_right(1);
            (keys[0], values[0]) = (change.key, change.value);
            (!repeated).then_some(change)
        })
    }

    /// Forgets a change that could not be reported, unless another came after it.
    pub(crate) fn take_back(&self, change: Change) {
        self.with_set(change.key, |keys, values| {
            let same = |(key, value): (&u64, &u64)| *key == change.key && *value == change.value;
            if let Some(place) = keys.iter().zip(&*values).position(same) {
                keys[place] = 0;
            }
        });
    }

    fn fingerprint(&self, of: &impl Hash) -> u64 {
        self.hasher.hash_one(of).max(1)
    }

    fn with_set<R>(&self, key: u64, look: impl FnOnce(&mut [u64; WAYS], &mut [u64; WAYS]) -> R) -> R {
        let bits = usize::try_from(key >> 32).unwrap_or_default();
        let mut shard = self.shards[bits % SHARDS].lock().unwrap_or_else(PoisonError::into_inner);
        let Shard { keys, values } = &mut *shard;
        let set = (bits / SHARDS) & (keys.len() - 1);
        look(&mut keys[set], &mut values[set])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn only_a_change_is_a_change() {
        let dedup = Dedup::new(1024);
        for (step, (user, value, changed)) in [
            ("a", "control", true),
            ("a", "control", false),
            ("b", "control", true),
            ("a", "test", true),
            ("a", "control", true),
            ("a", "control", false),
            ("b", "control", false),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(dedup.enter(&(user, "flag"), &value).is_some(), changed, "step {step}");
        }
    }

    #[test]
    fn a_key_is_a_tuple_and_not_its_text() {
        let dedup = Dedup::new(1024);
        assert!(dedup.enter(&("a:b", "c"), &0).is_some());
        assert!(dedup.enter(&("a", "b:c"), &0).is_some());
        assert!(dedup.enter(&("a:", "bc"), &0).is_some());
        assert!(dedup.enter(&("", ""), &0).is_some());
    }

    #[test]
    fn what_was_taken_back_is_reported_again() {
        let dedup = Dedup::new(1024);
        let first = dedup.enter(&"key", &1).unwrap();
        dedup.take_back(first);
        let second = dedup.enter(&"key", &1).unwrap();
        assert!(dedup.enter(&"key", &2).is_some());
        dedup.take_back(second);
        assert!(dedup.enter(&"key", &2).is_none(), "the later value stays");
    }

    #[test]
    fn nothing_is_forgotten_while_there_is_room() {
        let dedup = Dedup::new(1);
        let same_set = |number: &u32| (dedup.fingerprint(number) >> 32).is_multiple_of(SHARDS as u64);
        let keys: Vec<_> = (0..).filter(same_set).take(WAYS + 1).collect();
        let changes: Vec<_> = keys[..WAYS].iter().map(|key| dedup.enter(key, &1).unwrap()).collect();
        dedup.take_back(changes[3]);
        assert!(dedup.enter(&keys[WAYS], &1).is_some());
        assert!(dedup.enter(&keys[0], &1).is_none(), "the new one has the place that was given back");
        assert!(dedup.enter(&keys[3], &1).is_some());
    }

    #[test]
    fn a_million_keys_take_no_more_room_and_the_last_ones_are_known() {
        let dedup = Dedup::new(1024);
        let room = |dedup: &Dedup| -> usize {
            dedup.shards.iter().map(|shard| shard.lock().unwrap().keys.len() * WAYS * 16).sum()
        };
        let before = room(&dedup);
        for user in 0..1_000_000 {
            assert!(dedup.enter(&user, &"value").is_some(), "no two of them meet");
            assert!(dedup.enter(&user, &"value").is_none());
        }
        assert_eq!((before, room(&dedup)), (32 * 1024, 32 * 1024));
    }

    #[test]
    fn nearly_as_many_are_remembered_as_there_is_room_for() {
        let dedup = Dedup::new(65_536);
        let enter_all = || (0..65_536).filter(|user| dedup.enter(user, &"value").is_some()).count();
        assert_eq!(enter_all(), 65_536);
        let forgotten = enter_all();
        assert!(forgotten < 65_536 / 10, "{forgotten}");
    }

    #[test]
    fn what_is_asked_for_again_and_again_is_not_forgotten() {
        let dedup = Dedup::new(1024);
        assert!(dedup.enter(&"regular", &1).is_some());
        for user in 0..10_000 {
            dedup.enter(&user, &1);
            assert!(dedup.enter(&"regular", &1).is_none());
        }
    }

    #[test]
    fn of_eight_threads_one_gets_the_change() {
        let dedup = Dedup::new(65_536);
        let changes = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for user in 0..2_000 {
                        changes.fetch_add(dedup.enter(&user, &1).is_some().into(), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(changes.into_inner(), 2_000);
    }
}
