//! `#[derive(Experiment)]`: an enum of the application stands for the variants of an experiment.

mod attribute;
mod item;
mod matching;
mod payload;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use taxogen_compiler::emit;
use taxogen_compiler::ir::FlagValue;

use self::attribute::{Attribute, OwnVariant};
use self::item::{Generics, Item};
use crate::failure::Failure;
use crate::{name, plan, tracking};

/// The impl; where the enum does not fit the plan, what is wrong with it and an impl that stands in.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let Some(input) = Item::read(input) else {
        return Failure::new(Span::call_site(), "`Experiment` is derived for an enum").tokens();
    };
    let attribute = Attribute::of(&input);
    let (runtime, payload) = match &attribute {
        Ok(attribute) => (attribute.runtime.clone(), attribute.payload.clone()),
        Err(_) => (attribute::usual_runtime(), None),
    };
    match attribute.map_err(|failure| vec![failure]).and_then(|attribute| implement(&input, &attribute)) {
        Ok(tokens) => tokens,
        Err(failures) => {
            let failures = failures.iter().map(Failure::tokens);
            let stand_in = stand_in(&input, &runtime, payload.as_ref());
            quote!(#(#failures)* #stand_in)
        }
    }
}

fn implement(input: &Item, attribute: &Attribute) -> Result<TokenStream, Vec<Failure>> {
    let variants = own_variants(input)?;
    let key = &attribute.key;
    let compiled = plan::of_crate(attribute.plan.as_ref(), key.span).map_err(|failure| vec![failure])?;
    let plan = compiled.plan_for(key.span).map_err(|failure| vec![failure])?;
    let Some(experiment) = plan.experiment(&key.value) else {
        let names: Vec<_> = plan.experiments.iter().map(|it| (it.name.wire.as_str(), &it.name)).collect();
        return Err(vec![name::unknown("experiment", key, &names, &compiled)]);
    };
    let flag = plan.flag_of(experiment);
    let FlagValue::Variants { variants: planned, default, .. } = &flag.value else {
        unreachable!("an experiment's flag has variants");
    };
    let variants = matching::pair(&variants, planned, &flag.name, &input.ident, &compiled)?;
    if let Some(ty) = &attribute.payload {
        payload::fits(ty, flag, plan, &compiled).map_err(|failure| vec![failure])?;
    }
    let runtime = &attribute.runtime;
    let fit = Fit {
        key: &key.value,
        flag: &flag.name.wire,
        exposure: emit::exposure(&experiment.exposure, runtime),
        rules: emit::rules(experiment, &quote!(#runtime::RuleKind)),
        payload: attribute.payload.as_ref(),
        planned: planned.iter().map(|variant| variant.payload.as_ref().map(emit::json)).collect(),
        fallback: variants[*default],
        wires: planned.iter().map(|variant| variant.name.wire.as_str()).collect(),
        variants,
    };
    let implementation = implementation(&input.ident, runtime, &fit);
    let tracking = tracking::items(&compiled);
    Ok(quote!(#implementation #tracking))
}

/// An enum and an experiment that fit each other.
struct Fit<'p> {
    key: &'p str,
    flag: &'p str,
    /// What is captured, where it is not the usual.
    exposure: Option<TokenStream>,
    /// What the rules of Optimizely are, where it has some.
    rules: Option<TokenStream>,
    /// The type of the payload, where the code reads one.
    payload: Option<&'p TokenStream>,
    /// The plan's own payloads as JSON, in the order of the variants.
    planned: Vec<Option<String>>,
    /// The variants on the wire, and those of the enum, in the same order.
    wires: Vec<&'p str>,
    variants: Vec<&'p Ident>,
    fallback: &'p Ident,
}

fn implementation(name: &Ident, runtime: &TokenStream, fit: &Fit<'_>) -> TokenStream {
    let Fit { key, flag, exposure, rules, payload, wires, variants, fallback, .. } = fit;
    let exposure = exposure.as_ref().map(|exposure| quote!(const EXPOSURE: #runtime::Exposure = #exposure;));
    let rules =
        rules.as_ref().map(|rules| quote!(const RULES: &'static [(&'static str, #runtime::RuleKind)] = #rules;));
    let payload = payload_type(*payload, runtime);
    let planned = planned_payload(fit);
    quote! {
        #[automatically_derived]
        impl #runtime::Experiment for #name {
            const KEY: &'static str = #key;
            const FLAG: &'static str = #flag;
            #exposure
            #rules

            type Payload = #payload;

            fn from_name(name: &str) -> ::core::option::Option<Self> {
                match name {
                    #(#wires => ::core::option::Option::Some(Self::#variants),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn name(&self) -> &'static str {
                match self {
                    #(Self::#variants => #wires,)*
                }
            }

            fn fallback() -> Self {
                Self::#fallback
            }

            #planned
        }
    }
}

fn payload_type(payload: Option<&TokenStream>, runtime: &TokenStream) -> TokenStream {
    payload.map_or_else(|| quote!(#runtime::NoPayload), Clone::clone)
}

/// `fn planned_payload`, where the code reads payloads and the plan has some.
fn planned_payload(fit: &Fit<'_>) -> Option<TokenStream> {
    fit.payload.filter(|_| fit.planned.iter().any(Option::is_some))?;
    let arms = fit.variants.iter().zip(&fit.planned).map(|(variant, planned)| {
        let planned = planned.as_ref().map_or_else(|| quote!(None), |json| quote!(Some(#json)));
        quote!(Self::#variant => ::core::option::Option::#planned,)
    });
    Some(quote! {
        fn planned_payload(&self) -> ::core::option::Option<&'static str> {
            match self {
                #(#arms)*
            }
        }
    })
}

/// An impl of the right shape, so that the uses of the type are not told as mistakes too.
fn stand_in(input: &Item, runtime: &TokenStream, payload: Option<&TokenStream>) -> TokenStream {
    let name = &input.ident;
    let payload = payload_type(payload, runtime);
    let Generics { span, parameters, arguments, bounds } = &input.generics;
    let (parameters, arguments) = (span.map(|_| quote!(<#parameters>)), span.map(|_| quote!(<#arguments>)));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Experiment for #name #arguments #bounds {
            const KEY: &'static str = "";
            const FLAG: &'static str = "";

            type Payload = #payload;

            fn from_name(_: &str) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }

            fn name(&self) -> &'static str {
                ""
            }

            fn fallback() -> Self {
                ::core::unreachable!()
            }
        }
    }
}

/// The variants of the enum, once it has the shape that a derive can serve.
fn own_variants(input: &Item) -> Result<Vec<OwnVariant<'_>>, Vec<Failure>> {
    if input.keyword != "enum" {
        let sentence = format!("`Experiment` is derived for an enum, and this is a {}", input.keyword);
        return Err(vec![Failure::new(input.keyword.span(), sentence)]);
    }
    let mut failures = Vec::new();
    if let Some(span) = input.generics.span {
        let sentence = format!("an enum that stands for an experiment has no parameters, `{}` has", input.ident);
        failures.push(Failure::new(span, sentence));
    }
    let mut variants = Vec::new();
    for variant in &input.variants {
        if let Some(fields) = variant.fields {
            let sentence = format!("`{}` stands for a variant of the plan and has no fields", variant.ident);
            failures.push(Failure::new(fields, sentence));
        }
        match OwnVariant::of(variant) {
            Ok(variant) => variants.push(variant),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() { Ok(variants) } else { Err(failures) }
}
