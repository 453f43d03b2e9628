use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// How many names are remembered, so that names of somebody else's choice do not fill the memory.
const MOST: usize = 1024;

/// Flags that were asked for, and that neither the definitions nor PostHog have: nobody is asked for them again until there
/// is word of newer definitions.
#[derive(Debug, Default)]
pub(crate) struct Unheard(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    /// How often there was word of definitions when these were learned.
    refreshes: u64,
    keys: HashSet<Box<str>>,
}

impl Unheard {
    /// Whether this was learned since there was last word of definitions.
    pub(super) fn has(&self, key: &str, refreshes: u64) -> bool {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.refreshes == refreshes && names.keys.contains(key)
    }

    /// Learns it, where that is what PostHog said after there was last word of definitions.
    pub(super) fn learn<'k>(&self, keys: impl Iterator<Item = &'k str>, asked_at: u64, refreshes: u64) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.refreshes != refreshes {
            *names = Names { refreshes, keys: HashSet::new() };
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
        let unheard = Unheard::default();
        assert!(!unheard.has("a", 0));
        unheard.learn(["a"].into_iter(), 1, 1);
        assert!(unheard.has("a", 1) && !unheard.has("b", 1) && !unheard.has("a", 2));
        unheard.learn(["b"].into_iter(), 1, 2);
        assert!(!unheard.has("a", 1) && !unheard.has("b", 2), "that was asked before");
        let many: Vec<_> = (0..2 * MOST).map(|number| number.to_string()).collect();
        unheard.learn(many.iter().map(String::as_str), 2, 2);
        assert!(unheard.has("0", 2) && !unheard.has(&(2 * MOST - 1).to_string(), 2), "there is an end to it");
    }
}
