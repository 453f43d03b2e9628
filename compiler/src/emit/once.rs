use std::cell::Cell;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Tokens that stand in one place only: `quote!` takes them, where it would copy a `TokenStream`, identifier by
/// identifier, at every level of nesting.
pub(super) struct Once(Cell<Option<TokenStream>>);

impl From<TokenStream> for Once {
    fn from(tokens: TokenStream) -> Self {
        Self(Cell::new(Some(tokens)))
    }
}

impl From<Option<TokenStream>> for Once {
    /// Nothing, where there is nothing.
    fn from(tokens: Option<TokenStream>) -> Self {
        tokens.unwrap_or_default().into()
    }
}

impl ToTokens for Once {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend([self.0.take().expect("each `Once` stands in one place of one `quote!`")]);
    }
}
