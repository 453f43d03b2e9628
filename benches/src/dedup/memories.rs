//! Who remembers the last value of each key and says whether it changed: ours, and caches that are used so.

use std::hash::{BuildHasher, Hash, Hasher};
use std::time::Duration;

use foldhash::quality::RandomState;
use quick_cache::Equivalent;
use taxogen::__private::Remembered;
use taxogen::Dedup;

use super::traffic::Check;

/// How many keys each of them is made for.
pub(super) const CAPACITY: usize = 65_536;

pub(super) trait Memory: Sync {
    const NAME: &'static str;

    fn new() -> Self;

    /// Whether the decision is to be reported.
    fn is_new(&self, check: Check<'_>) -> bool;
}

/// With a lifetime, under one winner of several threads, and confirmed.
pub(super) struct Ours(Remembered);

/// With fingerprints as keys and values, as ours makes them: nothing is allocated for a key.
pub(super) struct QuickCache {
    prints: RandomState,
    cache: quick_cache::sync::Cache<u64, u64>,
}

/// With keys that are looked up as they are, and copied when they are new.
pub(super) struct QuickCacheOfTexts(quick_cache::sync::Cache<Key, Value>);

/// With fingerprints, and a lifetime.
pub(super) struct Moka {
    prints: RandomState,
    cache: moka::sync::Cache<u64, u64, RandomState>,
}

impl Memory for Ours {
    const NAME: &'static str = "ours";

    fn new() -> Self {
        Self(Remembered::new(Dedup::process().capacity(CAPACITY)))
    }

    #[inline]
    fn is_new(&self, check: Check<'_>) -> bool {
        let key = ("Optimizely", check.user, check.flag, [].as_slice());
        self.0.is_new(key, (Some(check.variation), Some(check.rule), true))
    }
}

impl Memory for QuickCache {
    const NAME: &'static str = "quick_cache, fingerprints";

    fn new() -> Self {
        Self { prints: RandomState::default(), cache: quick_cache::sync::Cache::new(CAPACITY) }
    }

    #[inline]
    fn is_new(&self, check: Check<'_>) -> bool {
        let (key, value) = fingerprint(&self.prints, &check);
        let is_new = self.cache.get(&key) != Some(value);
        if is_new {
            self.cache.insert(key, value);
        }
        is_new
    }
}

impl Memory for Moka {
    const NAME: &'static str = "moka, fingerprints";

    fn new() -> Self {
        let builder = moka::sync::Cache::builder().max_capacity(CAPACITY as u64);
        let day = Duration::from_secs(24 * 60 * 60);
        Self {
            prints: RandomState::default(),
            cache: builder.time_to_live(day).build_with_hasher(RandomState::default()),
        }
    }

    #[inline]
    fn is_new(&self, check: Check<'_>) -> bool {
        let (key, value) = fingerprint(&self.prints, &check);
        let is_new = self.cache.get(&key) != Some(value);
        if is_new {
            self.cache.insert(key, value);
        }
        is_new
    }
}

#[inline]
fn fingerprint(prints: &RandomState, check: &Check<'_>) -> (u64, u64) {
    let mut hasher = prints.build_hasher();
    KeyRef::of(check).hash(&mut hasher);
    let key = hasher.finish();
    Value::of(check).hash(&mut hasher);
    (key, hasher.finish())
}

#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    engine: &'static str,
    user: String,
    flag: String,
    groups: Vec<(String, String)>,
}

/// The same where it is looked up.
#[derive(Hash)]
struct KeyRef<'a> {
    engine: &'static str,
    user: &'a str,
    flag: &'a str,
    groups: &'a [(String, String)],
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Value {
    variation: Option<&'static str>,
    rule: Option<&'static str>,
    enabled: bool,
}

impl<'a> KeyRef<'a> {
    fn of(check: &Check<'a>) -> Self {
        Self { engine: "Optimizely", user: check.user, flag: check.flag, groups: &[] }
    }

    fn to_owned(&self) -> Key {
        let Self { engine, user, flag, groups } = *self;
        Key { engine, user: user.to_owned(), flag: flag.to_owned(), groups: groups.to_vec() }
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        (self.engine, self.user, self.flag) == (key.engine, key.user.as_str(), key.flag.as_str())
            && self.groups == key.groups
    }
}

impl Value {
    fn of(check: &Check<'_>) -> Self {
        Self { variation: Some(check.variation), rule: Some(check.rule), enabled: true }
    }
}

impl Memory for QuickCacheOfTexts {
    const NAME: &'static str = "quick_cache, texts";

    fn new() -> Self {
        Self(quick_cache::sync::Cache::new(CAPACITY))
    }

    #[inline]
    fn is_new(&self, check: Check<'_>) -> bool {
        let (key, value) = (KeyRef::of(&check), Value::of(&check));
        let is_new = self.0.get(&key) != Some(value);
        if is_new {
            self.0.insert(key.to_owned(), value);
        }
        is_new
    }
}
