//! Properties that no destination may see.

use std::collections::HashMap;

use super::Lint;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Plan, Property, Sensitivity};
use crate::source::Span;

/// Properties of a class that is sent nowhere. What is `secret` is meant to stay, and what is hashed goes as a hash.
///
/// Looks at what the plan means, because a property has the class of what it holds.
pub(crate) fn all(plan: &Plan, diagnostics: &mut Diagnostics) {
    let allowed = |kind: DestinationKind| {
        let said = plan.destinations.iter().find(|destination| destination.kind == kind);
        said.map_or(Sensitivity::default(), |destination| destination.allow)
    };
    let everywhere = highest(&DestinationKind::ALL, &allowed);
    let groups = plan.groups.iter().map(|group| &group.properties);
    for property in [&plan.person, &plan.super_properties].into_iter().chain(groups).flatten() {
        if is_kept_back(property, everywhere) {
            tell(property, "", DestinationKind::PostHog, diagnostics);
        }
    }
    // What several events include reaches somebody when it does with one of them.
    let mut kept_back: HashMap<Span, (&Property, DestinationKind, bool)> = HashMap::new();
    let mut order = Vec::new();
    for event in &plan.events {
        let first = event.to.as_ref().and_then(|to| to.first()).copied().unwrap_or(DestinationKind::PostHog);
        let highest = event.to.as_ref().map_or(everywhere, |to| highest(to, &allowed));
        for property in event.properties.iter().filter(|property| property.sensitivity > Sensitivity::Public) {
            let is_kept_back = is_kept_back(property, highest);
            if !is_kept_back && property.included_from.is_none() {
                continue;
            }
            let place = property.name.span;
            let known = kept_back.entry(place).or_insert_with(|| {
                order.push(place);
                (property, first, true)
            });
            known.2 &= is_kept_back;
        }
    }
    for place in order {
        if let (property, first, true) = kept_back[&place] {
            let events = if is_kept_back(property, everywhere) { "" } else { " of its event" };
            tell(property, events, first, diagnostics);
        }
    }
}

fn highest(kinds: &[DestinationKind], allowed: &dyn Fn(DestinationKind) -> Sensitivity) -> Sensitivity {
    kinds.iter().map(|kind| allowed(*kind)).max().unwrap_or(Sensitivity::Secret)
}

fn is_kept_back(property: &Property, highest: Sensitivity) -> bool {
    let class = property.sensitivity;
    class > highest && class != Sensitivity::Secret && !property.hash
}

/// `kind` is one that would see it, if it were allowed to.
fn tell(property: &Property, of: &str, kind: DestinationKind, diagnostics: &mut Diagnostics) {
    let (name, class, kind) = (&property.name, property.sensitivity.as_str(), kind.as_str());
    diagnostics
        .lint(
            Lint::UnreachableProperty,
            name.span,
            format!("`{}` is {class}, and no destination{of} may see it", name.wire),
        )
        .help(format!(
            "let one see it, `destinations: {{ {kind}: {{ allow: {class} }} }}`, or send a hash, `hash: true`"
        ));
}
