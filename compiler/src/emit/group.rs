use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::deprecated;
use super::docs::Docs;
use super::event::{debug, plan_method, write_method};
use super::field::fields;
use super::once::Once;
use super::scope::{Lifetime, Scope, Std, ident};
use super::setter::setters;
use super::value;
use crate::ir::{Group, Property, Scalar};

/// A group that people belong to: its key, and its properties, all of them optional.
pub(super) fn group(scope: &Scope<'_>, group: &Group) -> TokenStream {
    for name in ["Group", "PlanId", "PropertyWriter"] {
        scope.uses_runtime(name);
    }
    scope.uses_std(Std::Fmt);
    let Group { name, meta, properties } = group;
    let (ident, wire) = (ident(&name.ident), &name.wire);
    let docs = Docs::item(name, meta).tokens();
    let deprecated = deprecated::attribute(meta.deprecated.as_ref());
    let text = scope.scalar(Scalar::String, Lifetime::Named);
    let key = key_ident(properties);
    let fields = fields(scope, None, properties);
    let declarations = fields.iter().map(|field| field.declaration(scope));
    let inits = fields.iter().map(|field| {
        let (ident, unset) = (&field.ident, field.unset());
        quote!(#ident: #unset)
    });
    let setters = fields.iter().map(|field| Once::from(setters(scope, field)));
    let plan = plan_method();
    let write = write_method(&value::written(properties, |property| write(scope, property).into()));
    let debug = debug(scope, &ident, Some(&quote!(<'_>)), "debug_group");
    quote! {
        #docs
        #[must_use = "a group is known only when it is given to the user"]
        pub struct #ident<'a> {
            #key: #text,
            #(#declarations)*
        }

        impl<'a> #ident<'a> {
            pub const TYPE: &'static str = #wire;

            #deprecated
            pub fn new(key: impl Into<#text>) -> Self {
                Self { #key: key.into(), #(#inits,)* }
            }

            #(#setters)*
        }

        impl Group for #ident<'_> {
            #plan

            fn group_type(&self) -> &'static str {
                Self::TYPE
            }

            fn key(&self) -> &str {
                &self.#key
            }

            #write
        }

        #debug
    }
}

/// The field of the group's key: `key`, unless a property is called so.
fn key_ident(properties: &[Property]) -> impl ToTokens + use<> {
    let mut name = "key".to_owned();
    while properties.iter().any(|property| property.name.ident == name) {
        name.push('_');
    }
    ident(&name)
}

/// `properties.internal("employee_count", &self.employee_count);`
fn write(scope: &Scope<'_>, property: &Property) -> TokenStream {
    let wire = &property.name.wire;
    let method = value::method(property);
    let value = value::value(scope, property);
    quote!(properties.#method(#wire, #value);)
}
