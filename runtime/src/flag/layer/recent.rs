use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::{PoisonError, RwLock};

/// The last thing that was said about each (person, flag), in bounded memory: of more than there is room for, what was
/// said longest ago is forgotten first, half of it at a time.
pub(crate) struct Recent<V> {
    /// Keyed: who chooses the ids of users cannot make two of them meet.
    hashes: RandomState,
    /// How many one generation holds.
    half: usize,
    generations: RwLock<Generations<V>>,
}

struct Generations<V> {
    young: HashMap<u64, Entry<V>>,
    /// What was said before; the young one goes before it.
    old: HashMap<u64, Entry<V>>,
}

struct Entry<V> {
    user: Box<str>,
    flag: Box<str>,
    value: V,
}

impl<V: Clone> Recent<V> {
    /// Room for so many, at least two.
    pub(crate) fn new(capacity: usize) -> Self {
        let generations = RwLock::new(Generations { young: HashMap::new(), old: HashMap::new() });
        Self { hashes: RandomState::new(), half: capacity.div_ceil(2).max(1), generations }
    }

    pub(crate) fn insert(&self, user: &str, flag: &str, value: V) {
        let hash = self.hashes.hash_one((user, flag));
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= self.half && !generations.young.contains_key(&hash) {
            generations.old = mem::take(&mut generations.young);
        }
        generations.young.insert(hash, Entry { user: user.into(), flag: flag.into(), value });
    }

    pub(crate) fn get(&self, user: &str, flag: &str) -> Option<V> {
        let hash = self.hashes.hash_one((user, flag));
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        let entry = generations.young.get(&hash).or_else(|| generations.old.get(&hash))?;
        (*entry.user == *user && *entry.flag == *flag).then(|| entry.value.clone())
    }

    /// How many there are, of those that are forgotten soon too.
    pub(crate) fn len(&self) -> usize {
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        let Generations { young, old } = &*generations;
        young.len() + old.keys().filter(|hash| !young.contains_key(hash)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts_for_each_person_and_flag() {
        let recent = Recent::new(10);
        recent.insert("ann", "checkout", 1);
        recent.insert("ann", "pricing", 2);
        recent.insert("bob", "checkout", 3);
        recent.insert("ann", "checkout", 4);
        assert_eq!(recent.get("ann", "checkout"), Some(4));
        assert_eq!(recent.get("ann", "pricing"), Some(2));
        assert_eq!(recent.get("bob", "checkout"), Some(3));
        assert_eq!(recent.get("bob", "pricing"), None);
        assert_eq!(recent.get("annc", "heckout"), None);
        assert_eq!(recent.len(), 3);
    }

    #[test]
    fn memory_is_bounded_and_the_newest_are_kept() {
        let recent = Recent::new(100);
        for user in 0..1000 {
            recent.insert(&user.to_string(), "checkout", user);
            recent.insert("regular", "checkout", user);
            assert!(recent.len() <= 100);
        }
        assert!((960..1000).all(|user| recent.get(&user.to_string(), "checkout") == Some(user)));
        assert_eq!(recent.get("0", "checkout"), None);
        assert_eq!(recent.get("regular", "checkout"), Some(999));
    }

    #[test]
    fn there_is_always_room_for_the_last() {
        let recent = Recent::new(0);
        recent.insert("ann", "checkout", 1);
        recent.insert("bob", "checkout", 2);
        recent.insert("cem", "checkout", 3);
        assert_eq!((recent.get("cem", "checkout"), recent.get("ann", "checkout")), (Some(3), None));
    }
}
