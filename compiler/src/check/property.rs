//! Rules about single properties, and about properties that reach the person.

use super::reference::similar;
use super::value::{self, Wanted};
use crate::ast::index::Index;
use crate::ast::scalar::is_null;
use crate::ast::{EnumValue, PersonLink, Plan, Property, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{Literal, PersonWrite, Sensitivity};
use crate::list;
use crate::table::Names;

/// What must be there cannot be on its way out.
pub(super) fn deprecated_is_not_required(property: &Property, diagnostics: &mut Diagnostics) {
    let (Some(deprecated), Some(required)) = (&property.meta.deprecated, &property.required) else { return };
    if !required.value {
        return;
    }
    let (later, first) =
        if deprecated.key > required.key { (deprecated.key, required.key) } else { (required.key, deprecated.key) };
    diagnostics
        .error(Code::DeprecatedRequired, later, format!("`{}` is deprecated and required", property.name.value))
        .also(first, "and")
        .help("make it optional: remove `required`".to_owned());
}

/// A constant is one value, of its type where it has one.
pub(super) fn constant(property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Shape::Const { value, of } = &property.ty.shape else { return };
    if is_null(value) && of.is_none() {
        diagnostics
            .error(Code::EmptyValue, property.ty.span, "`const` has no value")
            .help("write a text, a number or a boolean".to_owned());
        return;
    }
    let literal = value::constant_literal(value, of.as_deref(), property.name.span, index, diagnostics);
    // The values of an enum are looked at where they are declared.
    let is_of_enum = of.as_deref().is_some_and(|of| index.enumeration(of).is_some());
    if matches!(literal, Some(Literal::Integer(_) | Literal::Number(_))) && !is_of_enum {
        value::exact(value, diagnostics);
    }
}

/// Examples are values of the property.
pub(super) fn examples(property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    if matches!(property.ty.shape, Shape::Const { .. }) {
        return;
    }
    for example in &property.examples {
        value::read(example, Wanted::of_property(property, example.span), index, diagnostics);
    }
}

/// What an event sets on the person is declared there, and both say the same of it.
pub(super) fn person_links(plan: &Plan, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let events = plan.events.items.iter().map(|event| &event.properties);
    let groups = plan.property_groups.items.iter().map(|group| &group.properties);
    for property in groups.chain(events).flat_map(|properties| &properties.items) {
        let Some(link) = property.person else { continue };
        match index.person.get(property.name.value.as_str()) {
            Some(person) => agree(property, link, person, index, diagnostics),
            None if plan.person.complete => {
                let name = &property.name.value;
                let help = similar("a property", name, &plan.person.items, diagnostics)
                    .unwrap_or_else(|| format!("declare `{name}` in `person`"));
                diagnostics
                    .error(Code::UnknownProperty, property.name.span, format!("the person has no property `{name}`"))
                    .also(link.span, "it is set on the person here")
                    .help(help);
            }
            None => {}
        }
    }
}

fn agree(property: &Property, link: PersonLink, person: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let name = &property.name.value;
    if !same_type(property, person, index) {
        diagnostics
            .error(Code::PersonMismatch, property.ty.span, format!("`{name}` is of another type on the person"))
            .also(person.ty.span, "declared here")
            .help("give both the same type".to_owned());
        return;
    }
    if property.is_nullable() && !person.is_nullable() {
        let span = property.nullable.as_ref().map_or(link.span, |nullable| nullable.key);
        diagnostics
            .error(Code::PersonMismatch, span, format!("`{name}` is not nullable on the person"))
            .also(person.name.span, "declared here")
            .help("add `nullable: true` there, or remove it here".to_owned());
    }
    if class(property) < class(person) {
        let span = property.sensitivity.map_or(property.name.span, |class| class.span);
        let wanted = class(person).as_str();
        diagnostics
            .error(Code::PersonMismatch, span, format!("`{name}` is `{wanted}` on the person, and less here"))
            .also(person.sensitivity.map_or(person.name.span, |class| class.span), "declared here")
            .help(format!("write `sensitivity: {wanted}`"));
    } else if class(property) == Sensitivity::Secret && class(person) != Sensitivity::Secret {
        let span = property.sensitivity.map_or(property.name.span, |class| class.span);
        diagnostics
            .error(Code::PersonMismatch, span, format!("`{name}` is `secret` here, and never reaches the person"))
            .also(link.span, "it is set on the person here")
            .help("remove `person`, or give it the class that it has on the person".to_owned());
    }
    let hash = |property: &Property| property.hash.as_ref().filter(|hash| hash.value).map(|hash| hash.key);
    match (hash(property), hash(person)) {
        (None, Some(there)) => {
            diagnostics
                .error(Code::PersonMismatch, link.span, format!("`{name}` is hashed on the person, and not here"))
                .also(there, "declared here")
                .help("write `hash: true`".to_owned());
        }
        (Some(here), None) => {
            diagnostics
                .error(Code::PersonMismatch, here, format!("`{name}` is hashed here, and not on the person"))
                .also(person.name.span, "declared here")
                .help("write `hash: true` there too, or remove it here".to_owned());
        }
        _ => {}
    }
    let once = person.person.filter(|declared| declared.write == PersonWrite::SetOnce);
    if let (Some(once), PersonWrite::Set) = (once, link.write) {
        diagnostics
            .error(Code::PersonMismatch, link.span, format!("`{name}` is set only once on the person"))
            .also(once.span, "declared here")
            .help("write `person: set_once`".to_owned());
    }
}

/// The class that the plan gives it.
pub(super) fn class(property: &Property) -> Sensitivity {
    property.sensitivity.map_or(Sensitivity::default(), |class| class.value)
}

/// Whether values of one fit the other; a part of an enum fits the whole, a constant its type.
pub(super) fn same_type(property: &Property, other: &Property, index: &Index<'_>) -> bool {
    if let Shape::Const { value, of } = &property.ty.shape {
        let told = &mut Diagnostics::default();
        let sent = value::constant_literal(value, of.as_deref(), value.span, index, told);
        let wanted = value::read(value, Wanted::of_property(other, value.span), index, told);
        // What is wanted as text is read as text, whatever it looks like: what is sent may be a number.
        return matches!((sent, wanted), (Some(sent), Some(wanted)) if is_alike(&sent, &wanted));
    }
    fits(&property.ty, &other.ty, index)
}

/// Whether two readings of one value arrive as the same kind of JSON.
fn is_alike(one: &Literal, other: &Literal) -> bool {
    let is_number = |literal: &Literal| matches!(literal, Literal::Integer(_) | Literal::Number(_));
    std::mem::discriminant(one) == std::mem::discriminant(other) || is_number(one) && is_number(other)
}

fn fits(ty: &TypeExpression, wanted: &TypeExpression, index: &Index<'_>) -> bool {
    let (Some(ty), Some(wanted)) = (index.resolve(ty), index.resolve(wanted)) else { return true };
    if std::ptr::eq(ty, wanted) {
        return true;
    }
    match (&ty.shape, &wanted.shape) {
        (Shape::Broken, _) | (_, Shape::Broken) => true,
        (Shape::Scalar(ty), Shape::Scalar(wanted)) => ty == wanted,
        (Shape::Subset { of, .. }, _) if !matches!(wanted.shape, Shape::Subset { .. }) => {
            index.types.get(of.as_str()).is_none_or(|declaration| fits(&declaration.ty, wanted, index))
        }
        (Shape::Subset { of: ty, only: some, .. }, Shape::Subset { of: wanted, only: all, .. }) => {
            let all = Names::of(&list::map(all, value::source_text));
            ty == wanted && some.iter().all(|value| all.contains(value::source_text(value)))
        }
        (Shape::Enum(ty), Shape::Enum(wanted)) => {
            let (some, all) = (ty.values.iter(), wanted.values.iter());
            let text = |value: &EnumValue| value::source_text(&value.value).to_owned();
            ty.open == wanted.open && some.map(text).eq(all.map(text))
        }
        (Shape::List(ty), Shape::List(wanted)) => fits(&ty.ty, &wanted.ty, index),
        (Shape::Map { keys: None, values: ty }, Shape::Map { keys: None, values: wanted }) => {
            fits(&ty.ty, &wanted.ty, index)
        }
        _ => false,
    }
}
