use std::borrow::Cow;

use super::tree::{Kind, Node, Role};

/// Longest first, so that the longest that fits is taken.
const OPERATORS: [&str; 25] = [
    "..=", "...", "<<=", ">>=", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=",
    "^=", "&=", "|=", "<<", ">>", "..", "<-",
];

const CHARACTERS: &str = "!#$%&'*+,-./:;<=>?@\\^_`|~";

/// One character of an operator, without an allocation where it is a known one.
pub(super) fn character(character: char) -> Cow<'static, str> {
    match CHARACTERS.find(character) {
        Some(index) => Cow::Borrowed(&CHARACTERS[index..=index]),
        None => Cow::Owned(character.to_string()),
    }
}

/// Whether an operator, or its end, and the next would be read as another operator when nothing stands
/// between them.
pub(super) fn would_merge(operator: &str, next: &str) -> bool {
    let ends = operator.char_indices().map(|(index, _)| &operator[index..]);
    let begins = |rest: &str| !rest.is_empty() && next.starts_with(&rest[..1]);
    ends.into_iter().any(|end| OPERATORS.iter().any(|longer| longer.strip_prefix(end).is_some_and(begins)))
}

/// Joins the characters of an operator that the lexer was told are one. Angles of generics stay alone.
pub(super) fn merge(nodes: &mut Vec<Node>) {
    let mut merged: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut rest = std::mem::take(nodes).into_iter().peekable();
    while let Some(node) = rest.next() {
        let Kind::Operator(text) = &node.kind else {
            merged.push(node);
            continue;
        };
        if node.role != Role::Plain || !node.joint {
            merged.push(node);
            continue;
        }
        let mut run: Vec<Node> = Vec::new();
        let mut texts = text.clone().into_owned();
        let mut is_joint = true;
        run.push(node);
        while is_joint && run.len() < 3 {
            let Some(next) = rest.next_if(|next| next.role == Role::Plain && matches!(next.kind, Kind::Operator(_)))
            else {
                break;
            };
            if let Kind::Operator(text) = &next.kind {
                texts.push_str(text);
            }
            is_joint = next.joint;
            run.push(next);
        }
        push_run(&mut merged, run, &texts);
    }
    *nodes = merged;
}

/// Cuts a run of at most three characters into operators.
fn push_run(merged: &mut Vec<Node>, run: Vec<Node>, texts: &str) {
    let mut run = run.into_iter();
    let mut texts = texts;
    while let Some(mut node) = run.next() {
        if let Some(operator) = OPERATORS.iter().find(|operator| texts.starts_with(**operator)) {
            for _ in 1..operator.len() {
                node.joint = run.next().is_some_and(|last| last.joint);
            }
            node.kind = Kind::Operator(Cow::Borrowed(operator));
            texts = &texts[operator.len()..];
        } else {
            let mut characters = texts.chars();
            characters.next();
            texts = characters.as_str();
        }
        merged.push(node);
    }
}
