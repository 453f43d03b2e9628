//! YAML text to a tree whose every node knows where it stands.
//!
//! `events` is the only module that knows the YAML crate; `tree` builds from its events. A mapping keeps
//! the order and every key; a duplicate key is told here and the first stays.

mod events;
mod repeats;
mod size;
mod syntax;
mod tree;

use std::borrow::Cow;

use crate::diagnostic::Diagnostics;
use crate::list;
use crate::source::{Source, Span};

/// A node of the tree. It borrows what stands in the text as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    /// Where it stands; what an alias stands for is where its anchor is.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind<'t>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind<'t> {
    /// A single value.
    Scalar(Scalar<'t>),
    /// A list.
    Sequence(Vec<Node<'t>>),
    /// A map.
    Mapping(Vec<Entry<'t>>),
}

/// A scalar's text, unresolved: the schema decides what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar<'t> {
    /// The text without quotes, escapes resolved, lines folded as YAML says; empty where nothing stands.
    pub text: Cow<'t, str>,
    /// Quoted or block: always text. Plain: YAML 1.2 core where the schema wants no text.
    pub quoted: bool,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'t> {
    /// The key.
    pub key: Key<'t>,
    /// The value; an empty plain scalar behind the colon where nothing stands.
    pub value: Node<'t>,
}

/// A mapping's key: its source text.
#[derive(Debug, Clone, PartialEq)]
pub struct Key<'t> {
    /// The text without quotes.
    pub text: Cow<'t, str>,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A node that stands for itself, without the text that it was read from.
pub type Value = Node<'static>;

impl Node<'_> {
    /// A copy that borrows nothing.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let kind = match &self.kind {
            NodeKind::Scalar(scalar) => NodeKind::Scalar(Scalar { text: owned(&scalar.text), quoted: scalar.quoted }),
            NodeKind::Sequence(items) => NodeKind::Sequence(list::map(items, Node::to_value)),
            NodeKind::Mapping(entries) => NodeKind::Mapping(list::map(entries, Entry::to_static)),
        };
        Node { span: self.span, kind }
    }
}

impl Entry<'_> {
    fn to_static(&self) -> Entry<'static> {
        let key = Key { text: owned(&self.key.text), span: self.key.span };
        Entry { key, value: self.value.to_value() }
    }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// Reads one file of `source`. What is wrong with the text is told; `None` where nothing can be built
/// on it: it could not be read to its end, or is empty.
pub fn parse<'t>(source: &'t Source, file: u16, diagnostics: &mut Diagnostics) -> Option<Node<'t>> {
    tree::Builder::new(&source.file(file).text, file, diagnostics).document()
}

/// The value of one key of the outermost map, read no further than that. Nothing is told: where the text cannot be
/// read up to there, there is no value.
pub(crate) fn value_of<'t>(source: &'t Source, file: u16, key: &str) -> Option<Node<'t>> {
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
    text.as_bytes().split(|byte| matches!(byte, b'\n' | b'\r')).any(|line| {
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        let content = &line[indent..];
        if matches!(content, [] | [b'#', ..]) || first.is_some_and(|first| indent > first) {
            return false;
        }
        first.get_or_insert(indent);
        // A quote, a bracket, an anchor and the like may hide it.
        content.starts_with(key.as_bytes()) || !content[0].is_ascii_alphabetic()
    })
}

#[cfg(test)]
mod tests;
