//! What a flag is for, and which keys go with it.

use super::is;
use crate::ast::{Flag, Variants};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{FlagKind, Managed};
use crate::lint::Lint;
use crate::source::Span;

/// Which keys a kind has.
pub(super) fn goes_together(flag: &Flag, diagnostics: &mut Diagnostics) {
    match &flag.variants {
        Some(variants) => with_variants(flag, variants, diagnostics),
        None => without_variants(flag, diagnostics),
    }
    if is(flag, FlagKind::RemoteConfig) {
        remote_config(flag, diagnostics);
    }
    let unmanaged = flag.manage.iter().find(|managed| managed.value == Managed::Rollout);
    if let Some(managed) = unmanaged.filter(|_| flag.rollout.is_none() && flag.complete) {
        let message = format!("the rollout of `{}` is to be kept equal, and there is none", flag.name.value);
        let help = "write `rollout`, or leave it alone: remove it from `manage`".to_owned();
        diagnostics.error(Code::FlagShape, managed.span, message).help(help);
    }
}

fn with_variants(flag: &Flag, variants: &Variants, diagnostics: &mut Diagnostics) {
    let Some(kind) = flag.kind else { return };
    let span = variants.section.declared.unwrap_or(variants.span);
    let unfit = match kind.value {
        FlagKind::RemoteConfig => Some((
            "a remote config has no variants",
            "what it hands out is its `payload`; a flag with variants is an `experiment` or a `release`",
        )),
        FlagKind::KillSwitch => {
            Some(("a kill switch has no variants", "it is on or off; a flag with variants is an `ops` or a `release`"))
        }
        _ => None,
    };
    if let Some((message, help)) = unfit {
        diagnostics.error(Code::FlagShape, span, message).help(help.to_owned());
        return;
    }
    if !variants.section.complete {
        return;
    }
    match (variants.section.items.as_slice(), kind.value) {
        ([], _) => {
            diagnostics.error(Code::FlagShape, span, "`variants` names at least one variant");
        }
        ([_], FlagKind::Experiment) => compares_nothing(span, "an experiment has at least two variants", diagnostics),
        _ => {}
    }
}

fn without_variants(flag: &Flag, diagnostics: &mut Diagnostics) {
    if is(flag, FlagKind::Experiment) && flag.complete {
        let message = format!("experiment `{}` has no `variants`", flag.name.value);
        compares_nothing(flag.name.span, &message, diagnostics);
    }
}

fn compares_nothing(span: Span, message: &str, diagnostics: &mut Diagnostics) {
    let help = "an experiment compares variants, such as `variants: [control, test]`; one way alone is a `release`";
    diagnostics.error(Code::FlagShape, span, message).help(help.to_owned());
}

fn remote_config(flag: &Flag, diagnostics: &mut Diagnostics) {
    if flag.payload_type.is_none() && flag.complete {
        let message = format!("remote config `{}` has no `payload_type`", flag.name.value);
        let help = "write the type of what it hands out: `payload_type: ..`".to_owned();
        diagnostics.error(Code::FlagShape, flag.name.span, message).help(help);
    }
    let Some(rollout) = &flag.rollout else { return };
    for entry in rollout.entries.iter().filter(|entry| entry.complete && entry.percent == 0.0) {
        diagnostics
            .lint(
                Lint::RemoteConfigRollout,
                entry.span,
                "the server makes 100 percent of this zero when it creates a remote config",
            )
            .help("remove `rollout`; to hand out nothing for now write `active: false`".to_owned());
    }
}
