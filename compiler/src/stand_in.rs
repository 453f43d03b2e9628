//! What takes the place of a plan that does not compile: its names.
//!
//! Every type is one whose length is the error itself. The language says no more about such a type, so that code
//! which uses the names of the plan is not told to be wrong because the plan is.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ast::{Experiment, Named, Plan, Property, Section, TypeExpression};
use crate::diagnostic::Diagnostics;
use crate::emit::decisions::IDENT as DECISIONS;
use crate::lower::meta::said;
use crate::lower::shape::PAYLOAD;
use crate::lower::{names, shape};
use crate::parse;
use crate::source::Source;

/// The modules of a plan with errors, as far as it could be read. `error` is an expression that fails to compile;
/// it stands in the result once.
#[must_use]
pub fn items(source: &Source, error: &TokenStream) -> TokenStream {
    let (plan, ..) = parse::files(source, &mut Diagnostics::default());
    let properties = || vec!["Properties".to_owned()];
    let modules = [
        module("types", types(&plan), Vec::new()),
        module("events", structs(&plan.events.items), Vec::new()),
        module("flags", variant_enums(&plan), constants(&plan.flags.items)),
        module("experiments", Vec::new(), experiments(&plan.experiments.items)),
        module("person", properties(), Vec::new()),
        module("super_properties", properties(), Vec::new()),
        module("groups", structs(&plan.groups.items), Vec::new()),
    ];
    quote! {
        #[doc(hidden)]
        mod __taxogen_broken_plan {
            pub type Broken = [(); #error];
            pub const BROKEN: Broken = ::core::panic!();
        }
        #[allow(missing_docs)]
        pub const PLAN: __taxogen_broken_plan::Broken = __taxogen_broken_plan::BROKEN;
        #(#modules)*
    }
}

fn module(name: &str, types: Vec<String>, constants: Vec<String>) -> TokenStream {
    let name = ident(name);
    let types = idents(types);
    let constants = idents(constants);
    quote! {
        #[allow(dead_code, missing_docs)]
        pub mod #name {
            #(pub type #types = super::__taxogen_broken_plan::Broken;)*
            #(pub const #constants: super::__taxogen_broken_plan::Broken = super::__taxogen_broken_plan::BROKEN;)*
        }
    }
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Each name once, in order.
fn idents(mut names: Vec<String>) -> Vec<Ident> {
    names.sort_unstable();
    names.dedup();
    let mut idents = Vec::with_capacity(names.len());
    for name in names {
        idents.push(ident(&name));
    }
    idents
}

/// Declared types, and the shapes that stand inline anywhere.
fn types(plan: &Plan) -> Vec<String> {
    let mut types = structs(&plan.types.items);
    for declaration in &plan.types.items {
        shapes(&declaration.ty, names::camel(said(&declaration.name, &declaration.meta)), true, &mut types);
    }
    for group in &plan.property_groups.items {
        shapes_of(&group.properties, camel(group), &mut types);
    }
    for event in &plan.events.items {
        shapes_of(&event.properties, camel(event), &mut types);
    }
    shapes_of(&plan.super_properties, Some("Super".to_owned()), &mut types);
    shapes_of(&plan.person, Some("Person".to_owned()), &mut types);
    for group in &plan.groups.items {
        shapes_of(&group.properties, camel(group), &mut types);
    }
    for flag in &plan.flags.items {
        let (Some(payload), Some(stem)) = (&flag.payload_type, camel(flag)) else { continue };
        shape::visit_element(payload, &format!("{stem}{PAYLOAD}"), &mut |_, stem| add(stem, &mut types));
    }
    types
}

/// The shapes in the properties of `owner`.
fn shapes_of(properties: &Section<Property>, owner: Option<String>, types: &mut Vec<String>) {
    let Some(owner) = owner else { return };
    for property in &properties.items {
        shapes(&property.ty, names::nested(&owner, said(&property.name, &property.meta)), false, types);
    }
}

fn shapes(ty: &TypeExpression, stem: Option<String>, named: bool, types: &mut Vec<String>) {
    let Some(stem) = stem else { return };
    shape::visit(ty, &stem, named, &mut |_, stem| add(stem, types));
}

fn add(stem: &str, types: &mut Vec<String>) {
    with_required(names::finish_type(stem.to_owned()), types);
}

fn structs<T: Named>(items: &[T]) -> Vec<String> {
    let mut types = Vec::new();
    for item in items {
        if let Some(name) = names::type_name(said(item.name(), item.meta())) {
            with_required(name, &mut types);
        }
    }
    types
}

/// A struct, and that of its required properties, which it has when they are many.
fn with_required(name: String, types: &mut Vec<String>) {
    types.push(format!("{name}Required"));
    types.push(name);
}

fn variant_enums(plan: &Plan) -> Vec<String> {
    let flags = plan.flags.items.iter().filter(|flag| flag.variants.is_some());
    flags.filter_map(|flag| names::type_name(said(&flag.name, &flag.meta))).collect()
}

fn experiments(experiments: &[Experiment]) -> Vec<String> {
    let has_rules = experiments.iter().any(|experiment| !experiment.optimizely_rules.is_empty());
    let mut constants = constants(experiments);
    constants.extend(has_rules.then(|| DECISIONS.to_owned()));
    constants
}

fn constants<T: Named>(items: &[T]) -> Vec<String> {
    let mut constants = Vec::new();
    for item in items {
        constants.extend(names::constant(said(item.name(), item.meta())));
    }
    constants
}

fn camel(item: &dyn Named) -> Option<String> {
    names::camel(said(item.name(), item.meta()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_broken_plan_stay_known() {
        let source = Source::from_text(
            "taxonomy.yaml",
            "taxogen: 1\ntypes: { tier: { enum: [free, pro] } }\nflags: { dark-mode: { kind: release } }\n\
             experiments: { look: { flag: dark-mode, optimizely: { rules: { ab: experiment } } } }\n\
             events: { visited: { properties: { page: strng, items: { list: { object: { sku: string } } } } } }\n",
        );
        let text = items(&source, &quote!(compile_error!("broken"))).to_string();
        for name in [
            "type Tier",
            "type Visited ",
            "type VisitedItems ",
            "const DARK_MODE",
            "const LOOK",
            "const DECISIONS",
            "type Properties",
        ] {
            assert!(text.contains(&format!("pub {name}")), "{name} in {text}");
        }
        assert_eq!(text.matches("compile_error").count(), 1);
    }
}
