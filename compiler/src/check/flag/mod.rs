//! Flags: what goes together, and whether values and references fit.

mod bucket;
mod default;
mod dependency;
mod key;
mod kind;
mod payload;
mod size;
pub(super) mod variant;

pub(crate) use self::dependency::answer;
pub(super) use self::dependency::condition;
use super::rollout;
use crate::ast::Flag;
use crate::ast::index::Index;
use crate::diagnostic::Diagnostics;
use crate::ir::FlagKind;

/// Everything that the flags of a plan have to be.
pub(super) fn all(index: &Index<'_>, diagnostics: &mut Diagnostics) {
    key::differ_by_more_than_case(&index.plan.flags, diagnostics);
    for flag in &index.plan.flags.items {
        kind::goes_together(flag, diagnostics);
        if let Some(variants) = &flag.variants {
            variant::weights(variants, diagnostics);
        }
        default::default(flag, index, diagnostics);
        payload::all(flag, index, diagnostics);
        bucket::all(flag, index, diagnostics);
        rollout::all(flag, index, diagnostics);
        size::fits(flag, diagnostics);
    }
    dependency::circles(index, diagnostics);
}

fn is(flag: &Flag, kind: FlagKind) -> bool {
    flag.kind.is_some_and(|it| it.value == kind)
}
