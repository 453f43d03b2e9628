//! `lints:`, how much each of them weighs.

use super::fields::{list, shape};
use crate::ast::scalar::is_null;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::lint::{Level, Lint};
use crate::list;
use crate::suggest;
use crate::yaml::{Entry, NodeKind};

/// Words for levels that other tools have.
const HABITS: &[(&str, &str)] = &[
    ("off", "allow"),
    ("ignore", "allow"),
    ("info", "note"),
    ("warning", "warn"),
    ("error", "deny"),
    ("forbid", "deny"),
];

/// Sets the levels for all that is told from now on.
pub(super) fn levels(entry: Option<&Entry>, diagnostics: &mut Diagnostics) {
    let Some(entry) = entry else { return };
    match &entry.value.kind {
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| level(entry, diagnostics)),
        _ if is_null(&entry.value) => {}
        _ => {
            let message = format!("`lints` is a map of lints and their levels, not {}", shape(&entry.value));
            let help = "write `lints: { missing-owner: allow }`".to_owned();
            diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
        }
    }
}

fn level(entry: &Entry, diagnostics: &mut Diagnostics) {
    let lint = lint(entry, diagnostics);
    let span = entry.value.span;
    let NodeKind::Scalar(scalar) = &entry.value.kind else {
        let message = format!("the level of a lint is a word, not {}", shape(&entry.value));
        diagnostics.error(Code::WrongShape, span, message).help(words());
        return;
    };
    if scalar.text.is_empty() {
        let message = format!("`{}` has no value", entry.key.text);
        diagnostics.error(Code::EmptyValue, entry.key.span, message).help(words());
        return;
    }
    let word = &*scalar.text;
    if let Some((_, level)) = Level::WORDS.iter().find(|(known, _)| *known == word) {
        if let Some(lint) = lint {
            diagnostics.set_level(lint, *level);
        }
        return;
    }
    let habit = HABITS.iter().find(|(habit, _)| *habit == word).map(|(_, right)| *right);
    let similar = habit.or_else(|| suggest::nearest(word, Level::WORDS.iter().map(|(known, _)| *known)));
    let help = similar.map_or_else(words, |similar| format!("write `{similar}`"));
    diagnostics.error(Code::InvalidValue, span, format!("unknown level `{word}`")).help(help);
}

fn lint(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Lint> {
    let name = &*entry.key.text;
    let known = Lint::of_name(name);
    if known.is_none() {
        let by_code = Lint::ALL.iter().find(|lint| lint.code().as_str() == name);
        let similar = suggest::nearest(name, Lint::ALL.iter().map(|lint| lint.name()));
        let help = match (by_code, similar) {
            (Some(lint), _) => format!("a lint is called by its name: `{}`", lint.name()),
            (None, Some(similar)) => format!("a lint with a similar name exists: `{similar}`"),
            (None, None) => "`taxogen explain --lints` lists them".to_owned(),
        };
        diagnostics.error(Code::UnknownLint, entry.key.span, format!("unknown lint `{name}`")).help(help);
    }
    known
}

fn words() -> String {
    format!("it is one of {}", list(&list::map(Level::WORDS, |(word, _)| *word)))
}
