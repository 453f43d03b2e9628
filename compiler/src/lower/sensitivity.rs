//! A property is as sensitive as the most sensitive thing that it holds.
//!
//! A destination sees a property whole or not at all: with a `personal` field somewhere inside, the object, or the list
//! or map of such objects, is personal too, whatever is written beside it; so it is with `internal` and `public`. A `secret` field is left out of its object, so
//! that it makes nothing else secret.

use crate::ir::{Plan, Property, Sensitivity, Type, TypeItem, TypeKind};

/// Raises the class of every property to that of what it holds.
pub(super) fn raise(plan: &mut Plan) {
    let held = held(&plan.types);
    let events = plan.events.iter_mut().map(|event| &mut event.properties);
    let groups = plan.groups.iter_mut().map(|group| &mut group.properties);
    for property in events.chain(groups).chain([&mut plan.super_properties, &mut plan.person]).flatten() {
        property.sensitivity = property.sensitivity.max(inside(&property.ty, &held));
    }
}

/// The class of what each type holds. Types may hold one another in circles: the classes rise until none rises more.
fn held(types: &[TypeItem]) -> Vec<Sensitivity> {
    let mut held = vec![Sensitivity::Public; types.len()];
    loop {
        let mut is_stable = true;
        for (at, item) in types.iter().enumerate().rev() {
            let class = match &item.kind {
                TypeKind::Object(fields) => {
                    fields.iter().map(|field| class(field, &held)).max().unwrap_or(Sensitivity::Public)
                }
                TypeKind::Alias(ty) | TypeKind::Newtype { ty, .. } => inside(ty, &held),
                TypeKind::Enum(_) => Sensitivity::Public,
            };
            if class > held[at] {
                held[at] = class;
                is_stable = false;
            }
        }
        if is_stable {
            return held;
        }
    }
}

/// What a field makes of its object.
fn class(field: &Property, held: &[Sensitivity]) -> Sensitivity {
    match field.own_class {
        // It is not written.
        Some(Sensitivity::Secret) => Sensitivity::Public,
        // Of a field that says nothing the property outside decides.
        own => inside(&field.ty, held).max(own.unwrap_or(Sensitivity::Public)),
    }
}

fn inside(ty: &Type, held: &[Sensitivity]) -> Sensitivity {
    match ty {
        Type::Named(id) => held[id.0],
        Type::List(element) | Type::Map { values: element, .. } => inside(&element.ty, held),
        Type::Scalar(_) | Type::Const(_) => Sensitivity::Public,
    }
}
