//! What stands on every named thing.

use super::fields::Fields;
use super::scalar::{boolean, date, names, text, texts};
use crate::ast::scalar::{Core, core};
use crate::ast::{Deprecated, Meta, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Entry, NodeKind};

/// Takes `description owner tags links deprecated expires code_name`.
pub(super) fn meta(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> Meta {
    Meta {
        description: fields.take("description").and_then(|entry| text(entry, diagnostics)),
        owners: fields.take("owner").map_or_else(Vec::new, |entry| owners(entry, diagnostics)),
        deprecated: fields.take("deprecated").and_then(|entry| deprecated(entry, diagnostics)).map(Box::new),
        tags: fields.take("tags").map_or_else(Vec::new, |entry| texts(entry, diagnostics)),
        links: fields.take("links").map_or_else(Vec::new, |entry| texts(entry, diagnostics)),
        expires: fields.take("expires").and_then(|entry| date(entry, true, diagnostics)),
        code_name: fields.take("code_name").and_then(|entry| text(entry, diagnostics)),
    }
}

/// One name or several; a list of none leaves open who is meant.
fn owners(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Text> {
    if matches!(&entry.value.kind, NodeKind::Sequence(owners) if owners.is_empty()) {
        let help = "name one, or remove `owner`".to_owned();
        diagnostics.error(Code::EmptyValue, entry.value.span, "`owner` names nobody").help(help);
    }
    names(entry, diagnostics)
}

/// Words that were truth values in YAML 1.1, and are hardly meant as a note.
const YES_OR_NO: [&str; 6] = ["yes", "no", "on", "off", "Yes", "No"];

/// `true`, a text, or a map of `note`, `replaced_by` and `since`.
fn deprecated(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Deprecated> {
    let bare = Deprecated { key: entry.key.span, ..Deprecated::default() };
    match &entry.value.kind {
        NodeKind::Scalar(scalar) if matches!(core(scalar), Core::Boolean(_) | Core::Null) => {
            boolean(entry, diagnostics).filter(|deprecated| deprecated.value).map(|_| bare)
        }
        NodeKind::Scalar(scalar) if !scalar.quoted && YES_OR_NO.contains(&&*scalar.text) => {
            boolean(entry, diagnostics).map(|_| bare)
        }
        NodeKind::Scalar(scalar) => Some(Deprecated { note: Some(scalar.text.to_string()), ..bare }),
        _ => {
            let mut fields = Fields::of(&entry.value, "`deprecated`", diagnostics)?;
            let note = fields.take("note").and_then(|entry| text(entry, diagnostics));
            let replaced_by = fields.take("replaced_by").and_then(|entry| text(entry, diagnostics));
            let since = fields.take("since").and_then(|entry| text(entry, diagnostics));
            fields.finish(diagnostics);
            let (note, since) = (note.map(|note| note.value), since.map(|since| since.value));
            Some(Deprecated { note, replaced_by, since, ..bare })
        }
    }
}
