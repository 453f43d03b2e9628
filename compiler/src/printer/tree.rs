//! Tokens as the printer sees them: words, whole operators, groups, and doc comments.

use std::borrow::Cow;
use std::slice::Iter;

use proc_macro2::Delimiter;

use super::lines::Lines;
use super::tape::{Tape, Token};
use super::{classify, operators, spacing};

/// One token, or a group of them.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) kind: Kind<'t>,
    /// What follows directly is part of the same operator, as far as the lexer was told.
    pub(super) joint: bool,
    /// Whether a space stands before it on one line.
    pub(super) space: bool,
    /// The role of a character that has several.
    pub(super) role: Role,
    /// Columns on one line, the delimiters of a group included; `None` where it needs several.
    width: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// An identifier or a lifetime.
    Word(&'t str),
    /// A word that is no operand: what follows it begins one.
    Keyword(&'t str),
    Literal(&'t str),
    /// `::`, `=>`, `&`.
    Operator(&'static str),
    Group(Group<'t>),
    /// The text after `///` or `//!`.
    Doc {
        text: Cow<'t, str>,
        is_inner: bool,
    },
    /// Whole statements that are printed already.
    Lines(&'t Lines),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    /// `<` and `>` of generics.
    Open,
    Close,
    /// `|` around the parameters of a closure.
    PipeOpen,
    PipeClose,
    /// An operator before its operand: `&x`.
    Prefix,
    /// `!` of a macro call.
    Bang,
    /// Part of another node by now, and about to be removed.
    Merged,
}

#[derive(Debug)]
pub(super) struct Group<'t> {
    pub(super) delimiter: Delimiter,
    pub(super) body: Vec<Node<'t>>,
    pub(super) use_of: Use,
    /// Whether the last element is followed by a comma when each has its own line.
    pub(super) trailing_comma: bool,
}

/// What a group is, as far as layout cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A block, a struct literal, a tuple, an array.
    Plain,
    /// Arguments or parameters.
    Call,
    /// Names in a `use`.
    Names,
    /// Behind `!` or `#`, or within such: its commas are not ours to touch.
    Foreign,
}

impl<'t> Node<'t> {
    fn new(kind: Kind<'t>, joint: bool, width: Option<usize>) -> Self {
        Self { kind, joint, space: false, role: Role::Plain, width }
    }

    #[inline]
    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(self.kind, Kind::Operator(text) if text == operator)
    }

    #[inline]
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word(text) | Kind::Keyword(text) if text == word)
    }

    pub(super) fn word(&self) -> Option<&'t str> {
        match self.kind {
            Kind::Word(text) | Kind::Keyword(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn group(&self) -> Option<&Group<'t>> {
        match &self.kind {
            Kind::Group(group) => Some(group),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn is_group(&self, delimiter: Delimiter) -> bool {
        matches!(&self.kind, Kind::Group(group) if group.delimiter == delimiter)
    }

    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    pub(super) fn set_width(&mut self, width: Option<usize>) {
        self.width = width;
    }

    /// Makes it an operator of several characters.
    pub(super) fn become_operator(&mut self, operator: &'static str) {
        self.kind = Kind::Operator(operator);
        self.width = Some(operator.len());
    }

    /// Makes it a comment, which has a line of its own.
    pub(super) fn become_doc(&mut self, text: Cow<'t, str>, is_inner: bool) {
        *self = Self::new(Kind::Doc { text, is_inner }, false, None);
    }
}

/// Columns of the nodes on one line, without a space before the first.
pub(super) fn width(nodes: &[Node<'_>]) -> Option<usize> {
    let mut sum = 0;
    for node in nodes {
        sum += node.width? + usize::from(node.space);
    }
    Some(sum - usize::from(nodes.first().is_some_and(|first| first.space)))
}

/// The nodes of items or of a block's inside.
pub(super) fn body(tape: &Tape) -> Vec<Node<'_>> {
    nodes(tape, &mut tape.tokens().iter(), tape.count(), true, false)
}

/// The nodes, `count` of them, up to the end of the group that the tokens are in.
fn nodes<'t>(
    tape: &'t Tape,
    tokens: &mut Iter<'t, Token>,
    count: usize,
    is_body: bool,
    is_foreign: bool,
) -> Vec<Node<'t>> {
    let mut nodes = Vec::with_capacity(count);
    while let Some(token) = tokens.next() {
        let node = match token {
            Token::Word(range) => word(tape.text(range)),
            Token::Literal(range) => {
                let text = tape.text(range);
                Node::new(Kind::Literal(text), false, (!text.contains('\n')).then(|| columns(text)))
            }
            Token::Operator(text, joint) => Node::new(Kind::Operator(text), *joint, Some(text.len())),
            Token::Open(delimiter, count) => {
                let is_body = *delimiter == Delimiter::Brace;
                let body = self::nodes(tape, tokens, *count, is_body, is_foreign || is_foreign_after(&nodes));
                let group = Group { delimiter: *delimiter, body, use_of: Use::Plain, trailing_comma: false };
                Node::new(Kind::Group(group), false, None)
            }
            Token::Close => break,
            Token::Mark(number) => {
                let Some(lines) = tape.lines(*number) else { continue };
                Node::new(Kind::Lines(lines), false, None)
            }
        };
        nodes.push(node);
    }
    classify::angles(&mut nodes);
    operators::merge(&mut nodes);
    classify::pipes(&mut nodes);
    classify::prefixes(&mut nodes);
    classify::docs(&mut nodes);
    classify::groups(&mut nodes, is_body, is_foreign);
    spacing::spaces(&mut nodes);
    nodes
}

fn word(text: &str) -> Node<'_> {
    let kind = if classify::is_keyword(text) { Kind::Keyword(text) } else { Kind::Word(text) };
    Node::new(kind, false, Some(columns(text)))
}

fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Whether what follows belongs to an attribute or a macro: `#`, `!`, `macro_rules! name`.
fn is_foreign_after(nodes: &[Node<'_>]) -> bool {
    match nodes {
        [.., last] if last.is("#") || last.is("!") => true,
        [.., last, name] => last.is("!") && name.word().is_some(),
        _ => false,
    }
}
