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

/// The value of one key of the outermost map, read no further than that. Nothing is told: where the text cannot be
/// read up to there, there is no value.
pub(crate) fn value_of(source: &Source, file: u16, key: &str) -> Option<Node> {
    let text = &source.file(file).text;
    if !may_have(text, key) {
        return None;
    }
    tree::Builder::new(text, file, &mut Diagnostics::default()).value_of(key)
}

/// Whether `key` may stand in the outermost map, by the lines that are indented no deeper than the first one: most
/// files do not have the key, and need not be read twice to know it.
fn may_have(text: &str, key: &str) -> bool {
    let mut first = None;
    text.split(['\n', '\r']).any(|line| {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') || first.is_some_and(|first| indent > first) {
            return false;
        }
        first.get_or_insert(indent);
        // A quote, a bracket, an anchor and the like may hide it.
        content.starts_with(key) || !content.starts_with(|letter: char| letter.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests;
