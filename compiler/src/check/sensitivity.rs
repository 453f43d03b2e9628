//! Who may see a property: classes against what is held, and keyed hashes.

use crate::ast::index::Index;
use crate::ast::{Property, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{Scalar, Sensitivity};
use crate::lint::Lint;
use crate::source::Span;
use crate::table::Names;

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
    if let Some((held, field)) = highest_inside(&property.ty, index).filter(|(held, _)| *held > class.value) {
        let (name, held) = (&property.name.value, held.as_str());
        diagnostics
            .lint(Lint::RaisedClass, class.span, format!("`{name}` holds something `{held}`, and is `{held}` itself"))
            .also(field, "it holds this")
            .help(format!("write `sensitivity: {held}`: a destination sees a property whole or not at all"));
    }
}

/// The highest class that is written beside a field inside a type; a `secret` one is left out of its object.
pub(crate) fn highest_inside(ty: &TypeExpression, index: &Index<'_>) -> Option<(Sensitivity, Span)> {
    let mut highest: Option<(Sensitivity, Span)> = None;
    let mut seen = Names::new();
    let mut waiting = vec![ty];
    while let Some(ty) = waiting.pop() {
        match &ty.shape {
            Shape::Named(name) if seen.add(name) => {
                waiting.extend(index.types.get(name.as_str()).map(|declaration| &declaration.ty));
            }
            Shape::List(element) | Shape::Map { values: element, .. } => waiting.push(&element.ty),
            Shape::Object(fields) => {
                for field in &fields.items {
                    let own = field.sensitivity.map(|class| class.value);
                    if own == Some(Sensitivity::Secret) {
                        continue;
                    }
                    if let Some(own) = own.filter(|own| highest.is_none_or(|(highest, _)| *own > highest)) {
                        highest = Some((own, field.name.span));
                    }
                    waiting.push(&field.ty);
                }
            }
            _ => {}
        }
    }
    highest
}
