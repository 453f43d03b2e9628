use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A mistake in the code that calls a macro: the token that is wrong, a sentence, and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    span: Span,
    message: String,
}

impl Failure {
    pub(crate) fn new(span: Span, sentence: impl Into<String>) -> Self {
        Self { span, message: sentence.into() }
    }

    /// Says what to do, on a line of its own.
    pub(crate) fn help(mut self, text: impl Into<Option<String>>) -> Self {
        if let Some(text) = text.into() {
            self.message.push_str("\nhelp: ");
            self.message.push_str(&text);
        }
        self
    }

    /// As an error of rustc: an item, an expression or a pattern, as its place wants. It has the type of
    /// whatever is expected there, so nothing follows from it.
    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { span, message } = self;
        quote_spanned!(*span=> ::core::compile_error! { #message })
    }
}
