//! Destinations: what each may see, where an event goes, and what it is called there.

use super::fields::{Fields, list, shape};
use super::scalar::{once_each, text, texts, word};
use crate::ast::scalar::is_null;
use crate::ast::{Destination, Keyed, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Sensitivity};
use crate::list;
use crate::source::Span;
use crate::suggest;
use crate::yaml::{Entry, NodeKind};

/// The classes that leave the process.
const ALLOWED: &[(&str, Sensitivity)] =
    &[("public", Sensitivity::Public), ("internal", Sensitivity::Internal), ("personal", Sensitivity::Personal)];

/// `destinations: { posthog: { allow: personal } }`; the short form is `posthog: personal`.
pub(super) fn destinations(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Vec<Destination> {
    let Some(entry) = entry else { return Vec::new() };
    let mut destinations = Vec::new();
    for (kind, entry) in by_kind(entry, diagnostics) {
        let allow = match &entry.value.kind {
            NodeKind::Scalar(_) if !is_null(&entry.value) => allowed(entry, diagnostics),
            _ => {
                let Some(mut fields) = Fields::of(&entry.value, "a destination", diagnostics) else { continue };
                let allow = fields.take("allow").and_then(|entry| allowed(entry, diagnostics));
                fields.finish(diagnostics);
                allow
            }
        };
        destinations.push(Destination { kind, allow });
    }
    destinations
}

/// `send_as: { segment: Subscription Started }`.
pub(super) fn send_as(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<(Spanned<DestinationKind>, Text)> {
    let names = by_kind(entry, diagnostics);
    names.into_iter().filter_map(|(kind, entry)| Some((kind, text(entry, diagnostics)?))).collect()
}

/// `to: [posthog, segment]`, or one of them.
pub(super) fn to(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Keyed<Vec<Spanned<DestinationKind>>>> {
    let told = diagnostics.errors();
    let names = texts(entry, diagnostics);
    let names = once_each(names, &entry.key.text, diagnostics);
    let kinds: Vec<_> =
        list::filter_map(&names, |name| kind(&name.value, name.span, &DestinationKind::ALL, diagnostics));
    if kinds.is_empty() && diagnostics.errors() == told {
        diagnostics
            .error(Code::NoDestination, entry.value.span, "`to` names no destination, so that the event goes nowhere")
            .help("name one, or remove `to`: then it goes everywhere".to_owned());
    }
    // What is left of a list that was told would be another route.
    (diagnostics.errors() == told).then_some(Keyed { key: entry.key.span, value: kinds, span: entry.value.span })
}

/// The entries of a map whose keys are destinations.
fn by_kind<'e>(entry: &'e Entry<'e>, diagnostics: &mut Diagnostics) -> Vec<(Spanned<DestinationKind>, &'e Entry<'e>)> {
    let NodeKind::Mapping(entries) = &entry.value.kind else {
        if !is_null(&entry.value) {
            let message = format!("`{}` is a map of destinations, not {}", entry.key.text, shape(&entry.value));
            diagnostics.error(Code::WrongShape, entry.value.span, message);
        }
        return Vec::new();
    };
    let known = entries.iter().filter(|entry| !entry.key.text.starts_with("x-"));
    let kind = |entry: &Entry, diagnostics: &mut Diagnostics| {
        kind(&entry.key.text, entry.key.span, &DestinationKind::KNOWN, diagnostics)
    };
    known.filter_map(|entry| Some((kind(entry, diagnostics)?, entry))).collect()
}

/// The destination of that name; `fitting` are those that may have been meant.
fn kind(
    name: &str,
    span: Span,
    fitting: &[DestinationKind],
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<DestinationKind>> {
    if let Some(kind) = DestinationKind::KNOWN.into_iter().find(|kind| kind.as_str() == name) {
        return Some(Spanned { value: kind, span });
    }
    let names = list::map(fitting, |kind| kind.as_str());
    let help = match suggest::nearest(name, names.iter().copied()) {
        Some(similar) => format!("a destination with a similar name exists: `{similar}`"),
        None => format!("the destinations are {}", list(&names)),
    };
    diagnostics.error(Code::UnknownDestination, span, format!("unknown destination `{name}`")).help(help);
    None
}

/// The highest class that a destination may see.
fn allowed(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<Sensitivity>> {
    let is_secret = matches!(&entry.value.kind, NodeKind::Scalar(scalar) if scalar.text == "secret");
    if !is_secret {
        return word(entry, ALLOWED, diagnostics);
    }
    let message = "no destination may see what is `secret`: it never leaves the process";
    diagnostics
        .error(Code::SecretAllowed, entry.value.span, message)
        .help("the highest class is `personal`".to_owned());
    None
}
