//! Properties that no destination may see.

use super::{Level, Lint};
use crate::ast::index::Index;
use crate::ast::{Event, Plan, Property, Shape};
use crate::check::{Included, highest_inside};
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Sensitivity};
use crate::source::Span;
use crate::table::{ByName, Table};

/// Properties of a class that is sent nowhere. What is `secret` is meant to stay, and what is hashed goes as a hash.
/// Events of other applications than `app` are left out.
pub(crate) fn all(index: &Index<'_>, included: &Included<'_, '_>, app: Option<&str>, diagnostics: &mut Diagnostics) {
    if diagnostics.level(Lint::UnreachableProperty) == Level::Allow {
        return;
    }
    let plan = index.plan;
    let mut classes = Classes { index, held: ByName::new() };
    let everywhere = highest(DestinationKind::ALL.iter(), plan);
    let groups = plan.groups.items.iter().map(|group| &group.properties);
    for property in [&plan.person, &plan.super_properties].into_iter().chain(groups).flat_map(|all| &all.items) {
        let class = classes.of(property);
        if is_kept_back(property, class, everywhere) {
            tell(property, class, "", DestinationKind::PostHog, diagnostics);
        }
    }
    // What several events include reaches somebody when it does with one of them.
    let mut kept_back: Table<Span, KeptBack<'_>> = Table::new();
    for event in plan.events_of(app) {
        let (first, highest) = route(event, everywhere, plan);
        for property in included.of_event(event).0.iter() {
            let class = classes.of(property);
            if is_kept_back(property, class, highest) {
                kept_back.or_insert(property.name.span, KeptBack { property, class, first });
            }
        }
    }
    if kept_back.is_empty() {
        return;
    }
    let mut reached: Table<Span, ()> = Table::new();
    for event in plan.events_of(app) {
        let (_, highest) = route(event, everywhere, plan);
        for property in included.of_event(event).0.iter() {
            if !is_kept_back(property, classes.of(property), highest) {
                reached.insert(property.name.span, ());
            }
        }
    }
    for KeptBack { property, class, first } in kept_back.values() {
        if !reached.contains_key(&property.name.span) {
            let events = if is_kept_back(property, *class, everywhere) { "" } else { " of its event" };
            tell(property, *class, events, *first, diagnostics);
        }
    }
}

/// A property of events that none of the destinations of one of them may see.
struct KeptBack<'p> {
    property: &'p Property,
    class: Sensitivity,
    /// Where the first such event goes.
    first: DestinationKind,
}

/// The classes of properties, with what they hold.
struct Classes<'i, 'p> {
    index: &'i Index<'p>,
    /// By the names of declared types, of which there are few.
    held: ByName<'p, Sensitivity>,
}

impl<'p> Classes<'_, 'p> {
    /// A property has at least the class of what it holds.
    fn of(&mut self, property: &'p Property) -> Sensitivity {
        let own = property.sensitivity.map_or(Sensitivity::default(), |class| class.value);
        let index = self.index;
        let inside = || highest_inside(&property.ty, index).map_or(Sensitivity::Public, |(class, _)| class);
        own.max(match &property.ty.shape {
            Shape::Named(name) => match self.held.get(name.as_str()) {
                Some(class) => *class,
                None => *self.held.or_insert(name, inside()),
            },
            Shape::Object(_) | Shape::List(_) | Shape::Map { .. } => inside(),
            _ => Sensitivity::Public,
        })
    }
}

/// The first destination of an event, and the highest class that one of them may see.
fn route(event: &Event, everywhere: Sensitivity, plan: &Plan) -> (DestinationKind, Sensitivity) {
    let (first, highest) = match &event.to {
        None => (DestinationKind::PostHog, everywhere),
        Some(to) => {
            let kinds = to.value.iter().map(|kind| &kind.value);
            (kinds.clone().next().copied().unwrap_or(DestinationKind::PostHog), self::highest(kinds, plan))
        }
    };
    let converted = event.optimizely().map(|_| self::highest([DestinationKind::Optimizely].iter(), plan));
    (first, converted.map_or(highest, |converted| highest.max(converted)))
}

fn highest<'k>(kinds: impl Iterator<Item = &'k DestinationKind>, plan: &Plan) -> Sensitivity {
    let allowed = |kind: &DestinationKind| {
        let mut said = plan.destinations.iter().filter(|destination| destination.kind.value == *kind);
        said.find_map(|destination| destination.allow).map_or(Sensitivity::default(), |allow| allow.value)
    };
    kinds.map(allowed).max().unwrap_or(Sensitivity::Secret)
}

fn is_kept_back(property: &Property, class: Sensitivity, highest: Sensitivity) -> bool {
    let is_hashed = || property.hash.as_ref().is_some_and(|hash| hash.value);
    class > highest && class != Sensitivity::Secret && !is_hashed()
}

/// `kind` is one that would see it, if it were allowed to.
fn tell(property: &Property, class: Sensitivity, of: &str, kind: DestinationKind, diagnostics: &mut Diagnostics) {
    let (name, class, kind) = (&property.name, class.as_str(), kind.as_str());
    diagnostics
        .lint(
            Lint::UnreachableProperty,
            name.span,
            format!("`{}` is {class}, and no destination{of} may see it", name.value),
        )
        .help(format!(
            "let one see it, `destinations: {{ {kind}: {{ allow: {class} }} }}`, or send a hash, `hash: true`"
        ));
}
