//! YAML text to a tree whose every node knows where it stands.
//!
//! `events` is the only module that knows the YAML crate; `tree` builds from its events. A mapping keeps
//! the order and every key; a duplicate key is told here and the first stays.

mod events;
mod syntax;
mod tree;

use crate::diagnostic::Diagnostics;
use crate::source::{Source, Span};

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands; what an alias stands for is where its anchor is.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A map.
    Mapping(Vec<Entry>),
}

/// A scalar's text, unresolved: the schema decides what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text without quotes, escapes resolved, lines folded as YAML says; empty where nothing stands.
    pub text: String,
    /// Quoted or block: always text. Plain: YAML 1.2 core where the schema wants no text.
    pub quoted: bool,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value; an empty plain scalar behind the colon where nothing stands.
    pub value: Node,
}

/// A mapping's key: its source text.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The text without quotes.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Reads one file of `source`. What is wrong with the text is told; `None` where nothing can be built
/// on it: it could not be read to its end, or is empty.
pub fn parse(source: &Source, file: u16, diagnostics: &mut Diagnostics) -> Option<Node> {
    tree::Builder::new(&source.file(file).text, file, diagnostics).document()
}

#[cfg(test)]
mod tests;
