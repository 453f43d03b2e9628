//! What was meant to be gone by now, or will be soon.

use super::Lint;
use crate::ast::Plan;
use crate::ast::walk::{self, Place};
use crate::day::Day;
use crate::diagnostic::Diagnostics;

/// So many days before, it is told.
const SOON: i64 = 30;

/// Everything with a day on which it `expires`, seen from `today`. On the day itself it has not expired yet.
pub(super) fn all(plan: &Plan, today: Day, diagnostics: &mut Diagnostics) {
    walk::plan(plan, &mut |place| {
        let Place::Meta(meta, name) = place else { return };
        let Some(expires) = &meta.expires else { return };
        let Some(day) = Day::parse(&expires.value) else { return };
        let days = today.days_until(day);
        if days > SOON {
            return;
        }
        let name = name.map_or_else(|| "this value".to_owned(), |name| format!("`{}`", name.value));
        if days < 0 {
            diagnostics
                .lint(Lint::Expired, expires.span, format!("{name} expired {}", ago(-days)))
                .help("remove it from plan and code, or write a later day".to_owned());
        } else {
            diagnostics.lint(Lint::ExpiresSoon, expires.span, format!("{name} expires {}", ahead(days)));
        }
    });
}

fn ago(days: i64) -> String {
    if days == 1 { "yesterday".to_owned() } else { format!("{days} days ago") }
}

fn ahead(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}
