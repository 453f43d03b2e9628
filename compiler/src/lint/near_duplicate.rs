//! Names that are taken for one another.

use self::folded::Folded;
use super::Lint;
use crate::ast::walk::{self, Place};
use crate::ast::{Meta, Named, Plan, Section, Text};
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::source::Span;
use crate::table::{ByName, Table};

mod folded;

/// A name that is looked at, the first of its spelling.
struct Name<'p> {
    text: &'p str,
    span: Span,
    /// One that is on its way out stands beside what takes its place.
    deprecated: bool,
}

/// Of names with one key, so many are held against the next: the work stays linear.
const HELD: usize = 8;

/// Names of one kind among each other. Properties are one kind wherever they stand: a destination has one list of them.
pub(super) fn all(plan: &Plan, diagnostics: &mut Diagnostics) {
    let events = plan.events.items.iter().map(|event| (event.wire.as_ref().unwrap_or(&event.name), &event.meta));
    among("event", events.collect(), false, diagnostics);
    among("flag", named(&plan.flags), false, diagnostics);
    among("experiment", named(&plan.experiments), false, diagnostics);
    among("type", named(&plan.types), true, diagnostics);
    among("property group", named(&plan.property_groups), true, diagnostics);
    let mut properties = Vec::new();
    walk::plan(plan, &mut |place| {
        if let Place::Property(property) = place {
            properties.push((&property.name, &*property.meta));
        }
    });
    among("property", properties, true, diagnostics);
}

fn named<T: Named>(section: &Section<T>) -> Vec<(&Text, &Meta)> {
    list::map(&section.items, |item| (item.name(), item.meta()))
}

/// With `has_plurals` a name and its plural are two names: a thing and a list of them.
fn among(what: &str, items: Vec<(&Text, &Meta)>, has_plurals: bool, diagnostics: &mut Diagnostics) {
    let names = distinct(items);
    if names.len() < 2 {
        return;
    }
    for (name, first, spelling) in pairs(&names, has_plurals) {
        let (name, first) = (&names[name], &names[first]);
        let (text, other) = (name.text, first.text);
        // Told as what the server makes of it.
        if what == "flag" && text.eq_ignore_ascii_case(other) {
            continue;
        }
        let message = if spelling {
            format!("{what} `{text}` is `{other}` in another spelling")
        } else {
            format!("{what} `{text}` is one letter away from `{other}`")
        };
        diagnostics
            .lint(Lint::NearDuplicateName, name.span, message)
            .also(first.span, "the other")
            .help("use one of them; an old name that stays for a while is `deprecated`".to_owned());
    }
}

/// Each spelling once, in order. Names of the vendors are theirs.
fn distinct<'p>(items: Vec<(&'p Text, &'p Meta)>) -> Vec<Name<'p>> {
    let mut names: ByName<'_, Name<'_>> = ByName::new();
    for (name, meta) in items {
        let text = name.value.as_str();
        if !text.starts_with('$') {
            let name = names.or_insert(text, Name { text, span: name.span, deprecated: false });
            name.deprecated |= meta.deprecated.is_some();
        }
    }
    names.into_values()
}

/// Each name that is near an earlier one, with the earliest, and whether only the spelling differs.
///
/// A name is found under a key of its letters, and under one for each letter that is left out: two names that are
/// one edit apart share one of these. Most keys belong to one name alone; a table of bits tells them, so that few
/// are looked up.
fn pairs(names: &[Name<'_>], has_plurals: bool) -> Vec<(usize, usize, bool)> {
    let folded: Vec<_> = list::map(names, |name| Folded::new(name.text));
    let count: usize = folded.iter().map(|name| name.len() + 1).sum();
    let mut shared = Shared::new(count);
    for name in &folded {
        name.keys(&mut |key| shared.add(key));
    }
    let mut held: Table<u64, Vec<usize>> = Table::new();
    let mut pairs = Vec::new();
    for (at, name) in folded.iter().enumerate() {
        let mut nearest: Option<(usize, bool)> = None;
        name.keys(&mut |key| {
            if !shared.has(key) {
                return;
            }
            let others = held.or_insert(key, Vec::new());
            for other in others.iter().copied().filter(|other| *other != at) {
                if let Some(spelling) = name.near(&folded[other], has_plurals)
                    && !names[at].deprecated
                    && !names[other].deprecated
                    && nearest.is_none_or(|(first, _)| other < first)
                {
                    nearest = Some((other, spelling));
                }
            }
            if others.len() < HELD && others.last() != Some(&at) {
                others.push(at);
            }
        });
        pairs.extend(nearest.map(|(first, spelling)| (at, first, spelling)));
    }
    pairs
}

/// Which keys were added more than once, more or less: one that was not may be taken for one that was.
struct Shared {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Shared {
    /// For so many keys, at most 2 MiB for each table.
    fn new(keys: usize) -> Self {
        let words = (keys / 4).next_power_of_two().clamp(64, 1 << 18);
        Self { once: vec![0; words], twice: vec![0; words] }
    }

    fn add(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        self.twice[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn has(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.twice[word] & bit != 0
    }

    fn place(&self, key: u64) -> (usize, u64) {
        ((key >> 6) as usize & (self.once.len() - 1), 1 << (key & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(names: &[&str], has_plurals: bool) -> Vec<(usize, usize, bool)> {
        let name = |text| Name { text, span: Span::default(), deprecated: false };
        let names: Vec<_> = names.iter().map(|text| name(*text)).collect();
        pairs(&names, has_plurals)
    }

    #[test]
    fn a_name_is_told_once_beside_the_earliest() {
        let names = ["order_completed", "order_complete", "OrderCompleted", "other", "order_completes"];
        assert_eq!(near(&names, false), [(1, 0, false), (2, 0, true), (4, 0, false)]);
    }

    #[test]
    fn many_names_that_differ_in_digits_or_one_letter_are_searched_in_no_time() {
        let numbered: Vec<_> = (0..20_000).map(|number| format!("step_number_{number}")).collect();
        let numbered: Vec<_> = numbered.iter().map(String::as_str).collect();
        assert_eq!(near(&numbered, false), []);
        let letters: Vec<_> = ('\u{4e00}'..'\u{8e00}').map(|letter| format!("a long name {letter}{letter}")).collect();
        let letters: Vec<_> = letters.iter().map(String::as_str).collect();
        assert_eq!(near(&letters, false), []);
        let letters: Vec<_> = ('\u{4e00}'..'\u{8e00}').map(|letter| format!("a longname{letter}")).collect();
        let letters: Vec<_> = letters.iter().map(String::as_str).collect();
        assert_eq!(near(&letters, false).len(), letters.len() - 1);
    }

    #[test]
    fn the_search_finds_what_comparing_all_finds() {
        let mut state = 7_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let names: Vec<String> = (0..12)
                .map(|_| {
                    let letter = |number| ["a", "b", "s", "S", "_", "1", "ü"][usize::try_from(number).unwrap()];
                    let length = 6 + next(3);
                    "abcab".to_owned() + &(0..length).map(|_| letter(next(7))).collect::<String>()
                })
                .collect();
            let mut names: Vec<_> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.dedup();
            let folded: Vec<_> = names.iter().map(|name| Folded::new(name)).collect();
            let expected: Vec<_> = (0..names.len())
                .filter(|at| (0..*at).any(|other| folded[*at].near(&folded[other], false).is_some()))
                .collect();
            let found: Vec<_> = near(&names, false).iter().map(|(at, ..)| *at).collect();
            assert_eq!(found, expected, "{names:?}");
        }
    }
}
