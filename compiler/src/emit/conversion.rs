//! The lines that say what a conversion counts.

use quote::quote;

use super::scope::ident;
use super::shared::Lines;
use crate::ir::Event;

/// `properties.conversion().revenue("amount_cents");`
pub(super) fn lines(event: &Event) -> Vec<Lines> {
    let optimizely = event.conversion.as_ref().and_then(|conversion| conversion.optimizely.as_ref());
    let counted = optimizely.map(|optimizely| [("revenue", &optimizely.revenue), ("value", &optimizely.value)]);
    let line = |(method, property): (&str, &Option<String>)| {
        let (method, property) = (ident(method), property.as_ref()?);
        Some(quote!(properties.conversion().#method(#property);).into())
    };
    counted.into_iter().flatten().filter_map(line).collect()
}
