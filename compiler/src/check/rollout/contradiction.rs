//! Entries that nobody can meet: what they ask for contradicts itself.

use super::{Compared, Entry, domain, range, text};
use crate::ast::index::Index;
use crate::ast::{Flag, Property};
use crate::check::condition;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::lint::Lint;
use crate::list;
use crate::source::{Span, in_order};

/// Conditions on one property that leave none of its values.
pub(super) struct Contradiction<'e, 'p> {
    /// In the order in which they are written.
    pub(super) conditions: Vec<&'e Compared<'p>>,
    /// What the plan says of the property itself, where that is a part of it.
    pub(super) declared: Option<Span>,
}

/// Tells each contradiction of an entry; whether there is one.
pub(super) fn all(entry: &Entry<'_>, flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) -> bool {
    let mut contradicts = cohorts(entry, diagnostics);
    for conditions in entry.when.chunk_by(|one, next| one.property() == next.property()) {
        let Some(property) = condition::property(conditions[0].property(), flag, index) else { continue };
        let Some(found) = of_property(conditions, property, index) else { continue };
        if conditions.iter().any(|condition| needs_a_value(condition.operator())) {
            tell(&found, property, diagnostics);
            contradicts = true;
        } else {
            only_absent(&found, property, diagnostics);
        }
    }
    contradicts
}

fn cohorts(entry: &Entry<'_>, diagnostics: &mut Diagnostics) -> bool {
    let mut contradicts = false;
    for name in &entry.written.not_in_cohort {
        let Some(same) = entry.written.in_cohort.iter().find(|other| other.value == name.value) else { continue };
        diagnostics
            .error(Code::Contradiction, name.span, format!("nobody is in cohort `{}` and not in it", name.value))
            .also(same.span, "asked for here")
            .help(OR_ED.to_owned());
        contradicts = true;
    }
    contradicts
}

/// The first that is found.
fn of_property<'e, 'p>(
    conditions: &'e [Compared<'p>],
    property: &Property,
    index: &Index<'_>,
) -> Option<Contradiction<'e, 'p>> {
    unset(conditions)
        .or_else(|| domain::exhausted(conditions, property, index))
        .or_else(|| range::empty(conditions, property, index))
        .or_else(|| text::excluded(conditions, property, index))
}

/// Who has no value is asked for one.
fn unset<'e, 'p>(conditions: &'e [Compared<'p>]) -> Option<Contradiction<'e, 'p>> {
    let unset = conditions.iter().find(|condition| condition.operator() == "is_not_set")?;
    let needs = conditions.iter().find(|condition| needs_a_value(condition.operator()))?;
    Some(Contradiction { conditions: vec![needs, unset], declared: None })
}

/// Whether only a property that has a value meets it.
pub(super) fn needs_a_value(operator: &str) -> bool {
    !(operator.starts_with("not_") || matches!(operator, "is_not" | "is_not_set" | "semver_neq"))
}

/// Warns of conditions that none of the values meets: who has no value at all meets them nevertheless.
fn only_absent(found: &Contradiction<'_, '_>, property: &Property, diagnostics: &mut Diagnostics) {
    let Some(last) = found.conditions.iter().map(|condition| condition.written.operator.span).max() else { return };
    let message = format!("only who has no `{}` at all meets this", property.name.value);
    let told = diagnostics.lint(Lint::UnreachableRollout, last, message);
    if let Some(declared) = found.declared {
        told.also(declared, "declared here");
    }
    told.help("where they are meant, write `is_not_set: true`; else leave a value to ask for".to_owned());
}

const OR_ED: &str = "conditions of one entry are and-ed; what is or-ed stands in entries of its own";

fn tell(found: &Contradiction<'_, '_>, property: &Property, diagnostics: &mut Diagnostics) {
    let name = &property.name.value;
    let places: Vec<Span> = list::map(&found.conditions, |condition| condition.written.operator.span);
    let order = in_order(&places);
    let Some((last, others)) = order.split_last() else { return };
    let operator = |at: &usize| &found.conditions[*at].written.operator;
    let last = operator(last);
    let mut words = Vec::with_capacity(others.len());
    for other in others {
        words.push(format!("`{}`", operator(other).value));
    }
    let message = if words.is_empty() {
        format!("no value of `{name}` meets `{}`", last.value)
    } else {
        words.dedup();
        format!("no value of `{name}` meets {} and `{}`", words.join(", "), last.value)
    };
    let help = if others.is_empty() { "ask for a value that the property can have" } else { OR_ED };
    let told = diagnostics.error(Code::Contradiction, last.span, message);
    for other in others {
        told.also(operator(other).span, "asked for here");
    }
    if let Some(declared) = found.declared {
        told.also(declared, "declared here");
    }
    told.help(help.to_owned());
}
