//! Keys that stand twice in one map.

use super::Entry;
use crate::list;
use crate::table::firsts;

/// Up to so many keys are compared each with each, which costs less than a table.
const FEW_KEYS: usize = 16;

/// Each entry whose key stands earlier too, with that earlier one, in order.
pub(super) fn repeats(entries: &[Entry]) -> Vec<(usize, usize)> {
    let key = |at: usize| &*entries[at].key.text;
    let repeat = |(at, first): (usize, usize)| (at != first).then_some((at, first));
    if entries.len() <= FEW_KEYS {
        let first = |at| (0..=at).find(|earlier| key(*earlier) == key(at)).expect("it is equal to itself");
        return (0..entries.len()).filter_map(|at| repeat((at, first(at)))).collect();
    }
    let keys: Vec<&str> = list::map(entries, |entry| &*entry.key.text);
    firsts(&keys).into_iter().enumerate().filter_map(repeat).collect()
}
