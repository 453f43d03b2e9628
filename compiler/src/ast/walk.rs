//! Every type and every property of a plan, wherever it stands.

use super::{Constraints, Meta, Named, Plan, Property, Section, Shape, Text, TypeExpression};

/// Something that a rule looks at.
#[derive(Clone, Copy)]
pub(crate) enum Place<'p> {
    /// A type, with the bounds that stand beside it.
    Type(&'p TypeExpression, Option<&'p Constraints>),
    /// A property of anything.
    Property(&'p Property),
    /// What stands on a named thing, with its name, and on an enum value.
    Meta(&'p Meta, Option<&'p Text>),
    /// The properties of one thing, with what it includes.
    Properties(&'p Section<Property>, &'p [Text]),
}

/// Calls `visit` with each of them, in the order of the plan.
pub(crate) fn plan<'p>(plan: &'p Plan, visit: &mut dyn FnMut(Place<'p>)) {
    metas(&plan.targets, visit);
    metas(&plan.owners, visit);
    for declaration in &plan.types.items {
        visit(Place::Meta(&declaration.meta, Some(&declaration.name)));
        expression(&declaration.ty, Some(&declaration.constraints), visit);
    }
    for group in &plan.property_groups.items {
        visit(Place::Meta(&group.meta, Some(&group.name)));
        properties(&group.properties, &group.include, visit);
    }
    properties(&plan.super_properties, &[], visit);
    properties(&plan.person, &[], visit);
    for group in &plan.groups.items {
        visit(Place::Meta(&group.meta, Some(&group.name)));
        properties(&group.properties, &[], visit);
    }
    metas(&plan.cohorts, visit);
    for event in &plan.events.items {
        visit(Place::Meta(&event.meta, Some(&event.name)));
        properties(&event.properties, &event.include, visit);
    }
    for flag in &plan.flags.items {
        visit(Place::Meta(&flag.meta, Some(&flag.name)));
        if let Some(variants) = &flag.variants {
            metas(&variants.section, visit);
        }
        if let Some(payload) = &flag.payload_type {
            expression(&payload.ty, Some(&payload.constraints), visit);
        }
    }
    metas(&plan.experiments, visit);
}

fn properties<'p>(section: &'p Section<Property>, include: &'p [Text], visit: &mut dyn FnMut(Place<'p>)) {
    visit(Place::Properties(section, include));
    for property in &section.items {
        visit(Place::Meta(&property.meta, Some(&property.name)));
        visit(Place::Property(property));
        expression(&property.ty, Some(&property.constraints), visit);
    }
}

fn expression<'p>(ty: &'p TypeExpression, constraints: Option<&'p Constraints>, visit: &mut dyn FnMut(Place<'p>)) {
    visit(Place::Type(ty, constraints));
    match &ty.shape {
        Shape::Object(section) => properties(section, &[], visit),
        Shape::List(element) => expression(&element.ty, Some(&element.constraints), visit),
        Shape::Map { keys, values } => {
            if let Some(keys) = keys {
                expression(keys, None, visit);
            }
            expression(&values.ty, Some(&values.constraints), visit);
        }
        Shape::Enum(shape) => shape.values.iter().for_each(|value| visit(Place::Meta(&value.meta, None))),
        Shape::Const { of: Some(of), .. } => expression(of, None, visit),
        Shape::Scalar(_) | Shape::Named(_) | Shape::Subset { .. } | Shape::Const { .. } | Shape::Broken => {}
    }
}

fn metas<'p, T: Named + 'p>(section: &'p Section<T>, visit: &mut dyn FnMut(Place<'p>)) {
    for item in &section.items {
        visit(Place::Meta(item.meta(), Some(item.name())));
    }
}
