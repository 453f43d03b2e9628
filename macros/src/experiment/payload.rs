//! The type of an experiment's payload, as far as a macro sees types: by their last name.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use taxogen_compiler::ir::{Flag, Plan, Scalar, Type};

use crate::failure::Failure;
use crate::plan::Compiled;

/// Whether a type is the one that the plan gives to the payloads of the flag.
pub(super) fn fits(ty: &TokenStream, flag: &Flag, plan: &Plan, compiled: &Compiled) -> Result<(), Failure> {
    let (name, span) = last_name(ty);
    let (wire, line) = (&flag.name.wire, compiled.line(flag.name.span));
    let Some(planned) = &flag.payload_type else {
        let sentence = format!("the flag `{wire}` hands out no payload ({line})");
        let help = "remove `payload`, or give the flag a `payload_type` in the plan".to_owned();
        return Err(Failure::new(span, sentence).help(help));
    };
    let planned = planned_name(planned, plan);
    if name == planned {
        return Ok(());
    }
    let sentence = format!("the payload of the flag `{wire}` is `{planned}` ({line}), not `{name}`");
    Err(Failure::new(span, sentence).help(format!("write `payload = {}`", written(planned, flag, plan))))
}

/// The last name of a path, and where it stands: `CheckoutPayload` of `types::CheckoutPayload<'static>`.
fn last_name(ty: &TokenStream) -> (String, Span) {
    let is_open = |token: &TokenTree| matches!(token, TokenTree::Punct(punctuation) if punctuation.as_char() == '<');
    match ty.clone().into_iter().take_while(|token| !is_open(token)).last() {
        Some(TokenTree::Ident(ident)) => (ident.to_string(), ident.span()),
        // A type that came through a `macro_rules!` of the user.
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => last_name(&group.stream()),
        other => (ty.to_string(), other.map_or_else(Span::call_site, |token| token.span())),
    }
}

/// What the generated code calls it.
fn planned_name<'p>(ty: &Type, plan: &'p Plan) -> &'p str {
    match ty {
        Type::Named(id) => &plan.type_item(*id).name.ident,
        Type::List(_) => "Vec",
        Type::Map { .. } => "BTreeMap",
        Type::Scalar(Scalar::String) => "Cow",
        Type::Scalar(Scalar::Integer) => "i64",
        Type::Scalar(Scalar::Number) => "f64",
        Type::Scalar(Scalar::Boolean) => "bool",
        Type::Scalar(Scalar::Datetime) => "Timestamp",
        Type::Scalar(Scalar::Json) => "Json",
        Type::Const(_) => unreachable!("a payload is no constant"),
    }
}

/// As it is written where the module of the plan's types is in scope.
fn written(name: &str, flag: &Flag, plan: &Plan) -> String {
    match &flag.payload_type {
        Some(Type::Named(id)) if plan.type_item(*id).borrows => format!("types::{name}<'static>"),
        Some(Type::Named(_)) => format!("types::{name}"),
        Some(Type::Scalar(Scalar::String)) => "Cow<'static, str>".to_owned(),
        Some(Type::Scalar(Scalar::Json)) => "Json<'static>".to_owned(),
        Some(Type::List(_)) => "Vec<..>".to_owned(),
        Some(Type::Map { .. }) => "BTreeMap<..>".to_owned(),
        _ => name.to_owned(),
    }
}
