//! The structs called `Properties`, of which nothing is required, because they are merged with what is known.

use proc_macro2::TokenStream;
use quote::quote;

use super::constructor::{Constructor, constructor};
use super::docs::Docs;
use super::event::{debug, lifetimes, place, plan_method, write_method};
use super::field::fields;
use super::once::Once;
use super::scope::{Scope, Std, ident};
use super::setter::setters;
use super::value;
use crate::ir::{PersonWrite, Property};

/// The name of the one struct in its module.
pub(super) const IDENT: &str = "Properties";

/// Whose properties they are.
struct Owner {
    trait_name: &'static str,
    docs: &'static str,
    must_use: &'static str,
    debug: &'static str,
    write: fn(&Scope<'_>, &Property) -> TokenStream,
}

/// The properties of a person.
pub(super) fn person(scope: &Scope<'_>, properties: &[Property]) -> TokenStream {
    let owner = Owner {
        trait_name: "PersonProperties",
        docs: "What is known of a person; what is not set stays as it is.",
        must_use: "the person has these properties only when they are set",
        debug: "debug_person",
        write: write_to_person,
    };
    merged(scope, properties, &owner)
}

/// The super properties.
pub(super) fn super_properties(scope: &Scope<'_>, properties: &[Property]) -> TokenStream {
    let owner = Owner {
        trait_name: "SuperProperties",
        docs: "What is part of every event; what is not set stays as it is.",
        must_use: "events have these properties only when they are registered",
        debug: "debug_super",
        write,
    };
    merged(scope, properties, &owner)
}

fn merged(scope: &Scope<'_>, properties: &[Property], owner: &Owner) -> TokenStream {
    let Owner { trait_name, docs, must_use, debug: debug_function, write } = *owner;
    for name in ["PlanId", "PropertyWriter", trait_name] {
        scope.uses_runtime(name);
    }
    scope.uses_std(Std::Fmt);
    let (ident, trait_name) = (ident(IDENT), super::scope::ident(trait_name));
    let docs = Docs::new().sentence(docs.to_owned()).tokens();
    let fields = fields(scope, None, properties);
    let (declared, elided) = lifetimes(scope.any_borrows(properties));
    let declarations = fields.iter().map(|field| field.declaration(scope));
    let Constructor { new, default, .. } = constructor(scope, &ident, properties, &fields, false, None);
    let setters = fields.iter().map(|field| Once::from(setters(scope, field)));
    let plan = plan_method();
    let write = write_method(&value::written(properties, |property| write(scope, property).into()));
    let debug = debug(scope, &ident, elided.as_ref(), debug_function);
    quote! {
        #docs
        #[must_use = #must_use]
        pub struct #ident #declared {
            #(#declarations)*
        }

        impl #declared #ident #declared {
            #new

            #(#setters)*
        }

        #default

        impl #trait_name for #ident #elided {
            #plan

            #write
        }

        #debug
    }
}

/// `properties.set().internal("country", &self.country);`
fn write_to_person(scope: &Scope<'_>, property: &Property) -> TokenStream {
    let wire = &property.name.wire;
    let place = place(property.person.unwrap_or(PersonWrite::Set));
    let method = value::method(property);
    let value = value::value(scope, property);
    quote!(properties.#place().#method(#wire, #value);)
}

/// `properties.internal("app_version", &self.app_version);`
fn write(scope: &Scope<'_>, property: &Property) -> TokenStream {
    let wire = &property.name.wire;
    let method = value::method(property);
    let value = value::value(scope, property);
    quote!(properties.#method(#wire, #value);)
}
