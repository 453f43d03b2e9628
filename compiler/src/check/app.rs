//! The application for which a plan is compiled.

use std::collections::BTreeSet;

use super::reference::nearest;
use super::value::quoted;
use crate::ast::Plan;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::source::Span;

/// Tells an application that no event names: every event that names one would be left out.
pub fn app(app: &str, plan: &Plan, diagnostics: &mut Diagnostics) {
    let events = &plan.events;
    let named = || events.items.iter().flat_map(|event| &event.apps);
    if named().any(|name| name.value == app) || !events.complete {
        return;
    }
    let similar = nearest(app, named().map(|name| name.value.as_str()), diagnostics);
    let place = named().find(|name| similar.is_none_or(|similar| name.value == similar)).map(|name| name.span);
    let span = place.or(events.declared).unwrap_or(Span { file: 0, start: 0, end: 0 });
    let apps: BTreeSet<_> = named().map(|name| name.value.as_str()).collect();
    let help = match similar {
        Some(similar) => format!("an application with a similar name exists: `{similar}`"),
        None if apps.is_empty() => "an event names its applications with `apps: [..]`".to_owned(),
        None => format!("the applications of this plan are {}", quoted(apps.into_iter())),
    };
    diagnostics.error(Code::UnknownApp, span, format!("no event is for the application `{app}`")).help(help);
}
