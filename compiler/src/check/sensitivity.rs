//! Who may see a property: classes against what is held, and keyed hashes.

use std::collections::HashSet;

use crate::ast::index::Index;
use crate::ast::{Property, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{Scalar, Sensitivity};
use crate::lint::Lint;
use crate::source::Span;

/// A hash stands in for a value that has one text, where a destination may not see it.
pub(super) fn hash(property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(hash) = property.hash.as_ref().filter(|hash| hash.value) else { return };
    let name = &property.name.value;
    match property.sensitivity.map(|class| (class.value, class.span)) {
        Some((Sensitivity::Public, class)) => {
            let message = format!("`{name}` is `public`: everybody gets the value, and nobody its hash");
            let told = diagnostics.error(Code::UselessHash, hash.key, message).also(class, "its class");
            told.help("remove `hash`, or write `sensitivity: personal`".to_owned());
            return;
        }
        Some((Sensitivity::Secret, class)) => {
            let message = format!("`{name}` is `secret`: it never leaves the process, and no hash of it does");
            let told = diagnostics.error(Code::UselessHash, hash.key, message).also(class, "its class");
            told.help("remove `hash`, or write `sensitivity: personal`".to_owned());
            return;
        }
        _ => {}
    }
    let Some(resolved) = index.resolve(&property.ty) else { return };
    let what = match &resolved.shape {
        Shape::Object(_) => "an object",
        Shape::List(_) => "a list",
        Shape::Map { .. } => "a map",
        Shape::Const { .. } => "a constant",
        Shape::Scalar(Scalar::Json) => "any JSON",
        Shape::Scalar(_) | Shape::Enum(_) | Shape::Subset { .. } | Shape::Named(_) | Shape::Broken => return,
    };
    let message = format!("`{name}` is {what}, which is not hashed");
    let help = "remove `hash`: only texts, numbers, booleans, points in time and enums are hashed";
    diagnostics.error(Code::UselessHash, hash.key, message).help(help.to_owned());
}

/// A property is as sensitive as what it holds, whatever is written beside it.
pub(super) fn class(property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(class) = property.sensitivity.filter(|class| class.value < Sensitivity::Personal) else { return };
    if let Some(field) = personal_inside(&property.ty, index) {
        let message = format!("`{}` holds something `personal`, and is `personal` itself", property.name.value);
        diagnostics
            .lint(Lint::RaisedClass, class.span, message)
            .also(field, "it holds this")
            .help("write `sensitivity: personal`: a destination sees a property whole or not at all".to_owned());
    }
}

/// A field inside a type that is written to be personal; a `secret` one is left out of its object.
fn personal_inside(ty: &TypeExpression, index: &Index<'_>) -> Option<Span> {
    let mut seen = HashSet::new();
    let mut waiting = vec![ty];
    while let Some(ty) = waiting.pop() {
        match &ty.shape {
            Shape::Named(name) if seen.insert(name.as_str()) => {
                waiting.extend(index.types.get(name.as_str()).map(|declaration| &declaration.ty));
            }
            Shape::List(element) | Shape::Map { values: element, .. } => waiting.push(&element.ty),
            Shape::Object(fields) => {
                for field in &fields.items {
                    match field.sensitivity.map(|class| class.value) {
                        Some(Sensitivity::Personal) => return Some(field.name.span),
                        Some(Sensitivity::Secret) => {}
                        _ => waiting.push(&field.ty),
                    }
                }
            }
            _ => {}
        }
    }
    None
}
