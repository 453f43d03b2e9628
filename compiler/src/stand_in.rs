//! What takes the place of a plan that does not compile: its names.
//!
//! Every type is one whose length is the error itself. The language says no more about such a type, so that code
//! which uses the names of the plan is not told to be wrong because the plan is.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ast::{Meta, Named, Plan, Property, Text, TypeExpression};
use crate::diagnostic::Diagnostics;
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
    let properties = BTreeSet::from(["Properties".to_owned()]);
    let modules = [
        module("types", &types(&plan), &BTreeSet::new()),
        module("events", &structs(&plan.events.items), &BTreeSet::new()),
        module("flags", &variant_enums(&plan), &constants(&plan.flags.items)),
        module("experiments", &BTreeSet::new(), &constants(&plan.experiments.items)),
        module("person", &properties, &BTreeSet::new()),
        module("super_properties", &properties, &BTreeSet::new()),
        module("groups", &structs(&plan.groups.items), &BTreeSet::new()),
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

fn module(name: &str, types: &BTreeSet<String>, constants: &BTreeSet<String>) -> TokenStream {
    let name = ident(name);
    let types = types.iter().map(|name| ident(name));
    let constants = constants.iter().map(|name| ident(name));
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

/// Declared types, and the shapes that stand inline anywhere.
fn types(plan: &Plan) -> BTreeSet<String> {
    let mut types = structs(&plan.types.items);
    for declaration in &plan.types.items {
        shapes(&declaration.ty, names::camel(said(&declaration.name, &declaration.meta)), true, &mut types);
    }
    let groups = plan.property_groups.items.iter().map(|group| (camel_of(&group.name, &group.meta), &group.properties));
    let events = plan.events.items.iter().map(|event| (camel(event), &event.properties));
    let people = [("Super", &plan.super_properties), ("Person", &plan.person)];
    let people = people.map(|(owner, properties)| (Some(owner.to_owned()), properties));
    let kinds = plan.groups.items.iter().map(|group| (camel(group), &group.properties));
    for (owner, properties) in groups.chain(events).chain(people).chain(kinds) {
        let nested = |property: &Property| names::nested(owner.as_deref()?, said(&property.name, &property.meta));
        properties.items.iter().for_each(|property| shapes(&property.ty, nested(property), false, &mut types));
    }
    for flag in &plan.flags.items {
        let (Some(payload), Some(stem)) = (&flag.payload_type, camel(flag)) else { continue };
        shape::visit_element(payload, &format!("{stem}{PAYLOAD}"), &mut |_, stem| add(stem, &mut types));
    }
    types
}

fn shapes(ty: &TypeExpression, stem: Option<String>, named: bool, types: &mut BTreeSet<String>) {
    let Some(stem) = stem else { return };
    shape::visit(ty, &stem, named, &mut |_, stem| add(stem, types));
}

fn add(stem: &str, types: &mut BTreeSet<String>) {
    types.extend(with_required(names::finish_type(stem.to_owned())));
}

fn structs(items: &[impl Named]) -> BTreeSet<String> {
    items.iter().filter_map(|item| names::type_name(said(item.name(), item.meta()))).flat_map(with_required).collect()
}

/// A struct, and that of its required properties, which it has when they are many.
fn with_required(name: String) -> [String; 2] {
    [format!("{name}Required"), name]
}

fn variant_enums(plan: &Plan) -> BTreeSet<String> {
    let flags = plan.flags.items.iter().filter(|flag| flag.variants.is_some());
    flags.filter_map(|flag| names::type_name(said(&flag.name, &flag.meta))).collect()
}

fn constants(items: &[impl Named]) -> BTreeSet<String> {
    items.iter().filter_map(|item| names::constant(said(item.name(), item.meta()))).collect()
}

fn camel(item: &impl Named) -> Option<String> {
    camel_of(item.name(), item.meta())
}

fn camel_of(name: &Text, meta: &Meta) -> Option<String> {
    names::camel(said(name, meta))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_broken_plan_stay_known() {
        let source = Source::from_text(
            "taxonomy.yaml",
            "taxogen: 1\ntypes: { tier: { enum: [free, pro] } }\nflags: { dark-mode: { kind: release } }\n\
             events: { visited: { properties: { page: strng, items: { list: { object: { sku: string } } } } } }\n",
        );
        let text = items(&source, &quote!(compile_error!("broken"))).to_string();
        for name in ["type Tier", "type Visited ", "type VisitedItems ", "const DARK_MODE", "type Properties"] {
            assert!(text.contains(&format!("pub {name}")), "{name} in {text}");
        }
        assert_eq!(text.matches("compile_error").count(), 1);
    }
}
