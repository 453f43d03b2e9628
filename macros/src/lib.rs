//! The macros of taxogen. An application reaches them through the crate `taxogen`, which wraps them in
//! `macro_rules!` of the same names, so that they know the runtime by whatever name it has there.
//!
//! They are shells: the plan is read, checked and turned into tokens by `taxogen-compiler`. A mistake is told
//! at the token that is wrong, and a stand-in takes the place of what could not be made.

mod arguments;
mod experiment;
mod failure;
mod literal;
mod name;
mod plan;
mod taxonomy;
mod tracking;

use proc_macro::TokenStream;

/// The items of a plan, after the path of the runtime in parentheses.
#[doc(hidden)]
#[proc_macro]
pub fn taxonomy(input: TokenStream) -> TokenStream {
    taxonomy::expand(input.into()).into()
}

/// The name of an event of the plan, as a literal.
#[doc(hidden)]
#[proc_macro]
pub fn event(input: TokenStream) -> TokenStream {
    name::expand(name::Kind::Event, input.into()).into()
}

/// The key of a flag of the plan, as a literal.
#[doc(hidden)]
#[proc_macro]
pub fn flag(input: TokenStream) -> TokenStream {
    name::expand(name::Kind::Flag, input.into()).into()
}

/// Implements the trait `Experiment` for an enum: one variant for each variant of the experiment's flag.
///
/// A variant of the enum stands for the variant of the plan that has the same words: `ShortForm` for
/// `short-form`. One with a name of its own says which it is. A variant that is missing, misspelt or not in the
/// plan does not compile.
///
/// Behind the key may follow `payload = types::CheckoutPayload<'static>`, the type that the plan gives to the flag's
/// payloads; `plan = "x.yaml"`, a path relative to the source file; and `crate = telemetry::taxogen`, where the runtime
/// is not called `::taxogen`.
#[proc_macro_derive(Experiment, attributes(experiment))]
pub fn experiment(input: TokenStream) -> TokenStream {
    experiment::expand(input.into()).into()
}
