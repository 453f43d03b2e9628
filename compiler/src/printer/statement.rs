//! Where one statement, item, field or arm ends and the next begins.

use std::ops::Range;

use proc_macro2::Delimiter;

use super::tree::{Kind, Node, Role};

/// One of the things that have their own line.
pub(super) struct Statement<'n, 't> {
    attributes: &'n [Node<'t>],
    pub(super) nodes: &'n [Node<'t>],
}

/// Whether it stands before the word that says what an item is.
fn is_qualifier(word: &str) -> bool {
    matches!(word, "pub" | "const" | "async" | "unsafe" | "extern" | "default" | "static")
}

/// Whether it says that this is an item whose body has its own lines.
fn is_item(word: &str) -> bool {
    matches!(word, "fn" | "impl" | "trait" | "mod" | "struct" | "enum" | "union" | "macro_rules")
}

fn is_loop(word: &str) -> bool {
    matches!(word, "if" | "for" | "while" | "loop" | "unsafe")
}

impl<'n, 't> Statement<'n, 't> {
    /// Doc comments and attributes, each on a line of its own.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'n [Node<'t>]> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (first, behind) = rest.split_at(attribute_length(rest)?);
            rest = behind;
            Some(first)
        })
    }

    pub(super) fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// Whether empty lines stand around it: an item with a body, or one that is documented.
    pub(super) fn stands_apart(&self) -> bool {
        if let [Node { kind: Kind::Lines(lines), .. }] = self.nodes {
            return lines.stand_apart;
        }
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
fn item_word<'t>(nodes: &[Node<'t>]) -> Option<&'t str> {
    let mut rest = skip_visibility(nodes);
    loop {
        let word = rest.first()?.word()?;
        if is_item(word) {
            return Some(word);
        }
        if !is_qualifier(word) {
            return None;
        }
        rest = &rest[1..];
        if let Some(Node { kind: Kind::Literal(_), .. }) = rest.first() {
            rest = &rest[1..];
        }
    }
}

fn skip_visibility<'n, 't>(nodes: &'n [Node<'t>]) -> &'n [Node<'t>] {
    match nodes {
        [first, second, rest @ ..] if first.is_word("pub") && second.is_group(Delimiter::Parenthesis) => rest,
        [first, rest @ ..] if first.is_word("pub") => rest,
        nodes => nodes,
    }
}

/// The statements of a block's inside, of items, fields or arms.
pub(super) fn statements<'n, 't>(nodes: &'n [Node<'t>]) -> impl Iterator<Item = Statement<'n, 't>> {
    ranges(nodes).map(|range| statement(&nodes[range]))
}

fn statement<'n, 't>(nodes: &'n [Node<'t>]) -> Statement<'n, 't> {
    let mut begin = 0;
    while let Some(length) = attribute_length(&nodes[begin..]) {
        begin += length;
    }
    let (attributes, nodes) = nodes.split_at(begin);
    Statement { attributes, nodes }
}

fn attribute_length(nodes: &[Node<'_>]) -> Option<usize> {
    match nodes {
        [Node { kind: Kind::Doc { .. }, .. }, ..] => Some(1),
        [Node { kind: Kind::Lines(lines), .. }, ..] if lines.are_attributes => Some(1),
        [hash, group, ..] if hash.is("#") && group.is_group(Delimiter::Bracket) => Some(2),
        [hash, bang, group, ..] if hash.is("#") && bang.is("!") && group.is_group(Delimiter::Bracket) => Some(3),
        _ => None,
    }
}

fn ranges(nodes: &[Node<'_>]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let end = start + length(&nodes[start..])?;
        let range = start..end;
        start = end;
        Some(range)
    })
}

/// How many nodes belong to the first statement; `None` where nothing is left.
fn length(nodes: &[Node<'_>]) -> Option<usize> {
    let mut angles = 0usize;
    for (index, node) in nodes.iter().enumerate() {
        match node.role {
            Role::Open => angles += 1,
            Role::Close => angles = angles.saturating_sub(1),
            _ => {}
        }
        let is_separator = node.is(";") || (node.is(",") && angles == 0);
        let is_inner = matches!(node.kind, Kind::Doc { is_inner: true, .. });
        let is_block = node.is_group(Delimiter::Brace) && nodes.get(index + 1).is_some_and(|next| !continues(next));
        let is_printed = matches!(node.kind, Kind::Lines(lines) if !lines.are_attributes);
        if is_separator || is_inner || is_block || is_printed {
            return Some(index + 1);
        }
    }
    (!nodes.is_empty()).then_some(nodes.len())
}

/// Whether a node goes on with the statement whose block has just ended.
fn continues(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::Keyword(word) => matches!(*word, "else" | "as"),
        Kind::Operator(text) => node.role != Role::Prefix && !matches!(*text, "#" | "::" | "<" | "$" | "'"),
        Kind::Word(_) | Kind::Literal(_) | Kind::Doc { .. } | Kind::Group(_) | Kind::Lines(_) => false,
    }
}

/// What stands between the commas of a group; a comma at the end has nothing behind it.
pub(super) fn elements<'n, 't>(nodes: &'n [Node<'t>]) -> Vec<&'n [Node<'t>]> {
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
pub(super) fn hard_groups(nodes: &[Node<'_>]) -> Vec<usize> {
    let mut hard = Vec::new();
    if !nodes.iter().any(|node| node.is_group(Delimiter::Brace)) {
        return hard;
    }
    for range in ranges(nodes) {
        let offset = range.start;
        let statement = statement(&nodes[range.clone()]);
        let skipped = range.len() - statement.nodes.len();
        let is_item = item_word(statement.nodes).is_some();
        let is_loop = statement.nodes.first().and_then(Node::word).is_some_and(is_loop);
        if is_item || is_loop {
            let braces = statement.nodes.iter().enumerate().filter(|(_, node)| node.is_group(Delimiter::Brace));
            hard.extend(braces.map(|(index, _)| offset + skipped + index));
        }
    }
    hard
}
