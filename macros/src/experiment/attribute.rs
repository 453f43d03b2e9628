use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Meta, Variant};

use crate::arguments::{Arguments, Text};
use crate::failure::Failure;

/// `#[experiment("key", plan = "x.yaml", crate = telemetry::taxogen)]`.
pub(super) struct Attribute {
    /// Which experiment.
    pub(super) key: Text,
    /// Another plan than the crate's own.
    pub(super) plan: Option<Text>,
    /// The path of the runtime.
    pub(super) runtime: TokenStream,
}

/// A variant of the enum.
pub(super) struct OwnVariant<'v> {
    pub(super) ident: &'v Ident,
    /// `#[experiment(name = "test")]`: the plan's name, where it is another.
    pub(super) name: Option<Text>,
}

/// Where the runtime is unless the attribute says otherwise.
pub(super) fn usual_runtime() -> TokenStream {
    quote!(::taxogen)
}

impl Attribute {
    pub(super) fn of(input: &DeriveInput) -> Result<Self, Failure> {
        let form = || "name the experiment above it: `#[experiment(\"...\")]`".to_owned();
        let Some((arguments, span)) = arguments(&input.attrs, &["plan", "crate"])? else {
            let sentence = format!("`{}` does not say which experiment it stands for", input.ident);
            return Err(Failure::new(input.ident.span(), sentence).help(form()));
        };
        let Some(key) = arguments.text() else {
            return Err(Failure::new(span, "the key of the experiment is missing").help(form()));
        };
        let runtime = arguments.path("crate").unwrap_or_else(usual_runtime);
        Ok(Self { key: key.clone(), plan: arguments.option("plan")?, runtime })
    }
}

impl<'v> OwnVariant<'v> {
    pub(super) fn of(variant: &'v Variant) -> Result<Self, Failure> {
        let ident = &variant.ident;
        let Some((arguments, span)) = arguments(&variant.attrs, &["name"])? else {
            return Ok(Self { ident, name: None });
        };
        let wrong = arguments.text().map(|text| text.span);
        match (wrong, arguments.option("name")?) {
            (None, Some(name)) => Ok(Self { ident, name: Some(name) }),
            (wrong, _) => {
                Err(Failure::new(wrong.unwrap_or(span), "expected `name = \"...\"`: the variant in the plan"))
            }
        }
    }

    /// The token that names the variant of the plan.
    pub(super) fn span(&self) -> Span {
        self.name.as_ref().map_or_else(|| self.ident.span(), |name| name.span)
    }

    /// How it is spelt in the code.
    pub(super) fn spelling(&self) -> String {
        self.name.as_ref().map_or_else(|| self.ident.to_string(), |name| name.value.clone())
    }
}

/// The arguments of the one `#[experiment(..)]`, and where it stands.
fn arguments(attributes: &[syn::Attribute], known: &[&str]) -> Result<Option<(Arguments, Span)>, Failure> {
    let mut ours = attributes.iter().filter(|attribute| attribute.path().is_ident("experiment"));
    let Some(attribute) = ours.next() else {
        return Ok(None);
    };
    let span = path_span(attribute);
    if let Some(second) = ours.next() {
        return Err(Failure::new(path_span(second), "`#[experiment]` stands here twice"));
    }
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    Ok(Some((Arguments::parse(tokens, known)?, span)))
}

fn path_span(attribute: &syn::Attribute) -> Span {
    attribute.path().get_ident().map_or_else(Span::call_site, Ident::span)
}
