//! How large a node is, with all that it holds.

use super::{Node, NodeKind};

#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) nodes: usize,
    /// Of text.
    pub(super) bytes: usize,
    pub(super) depth: usize,
}

pub(super) fn size(node: &Node) -> Size {
    let mut whole = Size { nodes: 1, bytes: 0, depth: 1 };
    let add = |child: &Node| {
        let child = size(child);
        whole.nodes += child.nodes;
        whole.bytes += child.bytes;
        whole.depth = whole.depth.max(child.depth + 1);
    };
    match &node.kind {
        NodeKind::Scalar(scalar) => return Size { nodes: 1, bytes: scalar.text.len(), depth: 0 },
        NodeKind::Sequence(items) => items.iter().for_each(add),
        NodeKind::Mapping(entries) => {
            entries.iter().map(|entry| &entry.value).for_each(add);
            whole.bytes += entries.iter().map(|entry| entry.key.text.len()).sum::<usize>();
        }
    }
    whole
}
