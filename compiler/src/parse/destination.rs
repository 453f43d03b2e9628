//! What destinations may see.

use crate::ast::Destination;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::Entry;

pub(super) fn destinations(entry: Option<&Entry>, diagnostics: &mut Diagnostics) -> Vec<Destination> {
    if let Some(entry) = entry {
        let message = format!("`{}` is not supported by this version of taxogen", entry.key.text);
        diagnostics.error(Code::NotYet, entry.key.span, message).help(format!("remove `{}` for now", entry.key.text));
    }
    Vec::new()
}
