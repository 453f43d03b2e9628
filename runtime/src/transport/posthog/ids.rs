//! Which ids PostHog tells people apart by.

use std::borrow::Cow;

use super::super::Unfit;
use crate::destinations::Destinations;
use crate::record::{Record, Verb};
use crate::recorder::unescaped;
use crate::report::LossReason;

/// Characters of an id.
const LONGEST: usize = 200;

/// Ids that stand for nobody in particular.
const NOBODY: [&str; 20] = [
    "anonymous",
    "guest",
    "distinctid",
    "distinct_id",
    "id",
    "not_authenticated",
    "email",
    "undefined",
    "true",
    "false",
    "[object object]",
    "nan",
    "none",
    "null",
    "0",
    "nil",
    "-1",
    "{}",
    "[]",
    // Two quotes, as a record has them.
    r#"\"\""#,
];

/// Whether an id, escaped, is longer than PostHog takes it.
pub(super) fn is_long(id: &str) -> bool {
    // Escapes and all, it has no more characters than bytes.
    id.len() > LONGEST && unescaped(id).chars().count() > LONGEST
}

/// Whether an id, escaped, stands for nobody in particular: PostHog merges nobody by it.
pub(super) fn is_nobody(id: &str) -> bool {
    let id = id.trim();
    id.len() <= 17 && NOBODY.iter().any(|nobody| nobody.eq_ignore_ascii_case(id))
}

/// Whether an id, escaped, makes two one person.
pub(super) fn joins(id: &str) -> bool {
    !is_long(id) && !is_nobody(id)
}

/// Refuses what version 1 does not take besides: a name that is too long, and such an id of a group's.
pub(super) fn check_strictly(record: &Record<'_>) -> Result<(), Unfit> {
    match record.verb {
        Verb::Group if is_long(&format!("${}_{}", record.group_type, record.second_id)) => return Err(TOO_LONG),
        Verb::Capture if is_long(record.name_at(Destinations::POSTHOG)) => return Err(LONG_NAME),
        _ => {}
    }
    Ok(())
}

pub(super) const TOO_LONG: Unfit =
    Unfit { reason: LossReason::TooLarge, detail: Cow::Borrowed("posthog knows ids of at most 200 characters") };
pub(super) const NOBODYS: Unfit = Unfit {
    reason: LossReason::Rejected,
    detail: Cow::Borrowed("posthog merges nobody by an id that stands for nobody in particular"),
};

const LONG_NAME: Unfit = Unfit {
    reason: LossReason::TooLarge,
    detail: Cow::Borrowed("posthog knows event names of at most 200 characters"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_measured_in_characters() {
        for (id, long) in [
            ("é".repeat(200), false),
            ("é".repeat(201), true),
            ("🦀".repeat(200), false),
            ("🦀".repeat(200) + "x", true),
            ("\\n".repeat(200), false),
            ("\\n".repeat(201), true),
            ("x".repeat(200), false),
            ("x".repeat(201), true),
        ] {
            assert_eq!(is_long(&id), long, "{id}");
        }
    }

    #[test]
    fn ids_of_nobody_are_known() {
        for (id, nobody) in [("NULL", true), (" guest ", true), ("\\\"\\\"", true), ("user-1", false), ("00", false)] {
            assert_eq!(is_nobody(id), nobody, "{id}");
        }
    }
}
