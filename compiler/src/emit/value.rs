//! The lines that write properties.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::field::Presence;
use super::scope::{Scope, ident};
use super::{constraint, literal};
use crate::ir::{Literal, Property, Sensitivity, Type, TypeId, TypeKind};

/// `&self.referral_code.max_length(32)`, or the constant.
pub(super) fn value(scope: &Scope<'_>, property: &Property) -> TokenStream {
    let constant = match &property.ty {
        Type::Const(constant) => Some(constant),
        _ => None,
    };
    if let Some(constant) = constant {
        return self::constant(scope, constant);
    }
    let field = ident(&property.name.ident);
    let calls = constraint::calls(&property.constraints);
    if calls.is_some() {
        scope.uses_runtime("Constrain");
    }
    if Presence::of(property) == Presence::RequiredOrNull {
        scope.uses_runtime("OrNull");
        return quote!(&OrNull(&self.#field)#calls);
    }
    quote!(&self.#field #calls)
}

fn constant(scope: &Scope<'_>, constant: &Literal) -> TokenStream {
    match constant {
        Literal::Null => {
            scope.uses_runtime("Null");
            quote!(&Null)
        }
        Literal::Boolean(value) => quote!(&#value),
        Literal::Integer(value) => {
            let value = literal::typed_integer(*value);
            quote!(&#value)
        }
        Literal::Number(value) => {
            let value = literal::number(*value);
            quote!(&#value)
        }
        Literal::Text(text) => quote!(#text),
        Literal::List(_) | Literal::Map(_) => {
            let json = super::payload::json(scope, constant);
            quote!(&#json)
        }
    }
}

/// What is written of a property: nothing of a `secret` one.
pub(super) fn is_written(property: &Property) -> bool {
    property.sensitivity != Sensitivity::Secret
}

/// The writer's method: a property is as sensitive as the most sensitive field that is written of it.
pub(super) fn method(scope: &Scope<'_>, property: &Property) -> Ident {
    let sensitivity = property.sensitivity.max(most_sensitive(scope, &property.ty));
    let name = match sensitivity {
        Sensitivity::Public => "public",
        Sensitivity::Internal => "internal",
        Sensitivity::Personal | Sensitivity::Secret => "personal",
    };
    format_ident!("{name}")
}

fn most_sensitive(scope: &Scope<'_>, ty: &Type) -> Sensitivity {
    let mut most = Sensitivity::Public;
    let mut seen: Vec<TypeId> = Vec::new();
    let mut waiting = vec![ty];
    while let Some(ty) = waiting.pop() {
        match ty {
            Type::Scalar(_) | Type::Const(_) => {}
            Type::List(element) => waiting.push(&element.ty),
            Type::Map { values, .. } => waiting.push(&values.ty),
            Type::Named(id) if seen.contains(id) => {}
            Type::Named(id) => {
                seen.push(*id);
                match &scope.plan().type_item(*id).kind {
                    TypeKind::Alias(target) => waiting.push(target),
                    TypeKind::Object(properties) => {
                        for property in properties.iter().filter(|property| is_written(property)) {
                            most = most.max(raised(property.sensitivity));
                            waiting.push(&property.ty);
                        }
                    }
                    TypeKind::Enum(_) | TypeKind::Constrained { .. } => {}
                }
            }
        }
    }
    most
}

/// What a field adds to the property that holds it: `internal` is where nothing was said, and does not
/// take from a property that is called `public`.
fn raised(field: Sensitivity) -> Sensitivity {
    if field == Sensitivity::Internal { Sensitivity::Public } else { field }
}
