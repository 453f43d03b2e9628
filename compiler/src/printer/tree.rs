//! Tokens as the printer sees them: words, whole operators, groups, and doc comments.

use std::borrow::Cow;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::{classify, operators, spacing};

/// One token, or a group of them.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// What follows directly is part of the same operator, as far as the lexer was told.
    pub(super) joint: bool,
    /// Whether a space stands before it on one line.
    pub(super) space: bool,
    /// The role of a character that has several.
    pub(super) role: Role,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// An identifier, a keyword, or a lifetime.
    Word(String),
    Literal(String),
    /// `::`, `=>`, `&`.
    Operator(Cow<'static, str>),
    Group(Group),
    /// The text after `///` or `//!`.
    Doc {
        text: String,
        is_inner: bool,
    },
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
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) delimiter: Delimiter,
    pub(super) body: Vec<Node>,
    pub(super) use_of: Use,
    /// Whether the last element is followed by a comma when each has its own line.
    pub(super) trailing_comma: bool,
    /// Columns on one line, delimiters included; `None` where it must be broken.
    pub(super) width: Option<usize>,
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

impl Node {
    fn new(kind: Kind, joint: bool) -> Self {
        Self { kind, joint, space: false, role: Role::Plain }
    }

    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(&self.kind, Kind::Operator(text) if text == operator)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(text) if text == word)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn group(&self) -> Option<&Group> {
        match &self.kind {
            Kind::Group(group) => Some(group),
            _ => None,
        }
    }

    pub(super) fn is_group(&self, delimiter: Delimiter) -> bool {
        self.group().is_some_and(|group| group.delimiter == delimiter)
    }

    /// Columns on one line; `None` where it needs several.
    pub(super) fn width(&self) -> Option<usize> {
        match &self.kind {
            Kind::Word(text) | Kind::Literal(text) => (!text.contains('\n')).then(|| text.chars().count()),
            Kind::Operator(text) => Some(text.len()),
            Kind::Group(group) => group.width,
            Kind::Doc { .. } => None,
        }
    }
}

/// Columns of the nodes on one line, without a space before the first.
pub(super) fn width(nodes: &[Node]) -> Option<usize> {
    nodes
        .iter()
        .enumerate()
        .try_fold(0, |sum, (index, node)| Some(sum + node.width()? + usize::from(node.space && index > 0)))
}

/// The nodes of items or of a block's inside.
pub(super) fn body(tokens: TokenStream) -> Vec<Node> {
    nodes(tokens, true, false)
}

fn nodes(tokens: TokenStream, is_body: bool, is_foreign: bool) -> Vec<Node> {
    let mut nodes = Vec::new();
    flatten(tokens, is_foreign, &mut nodes);
    classify::angles(&mut nodes);
    operators::merge(&mut nodes);
    classify::pipes(&mut nodes);
    classify::prefixes(&mut nodes);
    classify::docs(&mut nodes);
    classify::groups(&mut nodes, is_body, is_foreign);
    spacing::spaces(&mut nodes);
    nodes
}

fn flatten(tokens: TokenStream, is_foreign: bool, nodes: &mut Vec<Node>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => push_word(nodes, ident.to_string()),
            TokenTree::Literal(literal) => nodes.push(Node::new(Kind::Literal(literal.to_string()), false)),
            TokenTree::Punct(punct) => {
                let text = operators::character(punct.as_char());
                nodes.push(Node::new(Kind::Operator(text), punct.spacing() == Spacing::Joint));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                flatten(group.stream(), is_foreign, nodes);
            }
            TokenTree::Group(group) => {
                let is_body = group.delimiter() == Delimiter::Brace;
                let is_foreign = is_foreign || is_foreign_after(nodes);
                let group = Group {
                    delimiter: group.delimiter(),
                    body: self::nodes(group.stream(), is_body, is_foreign),
                    use_of: Use::Plain,
                    trailing_comma: false,
                    width: None,
                };
                nodes.push(Node::new(Kind::Group(group), false));
            }
        }
    }
}

/// Whether what follows belongs to an attribute or a macro: `#`, `!`, `macro_rules! name`.
fn is_foreign_after(nodes: &[Node]) -> bool {
    match nodes {
        [.., last] if last.is("#") || last.is("!") => true,
        [.., last, name] => last.is("!") && name.word().is_some(),
        _ => false,
    }
}

/// A word behind a quote is a lifetime.
fn push_word(nodes: &mut Vec<Node>, word: String) {
    if let Some(Node { kind: Kind::Operator(quote), joint: true, .. }) = nodes.last()
        && quote == "'"
    {
        let lifetime = Node::new(Kind::Word(format!("'{word}")), false);
        *nodes.last_mut().expect("there is a quote") = lifetime;
        return;
    }
    nodes.push(Node::new(Kind::Word(word), false));
}
