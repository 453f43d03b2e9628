//! Keys of flags against each other.

use crate::ast::{Flag, Section};
use crate::diagnostic::Diagnostics;
use crate::lint::Lint;
use crate::lower::meta::said;
use crate::lower::names;
use crate::table::Table;

/// Warns of keys that differ only in case: the server tells them apart, its search by key does not.
///
/// Those that are one name in Rust as well are told there.
pub(super) fn differ_by_more_than_case(flags: &Section<Flag>, diagnostics: &mut Diagnostics) {
    let mut seen: Table<String, &Flag> = Table::with_capacity(flags.items.len());
    for flag in &flags.items {
        let Some(first) = seen.get(flag.name.value.to_ascii_lowercase().as_str()) else {
            seen.insert(flag.name.value.to_ascii_lowercase(), flag);
            continue;
        };
        let constant = |flag: &Flag| names::constant(said(&flag.name, &flag.meta));
        if constant(flag) == constant(first) {
            continue;
        }
        let message = format!("flag `{}` differs from `{}` only in case", flag.name.value, first.name.value);
        diagnostics
            .lint(Lint::FlagKeyCase, flag.name.span, message)
            .also(first.name.span, "the first")
            .help("who searches for one of them at PostHog finds the other: give one another key".to_owned());
    }
}
