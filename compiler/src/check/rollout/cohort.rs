//! Cohorts that an entry names.

use crate::ast::index::Index;
use crate::ast::{Cohort, CohortReference, RolloutEntry};
use crate::check::reference::similar;
use crate::check::value::quoted;
use crate::code::Code;
use crate::diagnostic::Diagnostics;

/// Each is one of `cohorts`.
pub(super) fn declared(entry: &RolloutEntry, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let cohorts = &index.plan.cohorts;
    for name in entry.in_cohort.iter().chain(&entry.not_in_cohort) {
        if index.cohorts.contains_key(name.value.as_str()) || !cohorts.complete {
            continue;
        }
        let key = by_reference(&name.value, &cohorts.items);
        let help = key.map(|key| format!("write its key in this plan: `{key}`"));
        let help = help.or_else(|| similar("a cohort", &name.value, &cohorts.items, diagnostics));
        let help = help.unwrap_or_else(|| match cohorts.items.as_slice() {
            [] => format!("declare it: `cohorts: {{ {}: {{ posthog: .. }} }}`", name.value),
            items => format!("declared are {}", quoted(items.iter().map(|cohort| cohort.name.value.as_str()))),
        });
        diagnostics
            .error(Code::UnknownCohort, name.span, format!("unknown cohort `{}`", name.value))
            .label("not declared in `cohorts`")
            .help(help);
    }
}

/// The key of the cohort that PostHog calls so.
fn by_reference<'p>(name: &str, cohorts: &'p [Cohort]) -> Option<&'p str> {
    let id: Option<i64> = name.parse().ok();
    let found = cohorts.iter().find(|cohort| match cohort.posthog.as_ref().map(|posthog| &posthog.value) {
        Some(CohortReference::Name(there)) => there == name,
        Some(CohortReference::Id(there)) => Some(*there) == id,
        None => false,
    });
    found.map(|cohort| cohort.name.value.as_str())
}
