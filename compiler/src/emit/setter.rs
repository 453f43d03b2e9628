use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::deprecated;
use super::docs::Docs;
use super::field::{Field, Presence};
use super::once::Once;
use super::scope::Scope;

/// `with_x`, and `with_x_null` where null is a value of its own; nothing for a required property.
pub(super) fn setters(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    match field.presence() {
        Presence::Required | Presence::RequiredOrNull => TokenStream::new(),
        Presence::Optional => {
            let value = Once::from(value(scope, field));
            setter(scope, field, quote!(Some(#value)))
        }
        Presence::OptionalOrNull => {
            let value = Once::from(value(scope, field));
            let setter = Once::from(setter(scope, field, quote!(Nullable::Value(#value))));
            let to_null = Once::from(to_null(field));
            quote!(#setter #to_null)
        }
    }
}

fn setter(scope: &Scope<'_>, field: &Field<'_>, stored: TokenStream) -> TokenStream {
    let Field { property, ident, .. } = field;
    let stored = Once::from(stored);
    let docs = Once::from(Docs::property(property).tokens());
    let deprecated = deprecated::attribute(property.meta.deprecated.as_ref());
    let name = format_ident!("with_{}", ident);
    let parameter = Once::from(field.parameter(scope));
    quote! {
        #docs
        #deprecated
        pub fn #name(mut self, #ident: #parameter) -> Self {
            self.#ident = #stored;
            self
        }
    }
}

fn value(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let ident = &field.ident;
    let given = if field.converts(scope) { quote!(#ident.into()) } else { quote!(#ident) };
    field.boxing(given)
}

fn to_null(field: &Field<'_>) -> TokenStream {
    let Field { property, ident, .. } = field;
    let docs = Docs::new().sentence(format!("Sends {} as null.", super::docs::code(&property.name.wire))).tokens();
    let deprecated = deprecated::attribute(property.meta.deprecated.as_ref());
    let name = format_ident!("with_{}_null", ident);
    quote! {
        #docs
        #deprecated
        pub fn #name(mut self) -> Self {
            self.#ident = Nullable::Null;
            self
        }
    }
}
