//! IR to tokens: one function for each kind of item, the shape of the output visible in its `quote!`.
//!
//! Items come out one by one. Only the macro ever holds the tokens of a whole plan ([`tokens`]); what
//! writes a file prints each item and forgets it.

mod constraint;
mod constructor;
mod conversion;
pub(crate) mod decisions;
mod deprecated;
mod destination;
mod docs;
mod enumeration;
mod event;
mod experiment;
mod extra;
mod field;
mod flag;
mod group;
mod literal;
mod merged;
mod module;
mod newtype;
mod object;
mod once;
mod payload;
mod scope;
mod setter;
mod shared;
mod types;
mod value;

use proc_macro2::TokenStream;
use quote::quote;

pub use self::decisions::rules;
pub use self::experiment::exposure;
pub use self::literal::json;
pub use self::module::{Items, Module};
#[cfg(feature = "text")]
pub(crate) use self::shared::number;
use crate::ir::Plan;

/// How the tokens name what is outside of the plan.
#[derive(Debug, Clone)]
pub struct Options {
    /// The path of the runtime crate: `::taxogen`, or `$crate` of the shell that calls the macro.
    pub runtime: TokenStream,
}

impl Default for Options {
    fn default() -> Self {
        Self { runtime: quote!(::taxogen) }
    }
}

/// The modules that have something in them, in the order of the output.
pub fn modules<'p>(plan: &'p Plan, options: &Options) -> impl Iterator<Item = Module<'p>> + use<'p> {
    module::all(plan, options)
}

/// What stands before the modules: which plan this is, and the guard that the runtime understands it.
#[must_use]
pub fn preamble(plan: &Plan, options: &Options) -> Vec<TokenStream> {
    let Options { runtime } = options;
    let (name, hash) = (plan.name.as_deref().unwrap_or_default(), &plan.hash);
    // What is sent names it; without that it would be dead code.
    let is_named = !(plan.events.is_empty()
        && plan.person.is_empty()
        && plan.groups.is_empty()
        && plan.super_properties.is_empty())
        || decisions::are_in(plan);
    let id = is_named.then(|| {
        let allow = destination::allow(&plan.destinations, options);
        quote! {
            #[doc = " Which plan, and which text of it, this code was compiled from."]
            pub const PLAN: #runtime::PlanId = #runtime::PlanId::new(#name, #hash) #allow;
        }
    });
    let guard = quote! {
        const _: () = #runtime::__private::CODEGEN_1;
    };
    id.into_iter().chain([guard]).collect()
}

/// The whole plan at once, for the macro.
#[must_use]
pub fn tokens(plan: &Plan, options: &Options) -> TokenStream {
    let preamble = preamble(plan, options);
    let modules = modules(plan, options).map(|module| {
        let items: Vec<_> = module.items().collect();
        let (attribute, name, uses) = (module.attribute(), module.ident(), module.uses());
        quote! {
            #attribute
            pub mod #name {
                #(#uses)*
                #(#items)*
            }
        }
    });
    quote! {
        #(#preamble)*
        #(#modules)*
    }
}
