use proc_macro2::TokenStream;
use quote::quote;

use super::constructor::{Constructor, constructor};
use super::docs::Docs;
use super::event::lifetimes;
use super::field::fields;
use super::payload;
use super::scope::{Scope, ident};
use super::setter::setters;
use super::value;
use crate::ir::{Property, TypeId, TypeItem};

/// The struct of an object type, how it is built, and how it is written.
pub(super) fn object(scope: &Scope<'_>, id: TypeId, item: &TypeItem, properties: &[Property]) -> TokenStream {
    for name in ["Value", "ValueWriter"] {
        scope.uses_runtime(name);
    }
    let TypeItem { name, meta, borrows, decoded, .. } = item;
    let ident = ident(&name.ident);
    let docs = Docs::item(name, meta).tokens();
    let fields = fields(scope, Some(id), properties);
    let (declared, elided) = lifetimes(*borrows);
    // A payload is there to be read; by name, so that no value of one field is ever taken for another's.
    let visibility = decoded.then(|| quote!(pub));
    let declarations = fields.iter().map(|field| {
        let declaration = field.declaration(scope);
        quote!(#visibility #declaration)
    });
    let Constructor { new, required, default } =
        constructor(scope, &ident, properties, &fields, meta.deprecated.as_ref());
    let setters = fields.iter().filter_map(|field| setters(scope, field));
    let write = write(scope, properties);
    let payload = decoded.then(|| payload::object(scope, item, &fields));
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[must_use = "a value is sent only as part of an event"]
        pub struct #ident #declared {
            #(#declarations,)*
        }

        #required

        impl #declared #ident #declared {
            #new

            #(#setters)*
        }

        #default

        impl Value for #ident #elided {
            fn write(&self, out: &mut ValueWriter<'_>) {
                #write
            }
        }

        #payload
    }
}

fn write(scope: &Scope<'_>, properties: &[Property]) -> TokenStream {
    let fields = value::written(properties, |property| {
        let (wire, value) = (&property.name.wire, value::value(scope, property));
        quote!(object.field(#wire, #value);)
    });
    if fields.is_empty() {
        return quote!(out.object(|_| {}););
    }
    quote! {
        out.object(|object| {
            #(#fields)*
        });
    }
}
