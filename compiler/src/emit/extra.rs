//! What an open event has besides: properties that the plan does not know.

use proc_macro2::TokenStream;
use quote::quote;

use super::scope::{Scope, Std};
use crate::ir::{Event, Sensitivity};

/// The parts of an open event.
pub(super) struct Extra {
    pub(super) declaration: TokenStream,
    pub(super) setter: TokenStream,
    /// The last line of `write`.
    pub(super) write: TokenStream,
}

/// Nothing for an event that is closed.
pub(super) fn extra(scope: &Scope<'_>, event: &Event) -> Option<Extra> {
    if !event.open {
        return None;
    }
    scope.uses_runtime("Extra");
    scope.uses_runtime("ExtraValue");
    scope.uses_std(Std::Cow);
    // What is declared and not written, such as what is secret, does not come in by this door either; nor does what is
    // personal among the super properties, over which anything else may lie.
    let mut declared: Vec<_> = event.properties.iter().map(|property| property.name.wire.as_str()).collect();
    for property in &scope.plan().super_properties {
        let name = property.name.wire.as_str();
        if property.sensitivity > Sensitivity::Internal && !declared.contains(&name) {
            declared.push(name);
        }
    }
    Some(Extra {
        declaration: quote!(extra: Extra<'a>,),
        setter: quote! {
            /// Adds a property that the plan does not know.
            pub fn with_extra(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ExtraValue<'a>>) -> Self {
                self.extra.add(key, value);
                self
            }
        },
        write: quote!(properties.extra(&self.extra, &[#(#declared),*]);),
    })
}
