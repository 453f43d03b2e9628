//! What the plan says of destinations.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};

use super::Options;
use super::scope::{Scope, ident};
use crate::ir::{Destination, DestinationKind, Event, Sensitivity};

/// `.allow(Destinations::POSTHOG, Sensitivity::Personal)`; nothing for what every destination may see.
pub(super) fn allow(destinations: &[Destination], options: &Options) -> TokenStream {
    let Options { runtime } = options;
    let mut calls = TokenStream::new();
    for Destination { kind, allow } in destinations {
        let kind = constant(*kind);
        let class = ident(match allow {
            // What is so without a word.
            Sensitivity::Internal => continue,
            Sensitivity::Public => "Public",
            Sensitivity::Personal | Sensitivity::Secret => "Personal",
        });
        calls.extend(quote!(.allow(#runtime::Destinations::#kind, #runtime::Sensitivity::#class)));
    }
    calls
}

/// `.to(..)`, `.converting()`, `.named(..)`, `.without_super()`, `.shadowing(..)` and `.withholding(..)`, as far as they
/// say something.
pub(super) fn schema(scope: &Scope<'_>, event: &Event) -> Option<TokenStream> {
    let Event { send_as, to, takes_super, shadows, conversion, .. } = event;
    if to.is_some() || !send_as.is_empty() {
        scope.uses_runtime("Destinations");
    }
    let mut calls = TokenStream::new();
    if let Some([first, others @ ..]) = to.as_deref() {
        let mut kinds = constant(*first).into_token_stream();
        for kind in others {
            let kind = constant(*kind);
            kinds.extend(quote!(.and(Destinations::#kind)));
        }
        calls.extend(quote!(.to(Destinations::#kinds)));
    }
    if conversion.as_ref().is_some_and(|conversion| conversion.optimizely.is_some()) {
        calls.extend(quote!(.converting()));
    }
    for (kind, name) in send_as {
        let kind = constant(*kind);
        calls.extend(quote!(.named(Destinations::#kind, #name)));
    }
    // Without super properties in the plan there is nothing to be without.
    if !takes_super && !scope.plan().super_properties.is_empty() {
        calls.extend(quote!(.without_super()));
    }
    // A `secret` property of its own is not written, and the super property of that name is not sent in its place.
    let (mut written, mut secret) = (Vec::new(), Vec::new());
    for name in shadows {
        let own = event.properties.iter().find(|property| property.name.wire == *name);
        let is_secret = own.is_some_and(|own| own.sensitivity == Sensitivity::Secret);
        if is_secret { &mut secret } else { &mut written }.push(name);
    }
    if !written.is_empty() {
        calls.extend(quote!(.shadowing(&[#(#written),*])));
    }
    if !secret.is_empty() {
        calls.extend(quote!(.withholding(&[#(#secret),*])));
    }
    (!calls.is_empty()).then_some(calls)
}

fn constant(kind: DestinationKind) -> Ident {
    ident(match kind {
        DestinationKind::PostHog => "POSTHOG",
        DestinationKind::Segment => "SEGMENT",
        DestinationKind::Mixpanel => "MIXPANEL",
        DestinationKind::Optimizely => "OPTIMIZELY",
    })
}
