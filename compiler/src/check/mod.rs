//! Whether what the author wrote fits together: one rule, one function; all of them collect.

pub(crate) mod condition;
pub(crate) mod value;

use crate::ast::Plan;
use crate::ast::index::Index;
use crate::diagnostic::Diagnostics;

/// Tells everything that is wrong with a plan.
pub fn plan(plan: &Plan, diagnostics: &mut Diagnostics) {
    let _index = Index::new(plan);
    let _ = diagnostics;
}
