//! How inline shapes are named: after where they stand, never merged.

use super::names;
use crate::ast::{Element, Shape, TypeExpression};

/// What the element of a named list or map is called behind the name of the list or map.
pub(crate) const ITEM: &str = "Item";
/// What the enum of the keys of a map is called behind the name of the map.
pub(crate) const KEY: &str = "Key";
/// What the payload of a flag is called behind the name of the flag.
pub(crate) const PAYLOAD: &str = "Payload";

/// Calls `visit` with each inline shape of a type that needs a name, and with the stem of that name.
///
/// `stem` is the camel-case name of the type itself; `named` says that the type is declared under that
/// name, so that what it holds needs another one. Shapes inside objects come after the object.
pub(crate) fn visit<'e>(
    ty: &'e TypeExpression,
    stem: &str,
    named: bool,
    visit: &mut dyn FnMut(&'e TypeExpression, &str),
) {
    match &ty.shape {
        Shape::Enum(_) | Shape::Subset { .. } => {
            if !named {
                visit(ty, stem);
            }
        }
        Shape::Object(properties) => {
            if !named {
                visit(ty, stem);
            }
            for property in &properties.items {
                let said = super::meta::said(&property.name, &property.meta);
                if let Some(stem) = names::nested(stem, said) {
                    self::visit(&property.ty, &stem, false, visit);
                }
            }
        }
        Shape::List(element) => visit_element(element, &element_stem(stem, named), visit),
        Shape::Map { keys, values } => {
            if let Some(keys) = keys {
                self::visit(keys, &format!("{stem}{KEY}"), false, visit);
            }
            visit_element(values, &element_stem(stem, named), visit);
        }
        Shape::Scalar(_) | Shape::Named(_) | Shape::Const { .. } | Shape::Broken => {}
    }
}

/// What a list or map holds, or a payload is; with constraints it is a type of its own.
pub(crate) fn visit_element<'e>(element: &'e Element, stem: &str, visit: &mut dyn FnMut(&'e TypeExpression, &str)) {
    let named = is_constrained(element);
    if named {
        visit(&element.ty, stem);
    }
    self::visit(&element.ty, stem, named, visit);
}

/// Whether an element needs a type of its own, which checks it where it is built: when an event is
/// written, a list is looked at as a whole.
pub(crate) fn is_constrained(element: &Element) -> bool {
    !element.constraints.is_empty()
}

/// Whether there may be inline shapes in a type.
pub(crate) fn may_be_in(ty: &TypeExpression) -> bool {
    !matches!(ty.shape, Shape::Scalar(_) | Shape::Named(_) | Shape::Const { .. } | Shape::Broken)
}

/// The stem for what a list or map holds.
pub(crate) fn element_stem(stem: &str, named: bool) -> String {
    if named { format!("{stem}{ITEM}") } else { stem.to_owned() }
}
