use proc_macro2::TokenStream;
use quote::quote;

use super::constructor::{Constructor, constructor};
use super::docs::Docs;
use super::event::{debug, lifetimes, place, plan_method, write_method};
use super::field::fields;
use super::scope::{Scope, Std, ident};
use super::setter::setters;
use super::value;
use crate::ir::{PersonWrite, Property};

/// The name of the one struct in the module `person`.
pub(super) const IDENT: &str = "Properties";

/// The properties of a person, all of them optional.
pub(super) fn person(scope: &Scope<'_>, properties: &[Property]) -> TokenStream {
    for name in ["PersonProperties", "PlanId", "PropertyWriter"] {
        scope.uses_runtime(name);
    }
    scope.uses_std(Std::Fmt);
    let ident = ident(IDENT);
    let docs = Docs::new().sentence("What is known of a person; what is not set stays as it is.".to_owned()).tokens();
    let fields = fields(scope, None, properties);
    let (declared, elided) = lifetimes(scope.any_borrows(properties));
    let declarations = fields.iter().map(|field| field.declaration(scope));
    let Constructor { new, default, .. } = constructor(scope, &ident, properties, &fields, None);
    let setters = fields.iter().filter_map(|field| setters(scope, field));
    let write = write_method(value::written(properties, |property| write(scope, property)));
    let plan = plan_method();
    let debug = debug(scope, &ident, elided.as_ref(), "debug_person");
    quote! {
        #docs
        #[must_use = "the person has these properties only when they are set"]
        pub struct #ident #declared {
            #(#declarations,)*
        }

        impl #declared #ident #declared {
            #new

            #(#setters)*
        }

        #default

        impl PersonProperties for #ident #elided {
            #plan

            #write
        }

        #debug
    }
}

/// `properties.set().internal("country", &self.country);`
fn write(scope: &Scope<'_>, property: &Property) -> TokenStream {
    let wire = &property.name.wire;
    let place = place(property.person.unwrap_or(PersonWrite::Set));
    let method = value::method(property);
    let value = value::value(scope, property);
    quote!(properties.#place().#method(#wire, #value);)
}
