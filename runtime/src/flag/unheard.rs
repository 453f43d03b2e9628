use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::value::Timestamp;

/// How many names are remembered, so that names of somebody else's choice do not fill the memory.
const MOST: usize = 1024;

/// How long it is remembered at most: definitions that are given as bytes never change, and PostHog's flags do.
const LONGEST: Duration = Duration::from_secs(60);

/// Flags that were asked for, and that neither the definitions nor PostHog have: nobody is asked for them again until there
/// is word of newer definitions, or a minute is over.
#[derive(Debug, Default)]
pub(crate) struct Unheard(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    /// How often there was word of definitions when these were learned.
    refreshes: u64,
    /// When the first of them was.
    since: Option<Timestamp>,
    keys: HashSet<Box<str>>,
}

impl Names {
    /// Whether what was learned still counts.
    fn hold(&self, refreshes: u64, now: Timestamp) -> bool {
        let age = self.since.map(|since| now.as_unix_millis().abs_diff(since.as_unix_millis()));
        self.refreshes == refreshes && age.is_some_and(|age| Duration::from_millis(age) < LONGEST)
    }
}

impl Unheard {
    /// Whether this was learned within the last minute, and since there was last word of definitions.
    pub(super) fn has(&self, key: &str, refreshes: u64, now: Timestamp) -> bool {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.hold(refreshes, now) && names.keys.contains(key)
    }

    /// Learns it, where that is what PostHog said after there was last word of definitions.
    pub(super) fn learn<'k>(&self, keys: impl Iterator<Item = &'k str>, asked_at: u64, refreshes: u64, now: Timestamp) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !names.hold(refreshes, now) {
            *names = Names { refreshes, since: Some(now), keys: HashSet::new() };
        }
        if asked_at == refreshes {
            let room = MOST.saturating_sub(names.keys.len());
            names.keys.extend(keys.take(room).map(Into::into));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_is_known_until_there_is_word_of_definitions() {
        let (unheard, now) = (Unheard::default(), Timestamp::from_unix_millis(0));
        assert!(!unheard.has("a", 0, now));
        unheard.learn(["a"].into_iter(), 1, 1, now);
        assert!(unheard.has("a", 1, now) && !unheard.has("b", 1, now) && !unheard.has("a", 2, now));
        unheard.learn(["b"].into_iter(), 1, 2, now);
        assert!(!unheard.has("a", 1, now) && !unheard.has("b", 2, now), "that was asked before");
        let many: Vec<_> = (0..2 * MOST).map(|number| number.to_string()).collect();
        unheard.learn(many.iter().map(String::as_str), 2, 2, now);
        assert!(unheard.has("0", 2, now) && !unheard.has(&(2 * MOST - 1).to_string(), 2, now), "there is an end to it");
    }

    #[test]
    fn what_nobody_has_is_known_for_a_minute() {
        let (unheard, at) = (Unheard::default(), |seconds: i64| Timestamp::from_unix_millis(seconds * 1000));
        unheard.learn(["a"].into_iter(), 1, 1, at(0));
        unheard.learn(["b"].into_iter(), 1, 1, at(59));
        assert!(unheard.has("a", 1, at(59)) && unheard.has("b", 1, at(59)));
        assert!(!unheard.has("a", 1, at(60)) && !unheard.has("b", 1, at(60)));
        unheard.learn(["c"].into_iter(), 1, 1, at(60));
        assert!(unheard.has("c", 1, at(61)) && !unheard.has("a", 1, at(61)));
        assert!(!unheard.has("c", 1, at(-3600)), "the clock was set back");
    }
}
