use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::item::{self, Item, Variant};
use crate::arguments::{Arguments, Text};
use crate::failure::Failure;

/// `#[experiment("key", payload = types::CheckoutPayload<'static>, plan = "x.yaml", crate = telemetry::taxogen)]`.
pub(super) struct Attribute {
    /// Which experiment.
    pub(super) key: Text,
    /// The type of the payload that goes with a variant.
    pub(super) payload: Option<TokenStream>,
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
    pub(super) fn of(input: &Item) -> Result<Self, Failure> {
        let form = || "name the experiment above it: `#[experiment(\"...\")]`".to_owned();
        let Some((arguments, span)) = arguments(&input.attributes, &["payload", "plan", "crate"])? else {
            let sentence = format!("`{}` does not say which experiment it stands for", input.ident);
            return Err(Failure::new(input.ident.span(), sentence).help(form()));
        };
        let Some(key) = arguments.text() else {
            return Err(Failure::new(span, "the key of the experiment is missing").help(form()));
        };
        let runtime = arguments.path("crate").unwrap_or_else(usual_runtime);
        Ok(Self { key: key.clone(), payload: payload(&arguments)?, plan: arguments.option("plan")?, runtime })
    }
}

/// A type as it stands; one in quotes, as some derives have it, is told.
fn payload(arguments: &Arguments) -> Result<Option<TokenStream>, Failure> {
    match arguments.option("payload") {
        Ok(Some(quoted)) => {
            let help = format!("write `payload = {}`", quoted.value);
            Err(Failure::new(quoted.span, "the type of the payload stands without quotes").help(help))
        }
        _ => Ok(arguments.path("payload")),
    }
}

impl<'v> OwnVariant<'v> {
    pub(super) fn of(variant: &'v Variant) -> Result<Self, Failure> {
        let ident = &variant.ident;
        let Some((arguments, span)) = arguments(&variant.attributes, &["name"])? else {
            return Ok(Self { ident, name: None });
        };
        match (arguments.text(), arguments.option("name")?) {
            (None, Some(name)) => Ok(Self { ident, name: Some(name) }),
            (text, _) => {
                let help = text.map(|text| format!("write `#[experiment(name = {:?})]`", text.value));
                let span = text.map_or(span, |text| text.span);
                Err(Failure::new(span, "expected `name = \"...\"`: the variant in the plan").help(help))
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
fn arguments(attributes: &[item::Attribute], known: &[&str]) -> Result<Option<(Arguments, Span)>, Failure> {
    let ours = |attribute: &item::Attribute| {
        let name = attribute.name.as_ref().filter(|name| *name == "experiment")?;
        Some((name.span(), attribute.arguments.clone()))
    };
    let mut ours = attributes.iter().filter_map(ours);
    let Some((span, tokens)) = ours.next() else {
        return Ok(None);
    };
    if let Some((second, _)) = ours.next() {
        return Err(Failure::new(second, "`#[experiment]` stands here twice"));
    }
    Ok(Some((Arguments::parse(tokens, known)?, span)))
}
