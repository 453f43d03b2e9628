use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::deprecated;
use super::docs::{Docs, code};
use super::payload::{self, Values};
use super::scope::{Lifetime, Scope, ident};
use crate::ir::{Flag, FlagRuntime, FlagValue, Literal, Meta, Type, Variant};

/// The enum of a flag's variants, where it has some.
pub(super) fn enum_ident(flag: &Flag) -> Option<&str> {
    match &flag.value {
        FlagValue::Variants { ident, .. } => Some(ident),
        FlagValue::Boolean { .. } | FlagValue::Payload { .. } => None,
    }
}

/// The key of a flag, after the enum of its variants.
pub(super) fn flag(scope: &Scope<'_>, flag: &Flag) -> Vec<TokenStream> {
    scope.uses_runtime("Flag");
    match &flag.value {
        FlagValue::Boolean { default } => vec![boolean(scope, flag, *default)],
        FlagValue::Variants { ident: name, variants, default } => {
            let ident = ident(name);
            vec![
                variant_enum(scope, &ident, &flag.name.wire, &flag.meta, variants),
                with_variants(scope, flag, &ident, variants, *default),
            ]
        }
        FlagValue::Payload { default } => vec![remote_config(scope, flag, default)],
    }
}

fn remote_config(scope: &Scope<'_>, flag: &Flag, default: &Literal) -> TokenStream {
    let ty = flag.payload_type.as_ref().expect("a remote config has a type");
    let values = Values::new(scope);
    let (wire, default) = (&flag.name.wire, payload::function(&values.value(ty, default)));
    let payload = scope.ty(ty, Lifetime::Static);
    let init = quote!(Flag::remote_config(#wire, #default));
    constant(flag, &quote!(Flag<#payload>), &init, values.names_deprecated())
}

fn boolean(scope: &Scope<'_>, flag: &Flag, default: bool) -> TokenStream {
    let wire = &flag.name.wire;
    let Some(ty) = &flag.payload_type else {
        return constant(flag, &quote!(Flag<bool>), &quote!(Flag::boolean(#wire, #default)), false);
    };
    let values = Values::new(scope);
    let payload = scope.ty(ty, Lifetime::Static);
    let own = values.optional(ty, flag.payload.as_ref());
    let init = quote!(Flag::boolean(#wire, #default).with_payload(|_| #own));
    constant(flag, &quote!(Flag<bool, #payload>), &init, values.names_deprecated())
}

fn with_variants(scope: &Scope<'_>, flag: &Flag, ident: &Ident, variants: &[Variant], default: usize) -> TokenStream {
    let wire = &flag.name.wire;
    let values = Values::new(scope);
    let fallback = super::scope::ident(&variants[default].name.ident);
    let names_deprecated = variants[default].meta.deprecated.is_some();
    let init = quote!(Flag::variants(#wire, || #ident::#fallback));
    let Some(ty) = &flag.payload_type else {
        return constant(flag, &quote!(Flag<#ident>), &init, names_deprecated);
    };
    let payload = scope.ty(ty, Lifetime::Static);
    let own = own_payloads(&values, ident, ty, variants);
    let names_deprecated = names_deprecated || own.names_deprecated || values.names_deprecated();
    let (parameter, body) = (&own.parameter, &own.body);
    let init = quote!(#init.with_payload(|#parameter| #body));
    constant(flag, &quote!(Flag<#ident, #payload>), &init, names_deprecated)
}

/// The closure from a variant to the payload that the plan gives it.
struct OwnPayloads {
    parameter: TokenStream,
    body: TokenStream,
    names_deprecated: bool,
}

/// Variants with the same payload share an arm; where all have the same there is no `match`.
fn own_payloads(values: &Values<'_, '_>, ident: &Ident, ty: &Type, variants: &[Variant]) -> OwnPayloads {
    let mut arms: Vec<(Option<&Literal>, Vec<&Variant>)> = Vec::new();
    for variant in variants {
        match arms.iter_mut().find(|(payload, _)| *payload == variant.payload.as_ref()) {
            Some((_, sharing)) => sharing.push(variant),
            None => arms.push((variant.payload.as_ref(), vec![variant])),
        }
    }
    if let [(payload, _)] = arms.as_slice() {
        return OwnPayloads { parameter: quote!(_), body: values.optional(ty, *payload), names_deprecated: false };
    }
    let arms = arms.iter().map(|(payload, sharing)| {
        let names = sharing.iter().map(|variant| super::scope::ident(&variant.name.ident));
        let value = values.optional(ty, *payload);
        quote!(#(#ident::#names)|* => #value)
    });
    OwnPayloads {
        parameter: quote!(variant),
        body: quote!(match variant { #(#arms,)* }),
        names_deprecated: variants.iter().any(|variant| variant.meta.deprecated.is_some()),
    }
}

fn constant(flag: &Flag, ty: &TokenStream, init: &TokenStream, names_deprecated: bool) -> TokenStream {
    let ident = ident(&flag.name.ident);
    let docs = Docs::item(&flag.name, &flag.meta).sentence(group(flag)).sentence(runtime(flag)).tokens();
    let deprecated = deprecated::attribute(flag.meta.deprecated.as_ref());
    // Also where the constant is deprecated itself: that grants rustc nothing.
    let expected = deprecated::expected(names_deprecated);
    quote! {
        #docs
        #deprecated
        #expected
        pub const #ident: #ty = #init;
    }
}

/// Whom it answers for, where it is not a person.
fn group(flag: &Flag) -> Option<String> {
    let group = flag.group.as_deref()?;
    Some(format!("It answers for a {}: all who belong to it get the same.", code(group)))
}

/// Where it is evaluated, where this code hears of nothing else than its default.
fn runtime(flag: &Flag) -> Option<String> {
    let is_client = flag.runtime == FlagRuntime::Client;
    is_client.then(|| "It is evaluated in clients alone: a server gets its default.".to_owned())
}

fn variant_enum(scope: &Scope<'_>, ident: &Ident, key: &str, meta: &Meta, variants: &[Variant]) -> TokenStream {
    scope.uses_runtime("Variant");
    let about = meta.description.is_none().then(|| format!("The variants of {}.", code(key)));
    let docs = Docs::new().plain(meta.description.as_deref()).sentence(about).tokens();
    let declarations = variants.iter().map(declaration);
    let names: Vec<_> = variants.iter().map(|variant| &variant.name.wire).collect();
    let idents = variants.iter().map(|variant| super::scope::ident(&variant.name.ident));
    let expected = deprecated::expected(variants.iter().any(|variant| variant.meta.deprecated.is_some()));
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum #ident {
            #(#declarations,)*
        }

        impl Variant for #ident {
            const NAMES: &'static [&'static str] = &[#(#names),*];

            #expected
            fn from_name(name: &str) -> Option<Self> {
                match name {
                    #(#names => Some(Self::#idents),)*
                    _ => None,
                }
            }

            fn name(&self) -> &'static str {
                Self::NAMES[*self as usize]
            }
        }
    }
}

fn declaration(variant: &Variant) -> TokenStream {
    let Variant { name, meta, .. } = variant;
    let docs = Docs::new().plain(meta.description.as_deref()).wire_value(&name.wire, &name.ident).tokens();
    let deprecated = deprecated::attribute(meta.deprecated.as_ref());
    let ident = ident(&name.ident);
    quote!(#docs #deprecated #ident)
}
