//! Several events under one name: something that is always sent tells them apart.

use super::include::Included;
use super::value;
use crate::ast::index::Index;
use crate::ast::{Event, Property, Shape, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Literal, Sensitivity};
use crate::list;
use crate::source::Span;
use crate::table::{ByName, firsts};

/// Tells events that arrive under one name, everywhere or at one destination, with nothing to tell them apart.
pub(super) fn all(index: &Index<'_>, included: &Included<'_, '_>, diagnostics: &mut Diagnostics) {
    let events: Vec<&Event> = index.plan.events.items.iter().collect();
    // Keys alone that meet are one key that stands twice, which is told as such.
    let is_news = |named: &[Named<'_>]| named.iter().any(|(event, _)| event.wire.is_some());
    groups(&events, &Event::wire, &is_news, None, included, index, diagnostics);
    for kind in DestinationKind::ALL {
        if !events.iter().any(|event| event.sent_as(kind).is_some()) {
            continue;
        }
        let there: Vec<&Event> = events.iter().copied().filter(|event| event.goes_to(kind)).collect();
        let is_news = |named: &[Named<'_>]| named.iter().any(|(event, _)| event.sent_as(kind).is_some());
        groups(&there, &|event| name_at(event, kind), &is_news, Some(kind), included, index, diagnostics);
    }
}

/// An event, and the text that is its name.
type Named<'p> = (&'p Event, &'p Text);

fn name_at(event: &Event, kind: DestinationKind) -> &Text {
    event.sent_as(kind).unwrap_or_else(|| event.wire())
}

fn groups<'p>(
    events: &[&'p Event],
    name: &dyn Fn(&'p Event) -> &'p Text,
    is_news: &dyn Fn(&[Named<'p>]) -> bool,
    at: Option<DestinationKind>,
    included: &Included<'_, 'p>,
    index: &Index<'p>,
    diagnostics: &mut Diagnostics,
) {
    let texts: Vec<&str> = list::map(events, |event| name(event).value.as_str());
    // Few names are shared: only these are collected.
    let mut shared: Vec<(usize, Vec<Named<'p>>)> = Vec::new();
    for (place, before) in firsts(&texts).into_iter().enumerate() {
        if place == before {
            continue;
        }
        let (event, text) = (events[place], name(events[place]));
        match shared.iter_mut().find(|(place, _)| *place == before) {
            Some((_, named)) => named.push((event, text)),
            None => shared.push((before, vec![(events[before], name(events[before])), (event, text)])),
        }
    }
    for (_, named) in shared.iter().filter(|(_, named)| is_news(named)) {
        if let Some(clash) = clash(named, included, index) {
            tell(named, &clash, at, diagnostics);
        }
    }
}

/// The constants that tell an event apart from others of its name, here or at PostHog; none where no other has it.
pub(crate) fn constants(event: &Event, index: &Index<'_>) -> Vec<(String, Literal)> {
    let (wire, there) = (&event.wire().value, &name_at(event, DestinationKind::PostHog).value);
    let mut others = index.plan.events.items.iter().filter(|other| other.name.value != event.name.value);
    if !others.any(|other| other.wire().value == *wire || name_at(other, DestinationKind::PostHog).value == *there) {
        return Vec::new();
    }
    let included = Included::of_one(event, index);
    let (properties, _) = included.of_event(event);
    let constants = properties.iter().filter_map(|property| constant(property, index));
    constants.map(|constant| (constant.name.to_owned(), constant.value)).collect()
}

/// Two events of one name, and the constant in which they do not differ, where they have one.
struct Clash<'p> {
    pair: (usize, usize),
    same: Option<&'p str>,
}

/// A constant of an event that everybody sees.
struct Constant<'p> {
    name: &'p str,
    value: Literal,
}

/// What is wrong with events of one name; nothing where one constant has another value in each of them.
fn clash<'p>(named: &[Named<'p>], included: &Included<'_, 'p>, index: &Index<'p>) -> Option<Clash<'p>> {
    let mut constants = Vec::with_capacity(named.len());
    for (event, _) in named {
        let (properties, complete) = included.of_event(event);
        if !complete {
            return None;
        }
        constants.push(list::filter_map(&properties, |property| constant(property, index)));
    }
    let mut found = None;
    for Constant { name, .. } in &constants[0] {
        let values = list::filter_map(&constants, |all| all.iter().find(|it| it.name == *name));
        if values.len() < constants.len() {
            continue;
        }
        match repeated(&values) {
            None => return None,
            Some(pair) => found = found.or(Some(Clash { pair, same: Some(name) })),
        }
    }
    found.or_else(|| Some(Clash { pair: odd_one(&constants), same: None }))
}

/// The first event that lacks the constant which most have, and one that has it; the first two where none has any.
fn odd_one(constants: &[Vec<Constant<'_>>]) -> (usize, usize) {
    let mut counts: ByName<'_, (&str, usize)> = ByName::new();
    for all in constants {
        for constant in all {
            counts.or_insert(constant.name, (constant.name, 0)).1 += 1;
        }
    }
    // Of equals the first.
    let most = counts.values().iter().rev().max_by_key(|(_, count)| *count);
    let Some((name, _)) = most else { return (0, 1) };
    let has = |all: &Vec<Constant<'_>>| all.iter().any(|constant| constant.name == *name);
    let (with, without) = (constants.iter().position(has), constants.iter().position(|all| !has(all)));
    let (with, without) = (with.unwrap_or(0), without.unwrap_or(1));
    (with.min(without), with.max(without))
}

fn constant<'p>(property: &'p Property, index: &Index<'p>) -> Option<Constant<'p>> {
    let Shape::Const { value, of } = &property.ty.shape else { return None };
    let class = property.sensitivity.map_or(Sensitivity::default(), |class| class.value);
    let value = value::constant_literal(value, of.as_deref(), property.name.span, index, &mut Diagnostics::default())?;
    (class <= Sensitivity::Internal).then_some(Constant { name: &property.name.value, value })
}

/// The first two that are the same value.
fn repeated(values: &[&Constant<'_>]) -> Option<(usize, usize)> {
    let later = |one: usize| (one + 1..values.len()).find(|other| values[*other].value == values[one].value);
    (0..values.len()).find_map(|one| Some((one, later(one)?)))
}

fn tell(named: &[Named<'_>], clash: &Clash<'_>, at: Option<DestinationKind>, diagnostics: &mut Diagnostics) {
    let (one, other) = (named[clash.pair.0].1, named[clash.pair.1].1);
    let (first, later): (Span, Span) =
        if one.span < other.span { (one.span, other.span) } else { (other.span, one.span) };
    let name = &one.value;
    let at = at.map_or_else(String::new, |kind| format!(" at `{}`", kind.as_str()));
    let (message, help) = match clash.same {
        Some(same) => (
            format!("two events are `{name}`{at}, and `{same}` is the same in both"),
            format!("give `{same}` another value in each"),
        ),
        None => (
            format!("two events are `{name}`{at}, and nothing tells them apart"),
            "give each a property of one name with its own `const`, such as `kind: { const: .. }`".to_owned(),
        ),
    };
    diagnostics.error(Code::SharedName, later, message).also(first, "the first").help(help);
}
