//! `conventions:`, how names are written.

use super::fields::{Fields, list, shape};
use crate::ast::{Case, Conventions, Spanned};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::suggest;
use crate::yaml::{Entry, Node, NodeKind};

pub(super) fn conventions(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Conventions {
    let fields = entry.and_then(|entry| Fields::of(&entry.value, "`conventions`", diagnostics));
    let Some(mut fields) = fields else { return Conventions::default() };
    let mut take = |key| fields.take(key).map_or_else(Vec::new, |entry| cases(entry, diagnostics));
    let conventions = Conventions { events: take("events"), properties: take("properties"), flags: take("flags") };
    fields.finish(diagnostics);
    conventions
}

/// One way to write names, or several of which each name has one.
fn cases(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Spanned<Case>> {
    match &entry.value.kind {
        NodeKind::Sequence(items) => list::filter_map(items, |item| case(item, entry, diagnostics)),
        _ => case(&entry.value, entry, diagnostics).into_iter().collect(),
    }
}

fn case(node: &Node, entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<Case>> {
    let key = &entry.key.text;
    let NodeKind::Scalar(scalar) = &node.kind else {
        let message = format!("a convention of `{key}` is a word, not {}", shape(node));
        diagnostics.error(Code::WrongShape, node.span, message).help(words());
        return None;
    };
    if scalar.text.is_empty() {
        let span = if node.span.start == node.span.end { entry.key.span } else { node.span };
        diagnostics.error(Code::EmptyValue, span, format!("`{key}` has no value")).help(words());
        return None;
    }
    let known = Case::WORDS.iter().find(|(word, _)| *word == scalar.text);
    if known.is_none() {
        let help = match suggest::nearest(&scalar.text, Case::WORDS.iter().map(|(word, _)| *word)) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => words(),
        };
        diagnostics.error(Code::InvalidValue, node.span, format!("unknown convention `{}`", scalar.text)).help(help);
    }
    known.map(|(_, case)| Spanned { value: *case, span: node.span })
}

fn words() -> String {
    format!("it is one of {}", list(&list::map(Case::WORDS, |(word, _)| *word)))
}
