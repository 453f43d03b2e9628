//! Entries that nobody reaches, because whoever meets them is decided by one above.
//!
//! All entries of a flag cut persons by the same number, so that of two entries with the same conditions
//! the one with more percent holds everybody of the other. First match decides.

use super::{Compared, Entry};
use crate::ast::Flag;
use crate::check::flag::answer;
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::lint::Lint;

/// So many entries are held against those below: the work grows with the product.
const ABOVE: usize = 100;

/// Warns of each entry that nobody reaches. One of no percent is a choice.
pub(super) fn all(entries: &[Entry<'_>], flag: &Flag, diagnostics: &mut Diagnostics) {
    let early_exit = flag.early_exit.as_ref().is_some_and(|early_exit| early_exit.value);
    for (at, entry) in entries.iter().enumerate().skip(1) {
        if entry.written.percent == 0.0 {
            continue;
        }
        let above = entries[..at].iter().take(ABOVE);
        let mut taking = above.filter(|above| early_exit || above.written.percent >= entry.written.percent);
        if let Some(above) = taking.find(|above| above.holds_all_of(entry)) {
            unreachable(entry, above, early_exit, diagnostics);
        }
    }
}

fn unreachable(entry: &Entry<'_>, above: &Entry<'_>, early_exit: bool, diagnostics: &mut Diagnostics) {
    let is_same = entry.holds_all_of(above);
    let (entry, is_unconditional, above) = (entry.written, above.is_unconditional(), above.written);
    let help = if early_exit && above.percent < entry.percent {
        "with `early_exit` the first entry whose conditions hold decides, whatever its percent"
    } else if !early_exit && entry.variant.is_none() && above.variant.is_none() {
        "it adds nobody, wherever it stands: remove it, or give it more percent than the other"
    } else if is_same {
        "the first match decides: remove one of the two"
    } else if is_unconditional {
        "the first match decides: put the entry for everybody last"
    } else {
        "the first match decides: put the narrower entry first"
    };
    diagnostics
        .lint(Lint::UnreachableRollout, entry.span, "nobody reaches this entry of the rollout")
        .also(above.span, "whom it asks for is decided here")
        .help(help.to_owned());
}

impl Entry<'_> {
    fn is_unconditional(&self) -> bool {
        let Self { written, when } = self;
        when.is_empty() && written.in_cohort.is_empty() && written.not_in_cohort.is_empty() && written.flags.is_empty()
    }

    /// Whether whoever meets the conditions of `other` meets these.
    fn holds_all_of(&self, other: &Self) -> bool {
        let names = |mine: &[crate::ast::Text], other: &[crate::ast::Text]| {
            mine.iter().all(|name| other.iter().any(|other| other.value == name.value))
        };
        let flags = self.written.flags.iter().all(|mine| {
            other.written.flags.iter().any(|other| {
                let (mine_answer, other_answer) = (answer(mine), answer(other));
                // `true` is any variant.
                let is_any = mine_answer == Literal::Boolean(true) && matches!(other_answer, Literal::Text(_));
                mine.flag.value == other.flag.value && (mine_answer == other_answer || is_any)
            })
        });
        flags
            && names(&self.written.in_cohort, &other.written.in_cohort)
            && names(&self.written.not_in_cohort, &other.written.not_in_cohort)
            && self.when.iter().all(|mine| other.when.iter().any(|other| mine.follows_from(other)))
    }
}

impl Compared<'_> {
    /// Whether this holds wherever `other` does.
    fn follows_from(&self, other: &Self) -> bool {
        if self.property() != other.property() {
            return false;
        }
        let (mine, others) = (values(&self.operand), values(&other.operand));
        match (self.operator(), other.operator()) {
            ("is_set", operator) => super::contradiction::needs_a_value(operator),
            ("exact", "exact") => others.iter().all(|value| mine.contains(value)),
            ("is_not", "is_not") => mine.iter().all(|value| others.contains(value)),
            (mine, other_operator) => mine == other_operator && self.operand == other.operand,
        }
    }
}

/// A list, or a value alone as a list of one.
pub(super) fn values(literal: &Literal) -> &[Literal] {
    match literal {
        Literal::List(values) => values,
        value => std::slice::from_ref(value),
    }
}
