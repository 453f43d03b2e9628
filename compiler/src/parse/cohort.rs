//! Cohorts.

use super::fields::Fields;
use super::meta::meta;
use crate::ast::{Cohort, Meta, Text};
use crate::diagnostic::Diagnostics;
use crate::yaml::Node;

pub(super) fn cohort(name: Text, node: &Node, diagnostics: &mut Diagnostics) -> Cohort {
    let Some(mut fields) = Fields::of(node, "a cohort", diagnostics) else {
        return Cohort { name, meta: Meta::default(), posthog: None };
    };
    let meta = meta(&mut fields, diagnostics);
    fields.not_yet(&["posthog"], diagnostics);
    fields.finish(diagnostics);
    Cohort { name, meta, posthog: None }
}
