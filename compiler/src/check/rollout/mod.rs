//! Rollouts: references of entries, entries that nobody can meet, entries that nobody reaches.

mod cohort;
mod contradiction;
mod domain;
mod group;
mod range;
mod reach;
mod text;
mod visible;

use super::condition;
use super::flag::{self, variant};
use crate::ast::index::Index;
use crate::ast::{Condition, Flag, RolloutEntry};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::list;

/// An entry with what its conditions compare with.
struct Entry<'p> {
    written: &'p RolloutEntry,
    when: Vec<Compared<'p>>,
}

/// A condition that can be read.
struct Compared<'p> {
    written: &'p Condition,
    operand: Literal,
}

impl<'p> Compared<'p> {
    fn property(&self) -> &'p str {
        &self.written.property.value
    }

    fn operator(&self) -> &'p str {
        &self.written.operator.value
    }
}

/// Everything that a rollout has to be.
pub(super) fn all(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(rollout) = &flag.rollout else { return };
    if rollout.entries.is_empty() && rollout.complete {
        diagnostics
            .error(Code::FlagShape, rollout.span, "a rollout has at least one entry")
            .help("nobody is `rollout: 0`, everybody `rollout: 100`".to_owned());
    }
    let entries: Vec<_> = list::filter_map(&rollout.entries, |entry| read(entry, flag, index, diagnostics));
    reach::all(&entries, flag, diagnostics);
}

/// Tells what is wrong with one entry. `None` where its conditions cannot be read, or nobody meets them.
fn read<'p>(
    written: &'p RolloutEntry,
    flag: &'p Flag,
    index: &Index<'p>,
    diagnostics: &mut Diagnostics,
) -> Option<Entry<'p>> {
    let mut when = Vec::with_capacity(written.when.len());
    for condition in &written.when {
        let operand = condition::operand(condition, flag, index, diagnostics);
        when.extend(operand.map(|operand| Compared { written: condition, operand }));
    }
    if let Some(group) = &flag.group {
        group::asks_for_no_person(written, group, diagnostics);
    } else {
        cohort::declared(written, index, diagnostics);
        written.flags.iter().for_each(|other| flag::condition(other, flag, index, diagnostics));
    }
    known_variant(written, flag, diagnostics);
    let is_complete = written.complete && when.len() == written.when.len();
    let entry = Entry { written, when };
    visible::all(&entry.when, flag, index, diagnostics);
    let contradicts = contradiction::all(&entry, flag, index, diagnostics);
    (is_complete && !contradicts).then_some(entry)
}

fn known_variant(entry: &RolloutEntry, flag: &Flag, diagnostics: &mut Diagnostics) {
    let Some(name) = &entry.variant else { return };
    match &flag.variants {
        Some(variants) => variant::known(name, flag, variants, diagnostics),
        None if flag.complete => {
            variant::none(name.span, flag, "remove `variant`, or declare `variants`", diagnostics);
        }
        None => {}
    }
}
