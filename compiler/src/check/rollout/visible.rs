//! Properties that PostHog is asked about and never gets.

use super::{Compared, contradiction};
use crate::ast::Flag;
use crate::ast::index::Index;
use crate::check::condition;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Sensitivity;

/// Tells conditions that ask for the value of a secret.
pub(super) fn all(when: &[Compared<'_>], flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    for condition in when.iter().filter(|condition| contradiction::needs_a_value(condition.operator())) {
        let Some(property) = condition::property(condition.property(), flag, index) else { continue };
        if property.sensitivity.is_some_and(|class| class.value == Sensitivity::Secret) {
            let name = &property.name.value;
            let message = format!("`{name}` is secret and never leaves the process, so that PostHog cannot ask for it");
            diagnostics
                .error(Code::Contradiction, condition.written.property.span, message)
                .also(property.name.span, "declared here")
                .help("ask for a property that PostHog knows".to_owned());
        }
    }
}
