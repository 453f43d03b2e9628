//! Where a space stands between two tokens of one line.

use proc_macro2::Delimiter;

use super::operators;
use super::tree::{Kind, Node, Role, Use};

pub(super) fn spaces(nodes: &mut [Node<'_>]) {
    for index in 1..nodes.len() {
        let (before, from) = nodes.split_at(index);
        let space = is_spaced(before, &from[0]);
        nodes[index].space = space || ends_a_number(before, from);
    }
}

/// A dot behind digits is part of a number, unless a name follows.
fn ends_a_number(before: &[Node<'_>], from: &[Node<'_>]) -> bool {
    let is_number =
        matches!(before.last(), Some(Node { kind: Kind::Literal(text), .. }) if text.starts_with(char::is_numeric));
    is_number && from[0].is(".") && from.get(1).is_none_or(|next| next.word().is_none_or(|word| word.starts_with('\'')))
}

fn is_spaced(before: &[Node<'_>], node: &Node<'_>) -> bool {
    let Some(last) = before.last() else { return false };
    if sticks_to_next(before, last, node) {
        return would_merge(last, node);
    }
    match &node.kind {
        Kind::Operator(text) => is_operator_spaced(last, node, text) || would_merge(last, node),
        Kind::Group(group) => match group.delimiter {
            Delimiter::Parenthesis => is_parenthesis_spaced(last),
            Delimiter::Bracket => is_bracket_spaced(last),
            _ => group.use_of != Use::Names || last.is_word("use"),
        },
        Kind::Word(_) | Kind::Keyword(_) | Kind::Literal(_) | Kind::Doc { .. } | Kind::Lines(_) => true,
    }
}

/// Nothing stands between the last node and what follows it.
fn sticks_to_next(before: &[Node<'_>], last: &Node<'_>, node: &Node<'_>) -> bool {
    match (last.role, &last.kind) {
        (Role::Open | Role::PipeOpen | Role::Prefix, _) => true,
        (Role::Bang, _) => node.is_group(Delimiter::Parenthesis) || node.is_group(Delimiter::Bracket),
        (_, Kind::Operator(text)) => match *text {
            "::" | "." | "#" | "$" => true,
            "!" => before.len() > 1 && before[before.len() - 2].is("#"),
            ".." | "..=" => !matches!(node.kind, Kind::Operator(_)),
            _ => false,
        },
        _ => false,
    }
}

fn is_operator_spaced(last: &Node<'_>, node: &Node<'_>, text: &str) -> bool {
    match (node.role, text) {
        (Role::Close | Role::PipeClose | Role::Bang, _)
        | (_, "," | ";" | "." | ":")
        | (Role::Plain, "?" | ".." | "..=") => false,
        (Role::Open, _) => !(last.word().is_some() || last.is("::")),
        (_, "::") => !(is_path_part(last) || last.role == Role::Close),
        (_, "!") if last.is("#") => false,
        _ => true,
    }
}

/// `a::`, `self::` and `crate::`, but not `as ::a`.
fn is_path_part(node: &Node<'_>) -> bool {
    matches!(node.kind, Kind::Word(_))
}

fn is_parenthesis_spaced(last: &Node<'_>) -> bool {
    match last.kind {
        Kind::Word(_) => false,
        Kind::Keyword(word) => word != "pub",
        Kind::Literal(_) | Kind::Doc { .. } | Kind::Lines(_) => true,
        Kind::Group(ref group) => group.delimiter == Delimiter::Brace || group.use_of == Use::Foreign,
        Kind::Operator(text) => last.role != Role::Close && text != "?",
    }
}

fn is_bracket_spaced(last: &Node<'_>) -> bool {
    match last.kind {
        Kind::Word(word) => word.starts_with('\''),
        Kind::Literal(_) => false,
        Kind::Keyword(_) | Kind::Doc { .. } | Kind::Lines(_) => true,
        Kind::Group(ref group) => group.delimiter == Delimiter::Brace || group.use_of == Use::Foreign,
        Kind::Operator(text) => text != "?",
    }
}

/// Whether two tokens without a space would be read as another one.
fn would_merge(last: &Node<'_>, node: &Node<'_>) -> bool {
    match (&last.kind, &node.kind) {
        (Kind::Operator(text), Kind::Operator(next)) => {
            !matches!(last.role, Role::Open | Role::Close) && !last.joint && operators::would_merge(text, next)
        }
        (Kind::Literal(text), Kind::Operator(next)) => text.ends_with('.') && next.starts_with('.'),
        _ => false,
    }
}
