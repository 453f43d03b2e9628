//! Conventions and levels of lints.

use crate::ast::{Conventions, LintLevel};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::Entry;

pub(super) fn conventions(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Conventions {
    not_yet(entry, diagnostics);
    Conventions::default()
}

pub(super) fn lints(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Vec<LintLevel> {
    not_yet(entry, diagnostics);
    Vec::new()
}

fn not_yet(entry: Option<&Entry>, diagnostics: &mut Diagnostics) {
    if let Some(entry) = entry {
        let message = format!("`{}` is not supported by this version of taxogen", entry.key.text);
        diagnostics.error(Code::NotYet, entry.key.span, message).help(format!("remove `{}` for now", entry.key.text));
    }
}
