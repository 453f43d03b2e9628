//! Tokens one behind the other, and all that they say in one text: an item costs a few allocations, not one
//! for each word.

use std::fmt::Write as _;
use std::ops::Range;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::lines::Lines;
use super::operators;
use crate::emit;

/// The tokens of an item; kept from item to item for its memory.
#[derive(Debug, Default)]
pub(super) struct Tape {
    text: String,
    tokens: Vec<Token>,
    count: usize,
    /// What marks stand for, by their numbers. Without it nothing is a mark.
    lines: Option<Vec<Option<Lines>>>,
    /// The marks of which that is not known yet, and how many braces are around them.
    unknown: Vec<(usize, usize)>,
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
    /// The mark of that number.
    Mark(usize),
}

impl Tape {
    /// Forgets what it holds and takes the tokens.
    pub(super) fn read(&mut self, tokens: TokenStream) {
        self.text.clear();
        self.tokens.clear();
        self.count = self.append(tokens, 0);
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

    /// Takes marks for what they are from now on; none is known yet.
    pub(super) fn expect_marks(&mut self) {
        self.lines = Some(Vec::new());
    }

    /// A mark of which nothing is known, and how many braces are around it.
    pub(super) fn next_unknown(&mut self) -> Option<(usize, usize)> {
        self.unknown.pop()
    }

    pub(super) fn know(&mut self, number: usize, known: Lines) {
        let lines = self.lines.get_or_insert_default();
        if lines.len() <= number {
            lines.resize_with(number + 1, || None);
        }
        lines[number] = Some(known);
    }

    pub(super) fn lines(&self, number: usize) -> Option<&Lines> {
        self.lines.as_ref()?.get(number)?.as_ref()
    }

    /// How many tokens that were, each group counted as one.
    fn append(&mut self, tokens: TokenStream, depth: usize) -> usize {
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
                        if let Some(number) = self.lines.as_ref().and_then(|_| emit::number(&inside)) {
                            if self.lines(number).is_none() {
                                self.unknown.push((number, depth));
                            }
                            self.tokens.push(Token::Mark(number));
                        } else {
                            count = count - 1 + self.append(inside, depth);
                        }
                        continue;
                    }
                    let depth = depth + usize::from(delimiter == Delimiter::Brace);
                    let open = self.tokens.len();
                    self.tokens.push(Token::Open(delimiter, 0));
                    self.tokens[open] = Token::Open(delimiter, self.append(inside, depth));
                    self.tokens.push(Token::Close);
                }
            }
        }
        count
    }
}
