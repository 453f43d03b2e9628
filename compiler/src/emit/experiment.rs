use proc_macro2::TokenStream;
use quote::quote;

use super::decisions::rules;
use super::deprecated;
use super::docs::Docs;
use super::literal;
use super::scope::{Lifetime, Scope, ident};
use crate::ir::{Experiment, Exposure, FlagValue, Literal};

/// The key of an experiment: read with it, an assigned variant is an exposure. Variants, default and payloads are
/// those of its flag.
pub(super) fn experiment(scope: &Scope<'_>, experiment: &Experiment) -> TokenStream {
    let flag = scope.plan().flag_of(experiment);
    let FlagValue::Variants { ident: variants, .. } = &flag.value else {
        unreachable!("an experiment's flag has variants");
    };
    scope.uses_runtime("ExperimentKey");
    let ident = ident(&experiment.name.ident);
    let (key, flag_ident) = (&experiment.name.wire, super::scope::ident(&flag.name.ident));
    let docs = Docs::item(&experiment.name, &experiment.meta).plain(experiment.hypothesis.as_deref()).tokens();
    let deprecated = deprecated::attribute(experiment.meta.deprecated.as_ref());
    let expected = deprecated::expected(flag.meta.deprecated.is_some());
    let ty = scope.flag_enum(variants);
    let payload = flag.payload_type.as_ref().map(|payload| scope.ty(payload, Lifetime::Static));
    let payload = payload.map(|payload| quote!(, #payload));
    let exposure = exposure(&experiment.exposure, scope.runtime()).map(|exposure| quote!(.with_exposure(#exposure)));
    let rules = rules(experiment, &quote!(RuleKind)).map(|rules| quote!(.with_rules(#rules)));
    quote! {
        #docs
        #deprecated
        #expected
        pub const #ident: ExperimentKey<#ty #payload> = ExperimentKey::new(#key, super::flags::#flag_ident) #exposure #rules;
    }
}

/// What is captured when somebody sees an experiment; `None` where it is the usual.
#[must_use]
pub fn exposure(exposure: &Exposure, runtime: &TokenStream) -> Option<TokenStream> {
    if exposure.is_usual() {
        return None;
    }
    let event = exposure.event.as_ref().map(|event| quote!(new(#event)));
    let event = event.unwrap_or_else(|| quote!(VIEWED));
    let writes = exposure.properties.iter().map(|(name, value)| {
        let value = match value {
            Literal::Boolean(value) => quote!(&#value),
            Literal::Integer(value) => {
                let value = literal::typed_integer(*value);
                quote!(&#value)
            }
            Literal::Number(value) => {
                let value = literal::number(*value);
                quote!(&#value)
            }
            Literal::Text(value) => quote!(#value),
            Literal::Null | Literal::List(_) | Literal::Map(_) => unreachable!("what is no single value was told"),
        };
        quote!(properties.public(#name, #value);)
    });
    let properties = (!exposure.properties.is_empty()).then(|| quote!(.with_properties(|properties| { #(#writes)* })));
    Some(quote!(#runtime::Exposure::#event #properties))
}
