use proc_macro2::TokenStream;
use quote::quote;

use super::constructor::{Constructor, constructor};
use super::docs::Docs;
use super::event::lifetimes;
use super::field::{Field, fields};
use super::once::Once;
use super::payload;
use super::scope::{Scope, Std, ident};
use super::setter::setters;
use super::value;
use crate::ir::{Property, Sensitivity, TypeId, TypeItem};

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
        let declaration = Once::from(field.declaration(scope));
        Once::from(quote!(#visibility #declaration))
    });
    let Constructor { new, required, default } =
        constructor(scope, &ident, properties, &fields, false, meta.deprecated.as_ref());
    let setters = fields.iter().map(|field| Once::from(setters(scope, field)));
    let write = write(scope, properties);
    let debug = hides_something(properties).then(|| debug(scope, item, &fields));
    let derived_debug = debug.is_none().then(|| quote!(Debug,));
    let payload = decoded.then(|| payload::object(scope, item, &fields));
    quote! {
        #docs
        #[derive(Clone, #derived_debug PartialEq)]
        #[must_use = "a value is sent only as part of an event"]
        pub struct #ident #declared {
            #(#declarations)*
        }

        #required

        impl #declared #ident #declared {
            #new

            #(#setters)*
        }

        #default

        #debug

        impl Value for #ident #elided {
            fn write(&self, out: &mut ValueWriter<'_>) {
                #write
            }
        }

        #payload
    }
}

/// Whether a field of it is nobody's to see in a log.
fn hides_something(properties: &[Property]) -> bool {
    properties.iter().any(|property| hidden(property).is_some())
}

/// What `Debug` shows in place of a value.
fn hidden(property: &Property) -> Option<&'static str> {
    match property.sensitivity {
        Sensitivity::Public | Sensitivity::Internal => None,
        Sensitivity::Personal => Some("<personal>"),
        Sensitivity::Secret => Some("<secret>"),
    }
}

/// `Debug` that hides what is personal or secret.
fn debug(scope: &Scope<'_>, item: &TypeItem, fields: &[Field<'_>]) -> TokenStream {
    scope.uses_std(Std::Fmt);
    let (ident, (_, elided)) = (ident(&item.name.ident), lifetimes(item.borrows));
    let name = &item.name.ident;
    let fields = fields.iter().map(|Field { property, ident, .. }| {
        let name = property.name.ident.trim_start_matches("r#");
        let hidden = hidden(property).map(|hidden| quote!(format_args!(#hidden)));
        let shown = hidden.unwrap_or_else(|| quote!(self.#ident));
        quote!(.field(#name, &#shown))
    });
    quote! {
        impl fmt::Debug for #ident #elided {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_struct(#name)#(#fields)*.finish()
            }
        }
    }
}

fn write(scope: &Scope<'_>, properties: &[Property]) -> TokenStream {
    let fields = value::written(properties, |property| {
        let (wire, value) = (&property.name.wire, value::value(scope, property));
        quote!(object.field(#wire, #value);).into()
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
