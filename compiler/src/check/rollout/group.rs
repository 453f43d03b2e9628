//! What the server does not ask of groups.

use crate::ast::{RolloutEntry, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;

/// A flag that counts groups asks for the group's properties alone: cohorts hold persons, and other
/// flags answer for a person.
pub(super) fn asks_for_no_person(entry: &RolloutEntry, group: &Text, diagnostics: &mut Diagnostics) {
    let cohorts = entry.in_cohort.iter().chain(&entry.not_in_cohort).map(|name| (name, "cohort"));
    let flags = entry.flags.iter().map(|condition| (&condition.flag, "flag"));
    for (name, what) in cohorts.chain(flags) {
        let message = match what {
            "cohort" => format!("a flag that counts groups asks for no cohort: `{}` holds persons", name.value),
            _ => format!("a flag that counts groups asks for no other flag, as it does for `{}`", name.value),
        };
        diagnostics
            .error(Code::GroupCondition, name.span, message)
            .also(group.span, "groups are counted here")
            .help("ask for properties of the group with `when`, or remove `group`".to_owned());
    }
}
