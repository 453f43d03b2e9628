use proc_macro2::TokenStream;
use quote::quote;

use super::deprecated;
use super::docs::Docs;
use super::scope::{Scope, ident};
use crate::ir::{Experiment, FlagValue};

/// The key of an experiment: read with it, an assigned variant is an exposure.
pub(super) fn experiment(scope: &Scope<'_>, experiment: &Experiment) -> TokenStream {
    let flag = scope.plan().flag_of(experiment);
    let FlagValue::Variants { ident: variants, variants: all, default } = &flag.value else {
        unreachable!("an experiment's flag has variants");
    };
    scope.uses_runtime("ExperimentKey");
    let ident = ident(&experiment.name.ident);
    let (key, flag_key) = (&experiment.name.wire, &flag.name.wire);
    let docs = Docs::item(&experiment.name, &experiment.meta).plain(experiment.hypothesis.as_deref()).tokens();
    let deprecated = deprecated::attribute(experiment.meta.deprecated.as_ref());
    let expected = deprecated::expected(all[*default].meta.deprecated.is_some());
    let ty = scope.flag_enum(variants);
    let fallback = super::scope::ident(&all[*default].name.ident);
    quote! {
        #docs
        #deprecated
        #expected
        pub const #ident: ExperimentKey<#ty> = ExperimentKey::new(#key, #flag_key, || #ty::#fallback);
    }
}
