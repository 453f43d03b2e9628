use proc_macro2::TokenStream;
use quote::quote;

use crate::plan::{self, Compiled};

/// Items that make cargo build again when the plan changes, or what says where it is, the manifest of the crate
/// and the variable, or on which day it is looked at, where that decides something.
pub(crate) fn items(compiled: &Compiled) -> TokenStream {
    let files: Vec<_> = compiled.files().chain([plan::manifest()]).collect();
    // A path that is not Unicode cannot be written in Rust; such a file is read, but not watched.
    let paths = files.iter().filter_map(|file| file.to_str());
    let epoch = compiled.asks_for_today().then(|| {
        quote! {
            const _: ::core::option::Option<&str> = ::core::option_env!("SOURCE_DATE_EPOCH");
        }
    });
    quote! {
        #(const _: &[u8] = ::core::include_bytes!(#paths);)*
        const _: ::core::option::Option<&str> = ::core::option_env!("TAXOGEN_PLAN");
        #epoch
    }
}
