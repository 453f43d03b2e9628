//! Properties that PostHog is asked about and never gets from this plan.

use super::{Compared, contradiction};
use crate::ast::index::Index;
use crate::ast::{Flag, Property};
use crate::check::condition;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Sensitivity};
use crate::lint::Lint;

/// Tells conditions that ask for a value of a property that PostHog may not see.
pub(super) fn all(when: &[Compared<'_>], flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    for condition in when.iter().filter(|condition| contradiction::needs_a_value(condition.operator())) {
        let Some(property) = condition::property(condition.property(), flag, index) else { continue };
        let class = property.sensitivity.map_or(Sensitivity::Internal, |class| class.value);
        if class == Sensitivity::Secret {
            secret(condition, property, diagnostics);
        } else if class > allowed(index) {
            hidden(condition, property, diagnostics);
        }
    }
}

/// The highest class that PostHog may see.
fn allowed(index: &Index<'_>) -> Sensitivity {
    let posthog = index.plan.destinations.iter().find(|destination| destination.kind.value == DestinationKind::PostHog);
    posthog.and_then(|posthog| posthog.allow).map_or(Sensitivity::Internal, |allow| allow.value)
}

fn secret(condition: &Compared<'_>, property: &Property, diagnostics: &mut Diagnostics) {
    let message =
        format!("`{}` is secret and never leaves the process, so that PostHog cannot ask for it", property.name.value);
    diagnostics
        .error(Code::Contradiction, condition.written.property.span, message)
        .also(property.name.span, "declared here")
        .help("ask for a property that PostHog knows".to_owned());
}

/// Only from this plan: a browser may send it there.
fn hidden(condition: &Compared<'_>, property: &Property, diagnostics: &mut Diagnostics) {
    let message = format!("PostHog does not get `{}` from this plan, so that nobody meets this", property.name.value);
    diagnostics
        .lint(Lint::UnreachableRollout, condition.written.property.span, message)
        .also(property.name.span, "personal, as declared here")
        .help("let PostHog see it: `destinations: { posthog: { allow: personal } }`".to_owned());
}
