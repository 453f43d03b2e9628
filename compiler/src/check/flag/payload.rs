//! Payloads: what a flag hands out.

use super::is;
use crate::ast::Flag;
use crate::ast::index::Index;
use crate::check::value::{self, Wanted};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::FlagKind;

/// Payloads are values of `payload_type`, and stand where the flag can hand them out.
pub(super) fn all(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
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
    let mut payloads = Vec::new();
    payloads.extend(own);
    for variant in flag.variants() {
        payloads.extend(&variant.payload);
    }
    match &flag.payload_type {
        Some(ty) => {
            for payload in payloads {
                value::read(&payload.value, Wanted::of_element(ty, payload.key), index, diagnostics);
            }
        }
        None if flag.complete && !is(flag, FlagKind::RemoteConfig) => {
            if let Some(payload) = payloads.first() {
                diagnostics
                    .error(Code::PayloadWithoutType, payload.key, "a payload needs a `payload_type` on its flag")
                    .help("write `payload_type: json` where its shape is open".to_owned());
            }
        }
        None => {}
    }
}
