//! `conversion:` of an event.

use super::fields::{Fields, shape};
use super::meant_boolean;
use super::scalar::{invalid, scalar, text};
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Conversion, OptimizelyConversion};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::DestinationKind;
use crate::suggest;
use crate::yaml::{Entry, NodeKind, Scalar};

const WANTED: &str = "`true`, `optimizely` or a map";

/// `true`, for people alone; `{ optimizely: { revenue: amount_cents } }`, or `optimizely` where nothing is counted.
pub(super) fn conversion(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Box<Conversion>> {
    match entry.value.kind {
        NodeKind::Mapping(_) => return of_map(entry, diagnostics),
        NodeKind::Sequence(_) => {
            let message = format!("`conversion` is {WANTED}, not a list");
            let help = "write `conversion: optimizely`, or name what is counted: `{ optimizely: { revenue: .. } }`";
            diagnostics.error(Code::WrongShape, entry.value.span, message).help(help.to_owned());
            return None;
        }
        NodeKind::Scalar(_) => {}
    }
    let scalar = scalar(entry, WANTED, diagnostics)?;
    let optimizely = match core(scalar) {
        Core::Boolean(true) => None,
        Core::Boolean(false) => return None,
        _ if scalar.text == DestinationKind::Optimizely.as_str() => Some(OptimizelyConversion::default()),
        _ => {
            invalid(entry, WANTED, scalar, diagnostics).help(meant(scalar));
            return None;
        }
    };
    Some(Box::new(Conversion { optimizely }))
}

fn meant(scalar: &Scalar) -> Option<String> {
    if DestinationKind::ALL.iter().any(|kind| kind.as_str() == scalar.text) {
        let help = "there a conversion is an event as any other: `conversion: true` says it for people";
        return Some(help.to_owned());
    }
    let similar = suggest::nearest(&scalar.text, [DestinationKind::Optimizely.as_str()]);
    similar.map(|similar| format!("did you mean `{similar}`?")).or_else(|| meant_boolean(scalar))
}

fn of_map(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Box<Conversion>> {
    let told = diagnostics.errors();
    let mut fields = Fields::of(&entry.value, "`conversion`", diagnostics)?;
    let optimizely = fields.take("optimizely");
    for key in ["revenue", "value"] {
        fields.misplaced(key, &format!("write `conversion: {{ optimizely: {{ {key}: .. }} }}`"), diagnostics);
    }
    fields.finish(diagnostics);
    if optimizely.is_none() && diagnostics.errors() == told {
        let help = "write `conversion: optimizely`, or `conversion: true`".to_owned();
        diagnostics.error(Code::EmptyValue, entry.key.span, "`conversion` says nothing").help(help);
    }
    let optimizely = self::optimizely(optimizely?, diagnostics)?;
    Some(Box::new(Conversion { optimizely: Some(optimizely) }))
}

fn optimizely(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<OptimizelyConversion> {
    if !matches!(entry.value.kind, NodeKind::Mapping(_)) && !is_null(&entry.value) {
        let message = format!("`optimizely` of a conversion is a map, not {}", shape(&entry.value));
        let help = "name the property that is counted, `optimizely: { revenue: .. }`, or none: `optimizely: {}`";
        diagnostics.error(Code::WrongShape, entry.value.span, message).help(help.to_owned());
        return None;
    }
    let mut fields = Fields::of(&entry.value, "`optimizely`", diagnostics)?;
    let revenue = fields.take("revenue").and_then(|entry| text(entry, diagnostics));
    let value = fields.take("value").and_then(|entry| text(entry, diagnostics));
    fields.finish(diagnostics);
    Some(OptimizelyConversion { revenue, value })
}
