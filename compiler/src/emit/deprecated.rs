use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Deprecated;

/// `#[deprecated]`, with what the plan says of it.
pub(super) fn attribute(deprecated: Option<&Deprecated>) -> Option<TokenStream> {
    let deprecated = deprecated?;
    let is_version = |since: &&String| is_semver(since);
    let since = deprecated.since.as_ref().filter(is_version).map(|since| quote!(since = #since));
    let note = note(deprecated).map(|note| quote!(note = #note));
    Some(match (since, note) {
        (None, None) => quote!(#[deprecated]),
        (Some(one), None) | (None, Some(one)) => quote!(#[deprecated(#one)]),
        (Some(since), Some(note)) => quote!(#[deprecated(#since, #note)]),
    })
}

/// On code of ours that has to name what is deprecated.
pub(super) fn expected(is_named: bool) -> Option<TokenStream> {
    is_named.then(|| quote!(#[expect(deprecated, reason = "what the plan calls deprecated is still sent and read")]))
}

fn note(deprecated: &Deprecated) -> Option<String> {
    let since = deprecated.since.as_ref().filter(|since| !is_semver(since)).map(|since| format!("since {since}"));
    let replaced_by = deprecated.replaced_by.as_ref().map(|name| format!("use `{name}` instead"));
    let parts: Vec<_> = deprecated.note.clone().into_iter().chain(replaced_by).chain(since).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What rustc and clippy take as `since`: `1.2.3`.
fn is_semver(text: &str) -> bool {
    let numbers: Vec<_> = text.split('.').collect();
    numbers.len() == 3
        && numbers.iter().all(|number| {
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number && (*number == "0" || !number.starts_with('0')) && number.parse::<u64>().is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_plan_says_is_in_the_attribute() {
        let deprecated = |note: Option<&str>, replaced_by: Option<&str>, since: Option<&str>| Deprecated {
            note: note.map(str::to_owned),
            replaced_by: replaced_by.map(str::to_owned),
            since: since.map(str::to_owned),
        };
        for (given, expected) in [
            (deprecated(None, None, None), quote!(#[deprecated])),
            (deprecated(Some("gone"), None, None), quote!(#[deprecated(note = "gone")])),
            (deprecated(None, None, Some("1.2.0")), quote!(#[deprecated(since = "1.2.0")])),
            (
                deprecated(None, Some("b"), Some("2026-01")),
                quote!(#[deprecated(note = "use `b` instead; since 2026-01")]),
            ),
            (
                deprecated(Some("gone"), Some("b"), Some("0.1.2")),
                quote!(#[deprecated(since = "0.1.2", note = "gone; use `b` instead")]),
            ),
        ] {
            assert_eq!(attribute(Some(&given)).map(|tokens| tokens.to_string()), Some(expected.to_string()));
        }
        assert!(attribute(None).is_none());
    }
}
