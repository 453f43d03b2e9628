//! Properties.

use super::types::Types;
use super::{meta, names, shape};
use crate::ast::{Property, Section, Shape};
use crate::check::value::Wanted;
use crate::ir;
use crate::list;

/// The properties of a section; shapes in them are named behind `stem`.
pub(super) fn all<'p>(properties: &'p Section<Property>, stem: &str, types: &mut Types<'p>) -> Vec<ir::Property> {
    list::map(&properties.items, |property| self::property(property, stem, types))
}

fn property<'p>(property: &'p Property, stem: &str, types: &mut Types<'p>) -> ir::Property {
    let stem = if shape::may_be_in(&property.ty) {
        let said = meta::said(&property.name, &property.meta);
        names::nested(stem, said).expect("a name of which nothing is left was told")
    } else {
        String::new()
    };
    let examples = if matches!(property.ty.shape, Shape::Const { .. }) { &[] } else { property.examples.as_slice() };
    let own_class = property.sensitivity.map(|sensitivity| sensitivity.value);
    ir::Property {
        name: meta::name(&property.name, &property.meta, names::field),
        meta: meta::meta(&property.meta).into(),
        ty: types.expression(&property.ty, &stem, false),
        required: property.is_required(),
        nullable: property.is_nullable(),
        constraints: types.beside(&property.ty, &property.constraints).into(),
        sensitivity: own_class.unwrap_or_default(),
        own_class,
        hash: property.hash.as_ref().is_some_and(|hash| hash.value),
        person: property.person.map(|person| person.write),
        examples: list::map(examples, |example| types.literal(example, Wanted::of_property(property, example.span))),
        included_from: None,
    }
}
