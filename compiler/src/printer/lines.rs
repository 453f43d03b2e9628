//! Lines that stand in many places of a module, and are printed once.

use proc_macro2::TokenStream;

use super::layout::Layout;
use super::statement;
use super::tape::Tape;
use super::tree;

/// What a mark of the emitter stands for, as text.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) text: String,
    /// Whether empty lines stand around them.
    pub(super) stand_apart: bool,
    /// Whether they are attributes of what follows.
    pub(super) are_attributes: bool,
}

impl Lines {
    pub(super) fn print(tokens: TokenStream, indent: usize) -> Self {
        let mut tape = Tape::default();
        tape.read(tokens);
        let nodes = tree::body(&tape);
        let mut text = String::new();
        Layout::new(&mut text).statements(&nodes, indent, false);
        let stand_apart = statement::statements(&nodes).any(|statement| statement.stands_apart());
        let are_attributes = statement::statements(&nodes).all(|statement| statement.nodes.is_empty());
        Self { text, stand_apart, are_attributes }
    }
}
