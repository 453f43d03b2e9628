//! Cohorts.

use super::fields::Fields;
use super::meta::meta;
use super::scalar::text;
use crate::ast::scalar::{Core, core, is_null};
use crate::ast::{Cohort, CohortReference, Meta, Spanned, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Entry, Key, Node, NodeKind};

/// One of `cohorts`: a map, or what PostHog calls it alone.
pub(super) fn cohort(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Cohort {
    if matches!(node.kind, NodeKind::Scalar(_)) && !is_null(node) {
        let key = Key { text: "posthog".into(), span: name.span };
        let posthog = reference(&Entry { key, value: node.clone() }, diagnostics);
        return Cohort { name, meta: Meta::default(), posthog };
    }
    let Some(mut fields) = Fields::of(node, "a cohort", diagnostics) else {
        return Cohort { name, meta: Meta::default(), posthog: None };
    };
    let meta = meta(&mut fields, diagnostics);
    let said = format!("cohort `{}`", name.value);
    let help = "write what it is called there, `posthog: Beta testers`, or its number, `posthog: 12`";
    let posthog = fields.require("posthog", &said, name.span, help);
    let posthog = posthog.and_then(|entry| reference(entry, diagnostics));
    for habit in ["id", "name"] {
        fields.slip(habit, "posthog", "write `posthog`: its name or its number there", diagnostics);
    }
    fields.finish(diagnostics);
    Cohort { name, meta, posthog }
}

/// A name, or a number without quotes.
fn reference(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Spanned<CohortReference>> {
    let span = entry.value.span;
    let number = match &entry.value.kind {
        NodeKind::Scalar(scalar) => core(scalar),
        _ => Core::Text,
    };
    match number {
        Core::Integer(id @ 1..) => Some(Spanned { value: CohortReference::Id(id), span }),
        Core::Integer(_) | Core::Overflow => {
            let message = "the number of a cohort is a whole number from 1".to_owned();
            let help = "a name that looks like a number stands in quotes".to_owned();
            diagnostics.error(Code::InvalidValue, span, message).help(help);
            None
        }
        _ => {
            let name = text(entry, diagnostics)?;
            if name.value.trim().is_empty() {
                let help = "write its name at PostHog, or its number".to_owned();
                diagnostics.error(Code::InvalidValue, span, "a cohort has a name").help(help);
                return None;
            }
            Some(Spanned { value: CohortReference::Name(name.value), span })
        }
    }
}
