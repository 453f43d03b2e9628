//! Tokens one behind the other, and all that they say in one text: an item costs a few allocations, not one
//! for each word.

use std::fmt::Write as _;
use std::ops::Range;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::operators;

/// The tokens of an item; kept from item to item for its memory.
#[derive(Debug, Default)]
pub(super) struct Tape {
    text: String,
    tokens: Vec<Token>,
    count: usize,
}

/// What stands on the tape; texts are ranges of [`Tape::text`].
#[derive(Debug, Clone)]
pub(super) enum Token {
    /// An identifier, a keyword, or a lifetime.
    Word(Range<usize>),
    Literal(Range<usize>),
    /// One character of an operator, and whether the next one may be part of it.
    Operator(&'static str, bool),
    /// A group, and how many tokens stand in it, each group in it counted as one.
    Open(Delimiter, usize),
    Close,
}

impl Tape {
    /// Forgets what it holds and takes the tokens.
    pub(super) fn read(&mut self, tokens: TokenStream) {
        self.text.clear();
        self.tokens.clear();
        self.count = self.append(tokens);
    }

    /// How many tokens there are, each group counted as one.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(super) fn text(&self, range: &Range<usize>) -> &str {
        &self.text[range.clone()]
    }

    /// How many tokens that were, each group counted as one.
    fn append(&mut self, tokens: TokenStream) -> usize {
        let mut count = 0;
        for token in tokens {
            count += 1;
            match token {
                TokenTree::Ident(ident) => {
                    let start = self.text.len();
                    // A word behind a quote is a lifetime.
                    if let Some(Token::Operator("'", true)) = self.tokens.last() {
                        self.tokens.pop();
                        count -= 1;
                        self.text.push('\'');
                    }
                    write!(self.text, "{ident}").expect("a text takes all");
                    self.tokens.push(Token::Word(start..self.text.len()));
                }
                TokenTree::Literal(literal) => {
                    let start = self.text.len();
                    write!(self.text, "{literal}").expect("a text takes all");
                    self.tokens.push(Token::Literal(start..self.text.len()));
                }
                TokenTree::Punct(punct) => {
                    let text = operators::character(punct.as_char());
                    self.tokens.push(Token::Operator(text, punct.spacing() == Spacing::Joint));
                }
                TokenTree::Group(group) => {
                    let (delimiter, inside) = (group.delimiter(), group.stream());
                    // Tokens that nobody else holds are taken, and not copied.
                    drop(group);
                    if delimiter == Delimiter::None {
                        count = count - 1 + self.append(inside);
                        continue;
                    }
                    let open = self.tokens.len();
                    self.tokens.push(Token::Open(delimiter, 0));
                    self.tokens[open] = Token::Open(delimiter, self.append(inside));
                    self.tokens.push(Token::Close);
                }
            }
        }
        count
    }
}
