//! Targets of `sync`.

use crate::ast::{Section, Target};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::Entry;

pub(super) fn targets(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Section<Target> {
    if let Some(entry) = entry {
        let message = format!("`{}` is not supported by this version of taxogen", entry.key.text);
        diagnostics.error(Code::NotYet, entry.key.span, message).help(format!("remove `{}` for now", entry.key.text));
    }
    Section::default()
}
