//! What the code gets when there is no answer.

use super::{is, variant};
use crate::ast::index::Index;
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Flag, Keyed, Text, Variants};
use crate::check::value::{self, Wanted, source_text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::FlagKind;
use crate::parse::{self, meant_boolean};
use crate::yaml::{Node, NodeKind};

/// What the code gets when there is no answer.
pub(super) fn default(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(default) = &flag.default else { return missing(flag, diagnostics) };
    if let Some(variants) = &flag.variants {
        if !is(flag, FlagKind::RemoteConfig) && !is(flag, FlagKind::KillSwitch) {
            of_variants(default, flag, variants, diagnostics);
        }
        return;
    }
    if is(flag, FlagKind::RemoteConfig) {
        if let Some(ty) = &flag.payload_type {
            value::read(&default.value, Wanted::of_element(ty, default.key), index, diagnostics);
        }
    } else if flag.kind.is_some() && flag.complete && !is(flag, FlagKind::Experiment) {
        boolean(default, diagnostics);
    }
}

fn of_variants(default: &Keyed<Node>, flag: &Flag, variants: &Variants, diagnostics: &mut Diagnostics) {
    if matches!(default.value.kind, NodeKind::Scalar(_)) && !is_null(&default.value) {
        let name = Text { value: source_text(&default.value).to_owned(), span: default.span };
        variant::known(&name, flag, variants, diagnostics);
        return;
    }
    let found = shown(&default.value);
    let span = if is_null(&default.value) { default.key } else { default.span };
    let message = format!("the default of a flag with variants is one of them, not {found}");
    diagnostics.error(Code::ValueMismatch, span, message).help(variant_help(flag));
}

fn missing(flag: &Flag, diagnostics: &mut Diagnostics) {
    let Some(kind) = flag.kind.filter(|_| flag.complete) else { return };
    let (because, help) = match kind.value {
        FlagKind::RemoteConfig => ("a remote config", "write `default:` with a value of its `payload_type`".to_owned()),
        FlagKind::KillSwitch => ("a kill switch", "write `default: true` or `default: false`".to_owned()),
        _ if flag.variants.is_some() => ("a flag with variants", variant_help(flag)),
        _ => return,
    };
    diagnostics
        .error(
            Code::DefaultMissing,
            flag.name.span,
            format!("{because} has a default, and `{}` has none", flag.name.value),
        )
        .help(help);
}

fn variant_help(flag: &Flag) -> String {
    let first = flag.variants.iter().flat_map(|variants| &variants.section.items).next();
    let first = first.map_or("..", |variant| variant.name.value.as_str());
    format!("write which variant the code gets when there is no answer, such as `default: {first}`")
}

fn boolean(default: &Keyed<Node>, diagnostics: &mut Diagnostics) {
    let meant = match &default.value.kind {
        NodeKind::Scalar(scalar) if matches!(core(scalar), Core::Boolean(_)) => return,
        NodeKind::Scalar(scalar) => meant_boolean(scalar),
        _ => None,
    };
    let found = shown(&default.value);
    let message = format!("the default of a flag without variants is `true` or `false`, not {found}");
    let help = "a flag with several answers has `variants`, one with a value is a `remote_config`";
    diagnostics.error(Code::ValueMismatch, default.span, message).help(meant.unwrap_or_else(|| help.to_owned()));
}

/// A value in a sentence.
fn shown(value: &Node) -> String {
    match &value.kind {
        _ if is_null(value) => "nothing".to_owned(),
        NodeKind::Scalar(scalar) => parse::shown(scalar),
        NodeKind::Sequence(_) => "a list".to_owned(),
        NodeKind::Mapping(_) => "a map".to_owned(),
    }
}
