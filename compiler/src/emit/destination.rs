//! What the plan says of destinations.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Options;
use super::scope::{Scope, ident};
use crate::ir::{Destination, DestinationKind, Event, Sensitivity};

/// `.allow(Destinations::POSTHOG, Sensitivity::Personal)`; nothing for what every destination may see.
pub(super) fn allow(destinations: &[Destination], options: &Options) -> TokenStream {
    let Options { runtime } = options;
    let said = destinations.iter().filter(|destination| destination.allow != Sensitivity::default());
    said.map(|destination| {
        let kind = constant(destination.kind);
        let class = ident(match destination.allow {
            Sensitivity::Public => "Public",
            Sensitivity::Internal => "Internal",
            Sensitivity::Personal | Sensitivity::Secret => "Personal",
        });
        quote!(.allow(#runtime::Destinations::#kind, #runtime::Sensitivity::#class))
    })
    .collect()
}

/// `.to(..)`, `.named(..)`, `.without_super()`, `.shadowing(..)` and `.withholding(..)`, as far as they say something.
pub(super) fn schema(scope: &Scope<'_>, event: &Event) -> Option<TokenStream> {
    let Event { send_as, to, takes_super, shadows, .. } = event;
    if to.is_some() || !send_as.is_empty() {
        scope.uses_runtime("Destinations");
    }
    let to = to.as_ref().map(|to| {
        let mut kinds = to.iter().copied().map(constant);
        let first = kinds.next();
        quote!(.to(Destinations::#first #(.and(Destinations::#kinds))*))
    });
    let named = send_as.iter().map(|(kind, name)| {
        let kind = constant(*kind);
        quote!(.named(Destinations::#kind, #name))
    });
    // Without super properties in the plan there is nothing to be without.
    let without = (!takes_super && !scope.plan().super_properties.is_empty()).then(|| quote!(.without_super()));
    // A `secret` property of its own is not written, and the super property of that name is not sent in its place.
    let is_secret = |name: &&String| {
        let mut own = event.properties.iter().filter(|property| property.name.wire == **name);
        own.any(|property| property.sensitivity == Sensitivity::Secret)
    };
    let (secret, written): (Vec<_>, Vec<_>) = shadows.iter().partition(is_secret);
    let shadowing = (!written.is_empty()).then(|| quote!(.shadowing(&[#(#written),*])));
    let withholding = (!secret.is_empty()).then(|| quote!(.withholding(&[#(#secret),*])));
    Some(quote!(#to #(#named)* #without #shadowing #withholding)).filter(|said| !said.is_empty())
}

fn constant(kind: DestinationKind) -> Ident {
    ident(match kind {
        DestinationKind::PostHog => "POSTHOG",
        DestinationKind::Segment => "SEGMENT",
        DestinationKind::Mixpanel => "MIXPANEL",
    })
}
