//! The lines that write properties.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::field::Presence;
use super::scope::{Scope, ident};
use super::shared::Lines;
use super::{constraint, literal};
use crate::ir::{Literal, Property, Sensitivity, Type};

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

/// What writes each property: a `secret` one is not written.
pub(super) fn written<'p>(properties: &'p [Property], write: impl FnMut(&'p Property) -> Lines) -> Vec<Lines> {
    properties.iter().filter(|property| property.sensitivity != Sensitivity::Secret).map(write).collect()
}

/// The writer's method for a property of that class, behind `hashed()` where who may not see it gets a hash.
pub(super) fn method(property: &Property) -> TokenStream {
    let class = ident(match property.sensitivity {
        Sensitivity::Public => "public",
        Sensitivity::Internal => "internal",
        Sensitivity::Personal | Sensitivity::Secret => "personal",
    });
    if property.hash { quote!(hashed().#class) } else { class.into_token_stream() }
}
