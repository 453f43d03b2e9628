//! Where one statement, item, field or arm ends and the next begins.

use std::ops::Range;

use proc_macro2::Delimiter;

use super::tree::{Kind, Node, Role};

/// One of the things that have their own line.
pub(super) struct Statement<'n> {
    /// Doc comments and attributes, each on a line of its own.
    pub(super) attributes: Vec<&'n [Node]>,
    pub(super) nodes: &'n [Node],
}

/// Words before the one that says what an item is.
const QUALIFIERS: [&str; 7] = ["pub", "const", "async", "unsafe", "extern", "default", "static"];
/// Words of items whose body has its own lines.
const ITEMS: [&str; 8] = ["fn", "impl", "trait", "mod", "struct", "enum", "union", "macro_rules"];
const LOOPS: [&str; 5] = ["if", "for", "while", "loop", "unsafe"];

impl Statement<'_> {
    /// Whether empty lines stand around it: an item with a body, or one that is documented.
    pub(super) fn stands_apart(&self) -> bool {
        let is_element = self.nodes.last().is_none_or(|last| last.is(","));
        let is_item = item_word(self.nodes).is_some();
        !is_element && is_item || !self.attributes.is_empty() && self.nodes.last().is_some_and(|last| last.is(";"))
    }

    pub(super) fn is_use(&self) -> bool {
        let nodes = skip_visibility(self.nodes);
        nodes.first().is_some_and(|node| node.is_word("use"))
    }
}

/// `fn`, `impl`, …: what the item is.
fn item_word(nodes: &[Node]) -> Option<&str> {
    let mut rest = skip_visibility(nodes);
    loop {
        let word = rest.first()?.word()?;
        if ITEMS.contains(&word) {
            return Some(word);
        }
        if !QUALIFIERS.contains(&word) {
            return None;
        }
        rest = &rest[1..];
        if let Some(Node { kind: Kind::Literal(_), .. }) = rest.first() {
            rest = &rest[1..];
        }
    }
}

fn skip_visibility(nodes: &[Node]) -> &[Node] {
    match nodes {
        [first, second, rest @ ..] if first.is_word("pub") && second.is_group(Delimiter::Parenthesis) => rest,
        [first, rest @ ..] if first.is_word("pub") => rest,
        nodes => nodes,
    }
}

/// The statements of a block's inside, of items, fields or arms.
pub(super) fn statements(nodes: &[Node]) -> Vec<Statement<'_>> {
    ranges(nodes).into_iter().map(|range| statement(&nodes[range])).collect()
}

fn statement(nodes: &[Node]) -> Statement<'_> {
    let mut attributes = Vec::new();
    let mut nodes = nodes;
    while let Some(length) = attribute_length(nodes) {
        attributes.push(&nodes[..length]);
        nodes = &nodes[length..];
    }
    Statement { attributes, nodes }
}

fn attribute_length(nodes: &[Node]) -> Option<usize> {
    match nodes {
        [Node { kind: Kind::Doc { .. }, .. }, ..] => Some(1),
        [hash, group, ..] if hash.is("#") && group.is_group(Delimiter::Bracket) => Some(2),
        [hash, bang, group, ..] if hash.is("#") && bang.is("!") && group.is_group(Delimiter::Bracket) => Some(3),
        _ => None,
    }
}

fn ranges(nodes: &[Node]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut angles) = (0, 0usize);
    for (index, node) in nodes.iter().enumerate() {
        match node.role {
            Role::Open => angles += 1,
            Role::Close => angles = angles.saturating_sub(1),
            _ => {}
        }
        let is_separator = node.is(";") || (node.is(",") && angles == 0);
        let is_inner = matches!(node.kind, Kind::Doc { is_inner: true, .. });
        let is_block = node.is_group(Delimiter::Brace) && nodes.get(index + 1).is_some_and(|next| !continues(next));
        if is_separator || is_inner || is_block {
            ranges.push(start..index + 1);
            start = index + 1;
            angles = 0;
        }
    }
    if start < nodes.len() {
        ranges.push(start..nodes.len());
    }
    ranges
}

/// Whether a node goes on with the statement whose block has just ended.
fn continues(node: &Node) -> bool {
    match &node.kind {
        Kind::Word(word) => matches!(word.as_str(), "else" | "as"),
        Kind::Operator(text) => node.role != Role::Prefix && !matches!(text.as_ref(), "#" | "::" | "<" | "$" | "'"),
        Kind::Literal(_) | Kind::Doc { .. } | Kind::Group(_) => false,
    }
}

/// What stands between the commas of a group; a comma at the end has nothing behind it.
pub(super) fn elements(nodes: &[Node]) -> Vec<&[Node]> {
    let mut elements = Vec::new();
    let (mut start, mut angles, mut in_pipes) = (0, 0usize, false);
    for (index, node) in nodes.iter().enumerate() {
        match node.role {
            Role::Open => angles += 1,
            Role::Close => angles = angles.saturating_sub(1),
            Role::PipeOpen => in_pipes = true,
            Role::PipeClose => in_pipes = false,
            _ => {}
        }
        if node.is(",") && angles == 0 && !in_pipes {
            elements.push(&nodes[start..index]);
            start = index + 1;
        }
    }
    if start < nodes.len() {
        elements.push(&nodes[start..]);
    }
    elements
}

/// The braces that are bodies of items or of loops, and so have their own lines.
pub(super) fn hard_groups(nodes: &[Node]) -> Vec<usize> {
    let mut hard = Vec::new();
    for range in ranges(nodes) {
        let offset = range.start;
        let statement = statement(&nodes[range.clone()]);
        let skipped = range.len() - statement.nodes.len();
        let is_item = item_word(statement.nodes).is_some();
        let is_loop = statement.nodes.first().and_then(Node::word).is_some_and(|word| LOOPS.contains(&word));
        if is_item || is_loop {
            let braces = statement.nodes.iter().enumerate().filter(|(_, node)| node.is_group(Delimiter::Brace));
            hard.extend(braces.map(|(index, _)| offset + skipped + index));
        }
    }
    hard
}
