//! The property that a condition asks for: of the person, or of the group that the flag counts.

use crate::ast::index::Index;
use crate::ast::{Condition, Flag, Property, Section};
use crate::check::reference::nearest;
use crate::code::Code;
use crate::diagnostic::Diagnostics;

/// The property of that name, where it is declared.
pub(crate) fn find<'p>(name: &str, flag: &Flag, index: &Index<'p>) -> Option<&'p Property> {
    match &flag.group {
        None => index.person.get(name).copied(),
        Some(group) => {
            let group = *index.groups.get(group.value.as_str())?;
            group.properties.items.iter().find(|property| property.name.value == name)
        }
    }
}

/// The same; one that is not declared is told.
pub(super) fn known<'p>(
    condition: &Condition,
    flag: &Flag,
    index: &Index<'p>,
    diagnostics: &mut Diagnostics,
) -> Option<&'p Property> {
    let name = condition.property.value.as_str();
    if let Some(property) = find(name, flag, index) {
        return Some(property);
    }
    let Some(group) = &flag.group else {
        unknown(condition, &index.plan.person, "the person", index, diagnostics);
        return None;
    };
    let group = *index.groups.get(group.value.as_str())?;
    unknown(condition, &group.properties, &format!("group `{}`", group.name.value), index, diagnostics);
    None
}

fn unknown(
    condition: &Condition,
    properties: &Section<Property>,
    of: &str,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    if !properties.complete {
        return;
    }
    let name = &condition.property.value;
    let names = properties.items.iter().map(|property| property.name.value.as_str());
    let is_person = std::ptr::eq(properties, &raw const index.plan.person);
    let help = match nearest(name, names, diagnostics) {
        Some(similar) => format!("a property with a similar name exists: `{similar}`"),
        None if is_person => match owner(name, index) {
            Some(group) => format!("it is one of group `{group}`: a flag with `group: {group}` asks for it"),
            None => format!("declare `{name}` in `person`"),
        },
        None if index.person.contains_key(name.as_str()) => {
            "it is one of the person: a flag with `group` asks for the group's alone".to_owned()
        }
        None => format!("declare `{name}` in the properties of that group"),
    };
    diagnostics
        .error(Code::UnknownProperty, condition.property.span, format!("{of} has no property `{name}`"))
        .help(help);
}

/// The first group that has a property of that name.
fn owner<'p>(name: &str, index: &Index<'p>) -> Option<&'p str> {
    let mut groups = index.plan.groups.items.iter();
    let group = groups.find(|group| group.properties.items.iter().any(|property| property.name.value == name))?;
    Some(&group.name.value)
}
