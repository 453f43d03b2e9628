//! Tells apart what is written alike: angles from comparisons, pipes of closures from "or", and what a
//! group is for.

use std::borrow::Cow;

use proc_macro2::Delimiter;

use super::statement;
use super::tree::{Group, Kind, Node, Role, Use, width};

/// Words that are no operand.
pub(super) fn is_keyword(word: &str) -> bool {
    // By length, so that most words are held against few.
    match word.len() {
        2 => matches!(word, "as" | "if" | "in"),
        3 => matches!(word, "dyn" | "for" | "let" | "mod" | "mut" | "pub" | "ref" | "use"),
        4 => matches!(word, "else" | "enum" | "impl" | "loop" | "move" | "type"),
        5 => matches!(word, "async" | "await" | "break" | "const" | "match" | "trait" | "where" | "while" | "yield"),
        6 => matches!(word, "extern" | "return" | "static" | "unsafe"),
        8 => word == "continue",
        _ => false,
    }
}

/// Whether an expression can end with the node.
fn is_operand(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::Word(_) | Kind::Literal(_) => true,
        Kind::Keyword(_) | Kind::Doc { .. } | Kind::Lines(_) => false,
        Kind::Group(group) => group.delimiter != Delimiter::Brace,
        Kind::Operator(text) => *text == "?" || node.role == Role::Close,
    }
}

/// Marks `<` and `>` that are generics.
pub(super) fn angles(nodes: &mut [Node<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    let mut pairs = Vec::new();
    for index in 0..nodes.len() {
        let before = index.checked_sub(1).map(|before| &nodes[before]);
        match &nodes[index].kind {
            Kind::Operator("<") => {
                let follows_literal = before.is_some_and(|before| matches!(before.kind, Kind::Literal(_)));
                let is_shift =
                    before.is_some_and(|before| before.joint && before.is("<")) && open.last() != Some(&(index - 1));
                if !follows_literal && !is_shift {
                    open.push(index);
                }
            }
            Kind::Operator(">") => {
                let is_arrow = before.is_some_and(|before| before.joint && (before.is("-") || before.is("=")));
                if !is_arrow && let Some(start) = open.pop() {
                    pairs.push((start, index));
                }
            }
            Kind::Operator(";") => open.clear(),
            // `&&` and `||` stand between comparisons; `&&` also before a type.
            Kind::Operator("|") if nodes[index].joint => open.clear(),
            Kind::Group(group) if group.delimiter == Delimiter::Brace => open.clear(),
            _ => {}
        }
    }
    for (start, end) in pairs {
        nodes[start].role = Role::Open;
        nodes[end].role = Role::Close;
    }
}

/// Marks the pipes around the parameters of a closure.
pub(super) fn pipes(nodes: &mut [Node<'_>]) {
    let mut index = 0;
    while index < nodes.len() {
        if nodes[index].is("|") && (index == 0 || !is_operand(&nodes[index - 1])) {
            let Some(length) = nodes[index + 1..].iter().position(|node| node.is("|")) else { return };
            nodes[index].role = Role::PipeOpen;
            nodes[index + 1 + length].role = Role::PipeClose;
            index += length + 1;
        }
        index += 1;
    }
}

/// Marks operators that stand before their operand, and `!` behind the name of a macro.
pub(super) fn prefixes(nodes: &mut [Node<'_>]) {
    for index in 0..nodes.len() {
        let Kind::Operator(text) = nodes[index].kind else { continue };
        if !matches!(text, "&" | "&&" | "*" | "-" | "!" | "?" | ".." | "..=") {
            continue;
        }
        let follows_operand = index > 0 && is_operand(&nodes[index - 1]) && !is_attribute(nodes, index - 1);
        if text == "!" && follows_operand {
            nodes[index].role = Role::Bang;
        } else if !follows_operand {
            nodes[index].role = Role::Prefix;
        }
    }
}

/// Whether the node is the bracket of `#[..]`.
fn is_attribute(nodes: &[Node<'_>], index: usize) -> bool {
    nodes[index].is_group(Delimiter::Bracket) && is_behind_hash(nodes, index)
}

fn is_behind_hash(nodes: &[Node<'_>], index: usize) -> bool {
    match index.checked_sub(1).map(|before| &nodes[before]) {
        Some(before) if before.is("#") => true,
        Some(before) if before.is("!") => index > 1 && nodes[index - 2].is("#"),
        _ => false,
    }
}

/// Turns `#[doc = "…"]` into a comment, where a comment can say the same.
pub(super) fn docs(nodes: &mut Vec<Node<'_>>) {
    if !nodes.iter().any(|node| node.is("#")) {
        return;
    }
    for index in 1..nodes.len() {
        if !is_behind_hash(nodes, index) {
            continue;
        }
        let Some(text) = nodes[index].group().and_then(doc_text) else { continue };
        let is_inner = nodes[index - 1].is("!");
        nodes[index].become_doc(text, is_inner);
        let hash = index - if is_inner { 2 } else { 1 };
        for node in &mut nodes[hash..index] {
            node.role = Role::Merged;
        }
    }
    nodes.retain(|node| node.role != Role::Merged);
}

fn doc_text<'t>(group: &Group<'t>) -> Option<Cow<'t, str>> {
    let [name, equals, text] = group.body.as_slice() else { return None };
    let Kind::Literal(literal) = text.kind else { return None };
    if group.delimiter != Delimiter::Bracket || !name.is_word("doc") || !equals.is("=") {
        return None;
    }
    let text = unquoted(literal)?;
    let is_comment = !text.starts_with('/') && !text.contains(['\n', '\r']);
    is_comment.then_some(text)
}

/// What a literal of a string holds; `None` where it is another literal, or has an escape that a comment
/// cannot show.
fn unquoted(literal: &str) -> Option<Cow<'_, str>> {
    if let Some(raw) = literal.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw.get(hashes + 1..raw.len().checked_sub(hashes + 1)?)?;
        return Some(Cow::Borrowed(inner));
    }
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next()? {
                escaped @ ('"' | '\'' | '\\') => text.push(escaped),
                _ => return None,
            },
            other => text.push(other),
        }
    }
    Some(Cow::Owned(text))
}

/// Says what each group is for, settles its last comma and how wide it is.
pub(super) fn groups(nodes: &mut [Node<'_>], is_body: bool, is_foreign: bool) {
    let hard = if is_body { statement::hard_groups(nodes) } else { Vec::new() };
    let mut is_behind_match = false;
    for index in 0..nodes.len() {
        let delimiter = match &nodes[index].kind {
            Kind::Group(group) => group.delimiter,
            Kind::Keyword("match") => {
                is_behind_match = true;
                continue;
            }
            _ => continue,
        };
        let is_matched = delimiter == Delimiter::Brace && std::mem::take(&mut is_behind_match);
        let must_break = is_matched || hard.contains(&index);
        let use_of = if is_foreign { Use::Foreign } else { use_of(nodes, index, delimiter) };
        let is_index = index > 0 && is_operand(&nodes[index - 1]);
        if let Kind::Group(group) = &mut nodes[index].kind {
            group.use_of = use_of;
            settle_comma(group, is_index);
            let width = group_width(group).filter(|_| !must_break || group.body.is_empty());
            nodes[index].set_width(width);
        }
    }
}

fn use_of(nodes: &[Node<'_>], index: usize, delimiter: Delimiter) -> Use {
    let Some(before) = index.checked_sub(1).map(|before| &nodes[before]) else { return Use::Plain };
    let is_macro_rules = index > 1 && nodes[index - 2].role == Role::Bang;
    if before.role == Role::Bang || is_macro_rules || is_behind_hash(nodes, index) || before.is("$") {
        return Use::Foreign;
    }
    match delimiter {
        Delimiter::Brace if before.is("::") || before.is_word("use") => Use::Names,
        Delimiter::Parenthesis if before.role == Role::Close || matches!(before.kind, Kind::Word(_)) => Use::Call,
        _ => Use::Plain,
    }
}

/// Takes the last comma away where it stands only when each element has its own line, and notes whether
/// it does then.
fn settle_comma(group: &mut Group<'_>, is_index: bool) {
    if group.use_of == Use::Foreign {
        return;
    }
    let has_comma = matches!(group.body.as_slice(), [.., before, last] if last.is(",") && !before.is(","));
    let has_several = group.body.iter().rev().skip(1).any(|node| node.is(","));
    let ends_with_rest = group.body.iter().any(|node| node.is(".."))
        && statement::elements(&group.body).last().is_some_and(|last| last.first().is_some_and(|first| first.is("..")));
    match (group.delimiter, group.use_of) {
        (Delimiter::Parenthesis, Use::Call) | (Delimiter::Brace, _) => {
            if has_comma {
                group.body.pop();
            }
            let is_comma_ours = group.use_of == Use::Call && !group.body.is_empty();
            group.trailing_comma = (has_comma || is_comma_ours) && !ends_with_rest;
        }
        (Delimiter::Bracket, Use::Plain) if !is_index => {
            if has_comma && has_several {
                group.body.pop();
            }
            group.trailing_comma = has_several && !ends_with_rest;
        }
        _ => {}
    }
}

fn group_width(group: &Group<'_>) -> Option<usize> {
    let has_statements =
        group.delimiter == Delimiter::Brace && group.body.iter().any(|node| node.is(";") || node.is("#"));
    if has_statements {
        return None;
    }
    let padding = match (group.delimiter, group.use_of) {
        (Delimiter::Brace, Use::Plain | Use::Foreign) if !group.body.is_empty() => 4,
        _ => 2,
    };
    Some(width(&group.body)? + padding)
}
