//! The application for which a plan is compiled.

use super::reference::nearest;
use super::value::quoted;
use crate::ast::{Plan, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::source::Span;

/// Tells an application that no event names: every event that names one would be left out.
pub fn app(app: &str, plan: &Plan, diagnostics: &mut Diagnostics) {
    let events = &plan.events;
    let mut named: Vec<&Text> = Vec::new();
    for event in &events.items {
        named.extend(&event.apps);
    }
    if named.iter().any(|name| name.value == app) || !events.complete {
        return;
    }
    let similar = nearest(app, named.iter().map(|name| name.value.as_str()), diagnostics);
    let place = named.iter().find(|name| similar.is_none_or(|similar| name.value == similar));
    let span = place.map(|name| name.span).or(events.declared).unwrap_or(Span { file: 0, start: 0, end: 0 });
    let mut apps: Vec<String> = list::map(&named, |name| name.value.clone());
    apps.sort_unstable();
    apps.dedup();
    let help = match similar {
        Some(similar) => format!("an application with a similar name exists: `{similar}`"),
        None if apps.is_empty() => "an event names its applications with `apps: [..]`".to_owned(),
        None => format!("the applications of this plan are {}", quoted(apps.iter().map(String::as_str))),
    };
    diagnostics.error(Code::UnknownApp, span, format!("no event is for the application `{app}`")).help(help);
}
