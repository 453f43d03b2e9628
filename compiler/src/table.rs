//! Things by what names them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Index;

/// Values by their keys, in the order in which the keys came.
///
/// The compiler of Rust makes the table of the standard library anew for every type that it holds, and everybody who
/// uses the macros compiles this crate. So the table holds places alone, and the values stand beside it.
#[derive(Debug, Clone)]
pub(crate) struct Table<K, V> {
    places: HashMap<K, usize>,
    values: Vec<V>,
}

/// Values by names of the plan.
pub(crate) type ByName<'n, V> = Table<&'n str, V>;

/// A set of names of the plan.
pub(crate) type Names<'n> = ByName<'n, ()>;

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { places: HashMap::new(), values: Vec::new() }
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { places: HashMap::with_capacity(capacity), values: Vec::with_capacity(capacity) }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.places.get(key) {
            Some(place) => self.values.get(*place),
            None => None,
        }
    }

    pub(crate) fn contains_key<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.places.contains_key(key)
    }

    /// Gives a key a value, and returns the one that it had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = place(&mut self.places, key);
        if place < self.values.len() {
            return Some(std::mem::replace(&mut self.values[place], value));
        }
        self.values.push(value);
        None
    }

    /// The value of a key, which is `first` if it had none.
    pub(crate) fn or_insert(&mut self, key: K, first: V) -> &mut V {
        let place = place(&mut self.places, key);
        if place == self.values.len() {
            self.values.push(first);
        }
        &mut self.values[place]
    }

    pub(crate) fn values(&self) -> &[V] {
        &self.values
    }

    pub(crate) fn into_values(self) -> Vec<V> {
        self.values
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.places.keys()
    }
}

/// Where the value of a key stands; of a new key, behind all others.
fn place<K: Eq + Hash>(places: &mut HashMap<K, usize>, key: K) -> usize {
    let new = places.len();
    *places.entry(key).or_insert(new)
}

impl<'n> Names<'n> {
    pub(crate) fn of(names: &[&'n str]) -> Self {
        let mut all = Self::with_capacity(names.len());
        for name in names {
            all.add(name);
        }
        all
    }

    /// Adds a name; whether it is new.
    pub(crate) fn add(&mut self, name: &'n str) -> bool {
        self.insert(name, ()).is_none()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.contains_key(name)
    }
}

impl<V> Index<&str> for ByName<'_, V> {
    type Output = V;

    fn index(&self, name: &str) -> &V {
        self.get(name).expect("who asks so knows that it is there")
    }
}

/// For each name the place of the first that is the same.
pub(crate) fn firsts(names: &[&str]) -> Vec<usize> {
    let mut places = HashMap::with_capacity(names.len());
    let mut firsts = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        firsts.push(*places.entry(*name).or_insert(at));
    }
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_last_value_at_its_first_place() {
        let mut table = ByName::new();
        assert_eq!(table.insert("a", 1), None);
        assert_eq!(table.insert("b", 2), None);
        assert_eq!(table.insert("a", 3), Some(1));
        assert_eq!(*table.or_insert("b", 4), 2);
        *table.or_insert("c", 5) += 1;
        assert_eq!(table.values(), [3, 2, 6]);
        assert_eq!((table["a"], table.get("d"), table.contains_key("c"), table.len()), (3, None, true, 3));
    }

    #[test]
    fn equal_names_have_one_first_place() {
        assert_eq!(firsts(&["a", "b", "a", "c", "b", "a"]), [0, 1, 0, 3, 1, 0]);
    }
}
