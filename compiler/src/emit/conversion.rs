//! The lines that say what a conversion counts.

use proc_macro2::TokenStream;
use quote::quote;

use super::scope::{Scope, ident};
use super::shared::Lines;
use super::value;
use crate::ir::{Event, Property, Sensitivity};

/// `properties.conversion().revenue(&self.amount_cents);`, of what is not internal with its class before it.
pub(super) fn lines(scope: &Scope<'_>, event: &Event) -> Vec<Lines> {
    let optimizely = event.conversion.as_ref().and_then(|conversion| conversion.optimizely.as_ref());
    let counted = optimizely.map(|optimizely| [("revenue", &optimizely.revenue), ("value", &optimizely.value)]);
    let line = |(method, name): (&str, &Option<String>)| {
        let is_counted = |property: &&Property| Some(&property.name.wire) == name.as_ref();
        let property = event.properties.iter().find(is_counted)?;
        Some(self::line(scope, method, property).into())
    };
    counted.into_iter().flatten().filter_map(line).collect()
}

fn line(scope: &Scope<'_>, method: &str, property: &Property) -> TokenStream {
    let (method, value) = (ident(method), value::value(scope, property));
    let class = match property.sensitivity {
        Sensitivity::Internal => None,
        Sensitivity::Public => Some(quote!(.public())),
        Sensitivity::Personal | Sensitivity::Secret => Some(quote!(.personal())),
    };
    quote!(properties.conversion()#class.#method(#value);)
}
