//! Variants: their weights, and names that refer to them.

use crate::ast::{Flag, Text, Variants};
use crate::check::reference::similar;
use crate::check::value::quoted;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::source::Span;

/// Weights sum to 100; what could not be read was told.
pub(super) fn weights(variants: &Variants, diagnostics: &mut Diagnostics) {
    let items = &variants.section.items;
    if variants.equal || items.is_empty() {
        return;
    }
    let mut sum = 0.0;
    for variant in items {
        let Some(weight) = variant.weight else { return };
        sum += weight.value;
    }
    // Written with a few decimals; 33.3, 33.3 and 33.4 are 100.
    let sum = (sum * 1e6).round() / 1e6;
    if (sum - 100.0).abs() < 1e-6 {
        return;
    }
    // A variant that stands twice was told, and its weight is missing here.
    if diagnostics.has_within(Code::DuplicateKey, variants.span) {
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

/// The name is that of a variant.
pub(in crate::check) fn known(name: &Text, flag: &Flag, variants: &Variants, diagnostics: &mut Diagnostics) {
    let items = &variants.section.items;
    if items.iter().any(|variant| variant.name.value == name.value) || !variants.section.complete || items.is_empty() {
        return;
    }
    let help = similar("a variant", &name.value, items, diagnostics)
        .unwrap_or_else(|| format!("its variants are {}", names(flag)));
    let message = format!("flag `{}` has no variant `{}`", flag.name.value, name.value);
    diagnostics.error(Code::UnknownVariant, name.span, message).label("not one of its `variants`").help(help);
}

/// The variants of a flag, for a sentence.
fn names(flag: &Flag) -> String {
    let names = list::map(flag.variants(), |variant| variant.name.value.as_str());
    quoted(names)
}

/// Tells a variant of a flag that has none.
pub(in crate::check) fn none(span: Span, flag: &Flag, help: &str, diagnostics: &mut Diagnostics) {
    let message = format!("flag `{}` has no variants", flag.name.value);
    diagnostics.error(Code::UnknownVariant, span, message).help(help.to_owned());
}
