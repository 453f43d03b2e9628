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
    let of_variants = flag.variants.iter().flat_map(|variants| &variants.section.items);
    let of_variants = of_variants.filter_map(|variant| variant.payload.as_ref());
    let mut payloads = own.into_iter().chain(of_variants);
    match &flag.payload_type {
        Some(ty) => payloads.for_each(|payload| {
            value::read(&payload.value, Wanted::of_element(ty, payload.key), index, diagnostics);
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
