use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

/// A key, and a value of that key, as 64 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Never `0`.
    pub(super) key: u64,
    pub(super) value: u64,
}

/// Makes fingerprints under a key of its own, which nobody outside the process can know: who chooses the ids of users
/// cannot make two of them meet.
#[derive(Debug)]
pub(super) struct Fingerprints(u64);

/// 64 bits of the system's randomness for all, and 64 for each of [`Fingerprints`]. The seed that the hasher would draw
/// itself is of addresses and the time.
static SEED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

impl Fingerprints {
    pub(super) fn new() -> Self {
        Self(random())
    }

    #[inline]
    pub(super) fn of(&self, key: &impl Hash, value: &impl Hash) -> Fingerprint {
        let mut hasher = FoldHasher::with_seed(self.0, &SEED);
        key.hash(&mut hasher);
        let key = hasher.finish().max(1);
        value.hash(&mut hasher);
        Fingerprint { key, value: hasher.finish() }
    }
}

fn random() -> u64 {
    // The keys of this are the system's.
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_key_is_a_tuple_and_not_its_text() {
        let prints = Fingerprints::new();
        let keys = [("a:b", "c"), ("a", "b:c"), ("a:", "bc"), ("", ""), ("ab:c", ""), ("a:b", "C")];
        let distinct: HashSet<_> = keys.iter().map(|key| prints.of(key, &0).key).collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(prints.of(&keys[0], &1).key, prints.of(&keys[0], &2).key);
        assert_ne!(prints.of(&keys[0], &1).value, prints.of(&keys[0], &2).value);
        assert_eq!(prints.of(&keys[0], &1), prints.of(&keys[0], &1));
    }

    #[test]
    fn two_tables_know_each_other_by_nothing() {
        let (one, other) = (Fingerprints::new(), Fingerprints::new());
        assert_ne!(one.of(&"user", &1), other.of(&"user", &1));
    }
}
