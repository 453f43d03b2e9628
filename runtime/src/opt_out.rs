use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::error::{Error, Kind};
use crate::json;
use crate::record::{Record, Verb};

/// The people of whom nothing is recorded: fingerprints of their ids, under a random key.
#[derive(Default)]
pub(crate) struct OptOuts {
    /// Whether there are any: mostly there are none, and nobody pays for more than a load.
    any: AtomicBool,
    people: RwLock<HashSet<u64>>,
    key: RandomState,
}

/// As many fill a table of nine megabytes. Forgetting somebody to make room would record them again.
pub(crate) const MOST: usize = 900_000;

impl OptOuts {
    /// With these to begin with.
    pub(crate) fn of(distinct_ids: &[String]) -> Result<Self, Error> {
        let opt_outs = Self::default();
        distinct_ids.iter().try_for_each(|distinct_id| opt_outs.add(distinct_id))?;
        Ok(opt_outs)
    }

    /// Remembers somebody by their distinct id.
    pub(crate) fn add(&self, distinct_id: &str) -> Result<(), Error> {
        // Nobody: and records that have no second id have an empty one.
        if distinct_id.is_empty() {
            return Ok(());
        }
        let person = self.fingerprint(&escaped(distinct_id));
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= MOST && !people.contains(&person) {
            let sentence = format!(
                "{MOST} people have opted out, and there is no room for more: \
                 keep consent elsewhere and ask for it in `before_capture`"
            );
            return Err(Error::new(Kind::Full, sentence));
        }
        people.insert(person);
        self.any.store(true, Ordering::Release);
        Ok(())
    }

    pub(crate) fn remove(&self, distinct_id: &str) {
        let person = self.fingerprint(&escaped(distinct_id));
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        people.remove(&person);
        self.any.store(!people.is_empty(), Ordering::Release);
    }

    /// Whether anybody is remembered at all.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Whether this id is remembered.
    pub(crate) fn has(&self, distinct_id: &str) -> bool {
        self.has_escaped(&escaped(distinct_id))
    }

    /// The same of an id that is escaped as in a record.
    pub(crate) fn has_escaped(&self, escaped: &[u8]) -> bool {
        let person = self.fingerprint(escaped);
        self.people.read().unwrap_or_else(PoisonError::into_inner).contains(&person)
    }

    /// Whether the record is of somebody who is remembered, be it under a previous id.
    pub(crate) fn concern(&self, record: &Record<'_>) -> bool {
        self.has_escaped(record.distinct_id.as_bytes())
            || self.has_escaped(record.anonymous_id.as_bytes())
            || record.verb == Verb::Alias && self.has_escaped(record.second_id.as_bytes())
    }

    fn fingerprint(&self, escaped: &[u8]) -> u64 {
        self.key.hash_one(escaped)
    }
}

/// As it stands in a record.
fn escaped(distinct_id: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(distinct_id.len());
    json::write_escaped(&mut bytes, distinct_id);
    bytes
}

/// Shows how many, and never who.
impl fmt::Debug for OptOuts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner).len();
        write!(formatter, "OptOuts({people})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opts_out_is_known_until_they_opt_in() {
        let people = OptOuts::default();
        assert!(!people.any());
        people.add("").unwrap();
        assert!(!people.any(), "an empty id is nobody's");
        people.add("a \"b\"").unwrap();
        assert!(people.any() && people.has("a \"b\"") && !people.has("a"));
        people.remove("a");
        assert!(people.any());
        people.remove("a \"b\"");
        assert!(!people.any() && !people.has("a \"b\""));
    }

    #[test]
    fn there_is_an_end_to_them_and_nobody_is_forgotten_for_another() {
        let people = OptOuts::default();
        people.people.write().unwrap().extend(0..MOST as u64);
        let full = people.add("one more").unwrap_err();
        assert!(full.is_full());
        assert_eq!(
            full.to_string(),
            "900000 people have opted out, and there is no room for more: keep consent elsewhere and ask for it in \
             `before_capture`"
        );
        assert_eq!(people.people.read().unwrap().len(), MOST);
    }
}
