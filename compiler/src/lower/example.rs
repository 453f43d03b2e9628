//! Examples of events.

use super::types::Types;
use crate::ast::index::Index;
use crate::ast::{Event, Property, Section, Text};
use crate::check::value::{self, Wanted};
use crate::diagnostic::Diagnostics;
use crate::ir::Literal;
use crate::list;
use crate::yaml::{Entry, NodeKind};

/// The examples of an event, as maps of its properties.
pub(super) fn all(event: &Event, types: &Types<'_>) -> Vec<Literal> {
    let maps = event.examples.iter().map(|example| match &example.kind {
        NodeKind::Mapping(entries) => entries,
        _ => unreachable!("an example that is no map was told"),
    });
    maps.map(|entries| Literal::Map(list::map(entries, |entry| value(entry, event, types)))).collect()
}

fn value(entry: &Entry, event: &Event, types: &Types<'_>) -> (String, Literal) {
    let name = &entry.key.text;
    let value = match property(name, &event.properties, &event.include, types.index) {
        Some(property) => types.literal(&entry.value, Wanted::of_property(property, entry.key.span)),
        // An open event has properties of which the plan knows nothing.
        None => value::untyped(&entry.value, &mut Diagnostics::default()).expect("what is no value was told"),
    };
    (name.to_string(), value)
}

/// The property of that name: an own one, else one that is included.
fn property<'p>(
    name: &str,
    own: &'p Section<Property>,
    include: &'p [Text],
    index: &Index<'p>,
) -> Option<&'p Property> {
    if let Some(property) = own.items.iter().find(|property| property.name.value == name) {
        return Some(property);
    }
    include.iter().find_map(|included| {
        let included = included.value.as_str();
        if let Some(group) = index.property_groups.get(included) {
            return property(name, &group.properties, &group.include, index);
        }
        let object = index.object(&index.types.get(included)?.ty)?;
        object.items.iter().find(|property| property.name.value == name)
    })
}
