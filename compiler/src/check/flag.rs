//! Flags: what goes together, and whether values and references fit.

use super::condition;
use super::reference::similar;
use super::value::{self, Wanted, quoted, source_text};
use crate::ast::index::Index;
use crate::ast::scalar::{Core, core};
use crate::ast::{Flag, Keyed, Text, Variants};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::FlagKind;
use crate::source::Span;
use crate::yaml::{Node, NodeKind};

/// Everything that a flag has to be.
pub(super) fn all(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    goes_together(flag, diagnostics);
    if let Some(variants) = &flag.variants {
        weights(variants, diagnostics);
    }
    default(flag, index, diagnostics);
    payloads(flag, index, diagnostics);
    group(flag, index, diagnostics);
    rollout(flag, index, diagnostics);
}

fn is(flag: &Flag, kind: FlagKind) -> bool {
    flag.kind.is_some_and(|it| it.value == kind)
}

/// Which keys a kind has.
fn goes_together(flag: &Flag, diagnostics: &mut Diagnostics) {
    let Some(kind) = flag.kind else { return };
    if let Some(variants) = &flag.variants {
        let help = match kind.value {
            FlagKind::RemoteConfig => {
                "what it hands out is its `payload`; a flag with variants is an `experiment` or a `release`"
            }
            FlagKind::KillSwitch => "it is on or off; a flag with variants is an `ops` or a `release`",
            _ => "",
        };
        if !help.is_empty() {
            let called = if kind.value == FlagKind::RemoteConfig { "a remote config" } else { "a kill switch" };
            let span = variants.section.declared.unwrap_or(variants.span);
            diagnostics.error(Code::FlagShape, span, format!("{called} has no variants")).help(help.to_owned());
        } else if variants.section.items.is_empty() && variants.section.complete {
            let span = variants.section.declared.unwrap_or(variants.span);
            diagnostics.error(Code::FlagShape, span, "`variants` names at least one variant");
        }
    }
    if kind.value == FlagKind::RemoteConfig && flag.payload_type.is_none() && flag.complete {
        diagnostics
            .error(
                Code::FlagShape,
                flag.name.span,
                format!("remote config `{}` has no `payload_type`", flag.name.value),
            )
            .help("write the type of what it hands out: `payload_type: ..`".to_owned());
    }
}

/// Weights sum to 100; what could not be read was told.
fn weights(variants: &Variants, diagnostics: &mut Diagnostics) {
    let items = &variants.section.items;
    let weights: Option<Vec<f64>> = items.iter().map(|variant| variant.weight.map(|weight| weight.value)).collect();
    let (Some(weights), false, false) = (weights, variants.equal, items.is_empty()) else { return };
    // Written with a few decimals; 33.3, 33.3 and 33.4 are 100.
    let sum = (weights.iter().sum::<f64>() * 1e6).round() / 1e6;
    if (sum - 100.0).abs() < 1e-6 {
        return;
    }
    let span = variants.section.declared.unwrap_or(variants.span);
    let help = if (sum - 1.0).abs() < 1e-6 {
        "weights are percentages: 50, not 0.5".to_owned()
    } else {
        "a list of names, `variants: [a, b]`, means equal weights".to_owned()
    };
    diagnostics.error(Code::Weights, span, format!("the weights sum to {sum}, not to 100")).help(help);
}

/// What the code gets when there is no answer.
fn default(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(default) = &flag.default else { return default_missing(flag, diagnostics) };
    if let Some(variants) = &flag.variants {
        if !is(flag, FlagKind::RemoteConfig) && !is(flag, FlagKind::KillSwitch) {
            let name = Text { value: source_text(&default.value).to_owned(), span: default.span };
            variant(&name, flag, variants, diagnostics);
        }
        return;
    }
    if is(flag, FlagKind::RemoteConfig) {
        if let Some(ty) = &flag.payload_type {
            value::read(&default.value, Wanted::of(ty, default.key), index, diagnostics);
        }
    } else if flag.kind.is_some() && flag.complete {
        boolean(default, diagnostics);
    }
}

fn default_missing(flag: &Flag, diagnostics: &mut Diagnostics) {
    let Some(kind) = flag.kind.filter(|_| flag.complete) else { return };
    let (because, help) = match kind.value {
        FlagKind::RemoteConfig => ("a remote config", "write `default:` with a value of its `payload_type`".to_owned()),
        FlagKind::KillSwitch => ("a kill switch", "write `default: true` or `default: false`".to_owned()),
        _ if flag.variants.is_some() => ("a flag with variants", variant_help(flag)),
        FlagKind::Experiment => ("an experiment", "write `default: true` or `default: false`".to_owned()),
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
    let is_boolean =
        matches!(&default.value.kind, NodeKind::Scalar(scalar) if matches!(core(scalar), Core::Boolean(_)));
    if !is_boolean {
        let found = match &default.value.kind {
            NodeKind::Scalar(scalar) => format!("`{}`", scalar.text),
            NodeKind::Sequence(_) => "a list".to_owned(),
            NodeKind::Mapping(_) => "a map".to_owned(),
        };
        diagnostics
            .error(
                Code::ValueMismatch,
                default.span,
                format!("the default of a flag without variants is `true` or `false`, not {found}"),
            )
            .help("a flag with several answers has `variants`, one with a value is a `remote_config`".to_owned());
    }
}

/// The name is that of a variant.
fn variant(name: &Text, flag: &Flag, variants: &Variants, diagnostics: &mut Diagnostics) {
    let items = &variants.section.items;
    if items.iter().any(|variant| variant.name.value == name.value) || !variants.section.complete || items.is_empty() {
        return;
    }
    let help = similar("a variant", &name.value, items, diagnostics)
        .unwrap_or_else(|| format!("its variants are {}", condition::variants(flag)));
    let message = format!("flag `{}` has no variant `{}`", flag.name.value, name.value);
    diagnostics.error(Code::UnknownVariant, name.span, message).label("not one of its `variants`").help(help);
}

/// Payloads are values of `payload_type`, and stand where the flag can hand them out.
fn payloads(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let mut own = flag.payload.as_ref();
    if let (Some(payload), Some(variants)) = (own, &flag.variants)
        && !is(flag, FlagKind::RemoteConfig)
    {
        own = None;
        let span = variants.section.declared.unwrap_or(variants.span);
        diagnostics
            .error(Code::PayloadPlace, payload.key, "a flag with variants hands out the payload of a variant")
            .also(span, "its variants")
            .help("write `payload` on each variant that has one".to_owned());
    }
    let of_variants = flag.variants.iter().flat_map(|variants| &variants.section.items);
    let of_variants = of_variants.filter_map(|variant| variant.payload.as_ref());
    let mut payloads = own.into_iter().chain(of_variants);
    match &flag.payload_type {
        Some(ty) => payloads.for_each(|payload| {
            value::read(&payload.value, Wanted::of(ty, payload.key), index, diagnostics);
        }),
        None if flag.complete && !is(flag, FlagKind::RemoteConfig) => {
            if let Some(payload) = payloads.next() {
                diagnostics
                    .error(Code::PayloadWithoutType, payload.key, "a payload needs a `payload_type` on its flag")
                    .help("write `payload_type: json` where its shape is open".to_owned());
            }
        }
        None => {}
    }
}

fn group(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(group) = &flag.group else { return };
    let groups = &index.plan.groups;
    if index.groups.contains_key(group.value.as_str()) || !groups.complete {
        return;
    }
    let help =
        similar("a group", &group.value, &groups.items, diagnostics).unwrap_or_else(|| match groups.items.as_slice() {
            [] => "declare it in `groups`".to_owned(),
            items => format!("declared are {}", quoted(items.iter().map(|group| group.name.value.as_str()))),
        });
    diagnostics
        .error(Code::UnknownGroup, group.span, format!("unknown group `{}`", group.value))
        .label("not declared in `groups`")
        .help(help);
}

fn rollout(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(rollout) = &flag.rollout else { return };
    if rollout.entries.is_empty() && rollout.complete {
        diagnostics
            .error(Code::FlagShape, rollout.span, "a rollout has at least one entry")
            .help("nobody is `rollout: 0`, everybody `rollout: 100`".to_owned());
    }
    for entry in &rollout.entries {
        for written in &entry.when {
            condition::operand(written, flag, index, diagnostics);
        }
        let Some(name) = &entry.variant else { continue };
        match &flag.variants {
            Some(variants) => variant(name, flag, variants, diagnostics),
            None if flag.complete => no_variants(name.span, flag, diagnostics),
            None => {}
        }
    }
}

fn no_variants(span: Span, flag: &Flag, diagnostics: &mut Diagnostics) {
    let message = format!("flag `{}` has no variants", flag.name.value);
    diagnostics.error(Code::UnknownVariant, span, message).help("remove `variant`, or declare `variants`".to_owned());
}
