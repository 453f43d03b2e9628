//! Experiments: their flags, and the rules of Optimizely.

use super::include::Included;
use super::reference::similar;
use super::{exposure, metric, name};
use crate::ast::index::Index;
use crate::ast::{Experiment, Flag, Plan, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{FlagKind, RuleKind};
use crate::source::Span;
use crate::table::Table;

/// What PostHog takes.
const MOST_VARIANTS: usize = 20;

/// Everything that an experiment has to be.
pub(super) fn all(
    experiment: &Experiment,
    included: &Included<'_, '_>,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    flag(experiment, index, diagnostics);
    for metric in experiment.metrics.iter() {
        metric::all(metric, included, index, diagnostics);
    }
    metric::guardrails(&experiment.metrics.guardrails, diagnostics);
    if let Some(exposure) = &experiment.exposure {
        exposure::all(exposure, included, index, diagnostics);
    }
}

/// The flag is declared, and has variants to tell apart.
fn flag(experiment: &Experiment, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(key) = &experiment.flag else { return };
    let flags = &index.plan.flags;
    if let Some(flag) = index.flags.get(key.value.as_str()) {
        variants(key, flag, diagnostics);
    } else if flags.complete {
        let help = similar("a flag", &key.value, &flags.items, diagnostics)
            .unwrap_or_else(|| "declare it in `flags`".to_owned());
        diagnostics
            .error(Code::UnknownFlag, key.span, format!("unknown flag `{}`", key.value))
            .label("not declared in `flags`")
            .help(help);
    }
}

fn variants(key: &Text, flag: &Flag, diagnostics: &mut Diagnostics) {
    // One whose kind is `experiment` is told itself to have fewer than two.
    let is_told = flag.kind.is_some_and(|kind| kind.value == FlagKind::Experiment);
    let Some(variants) = &flag.variants else {
        if flag.complete && !is_told {
            diagnostics
                .error(Code::NoVariants, key.span, format!("flag `{}` has no variants to compare", key.value))
                .also(flag.name.span, "declared here")
                .help("declare `variants` on the flag".to_owned());
        }
        return;
    };
    let count = variants.section.items.len();
    let is_told = count == 0 || (count == 1 && is_told);
    if is_told || !variants.section.complete || (2..=MOST_VARIANTS).contains(&count) {
        return;
    }
    let span = variants.section.declared.unwrap_or(variants.span);
    let message = format!("an experiment compares two to {MOST_VARIANTS} variants, flag `{}` has {count}", key.value);
    let help = if count == 1 { "declare what it is compared with" } else { "compare fewer" };
    diagnostics.error(Code::VariantCount, key.span, message).also(span, "its variants").help(help.to_owned());
}

/// A rule belongs to a flag: where several experiments stand on one, they say the same of it, and it is the comparison
/// of one of them.
pub(super) fn rules(plan: &Plan, diagnostics: &mut Diagnostics) {
    let mut known: Table<(&str, &str), (RuleKind, Span)> = Table::new();
    for experiment in &plan.experiments.items {
        experiment.optimizely_rules.iter().for_each(|(rule, _)| name::length(rule, diagnostics));
        let Some(flag) = &experiment.flag else { continue };
        for (rule, kind) in &experiment.optimizely_rules {
            let (first, span) = *known.or_insert((&flag.value, &rule.value), (kind.value, kind.span));
            if span == kind.span {
                continue;
            }
            let of_flag = format!("rule `{}` of flag `{}`", rule.value, flag.value);
            let (message, help) = if first != kind.value {
                let help = "a rule is one of `experiment`, `delivery` and `holdout`: say the same of it";
                (format!("{of_flag} is two things"), help)
            } else if first == RuleKind::Experiment {
                let help = "it compares for one of them: leave it out of the other";
                (format!("{of_flag} is the rule of two experiments"), help)
            } else {
                continue;
            };
            diagnostics.error(Code::RuleMismatch, kind.span, message).also(span, "the first").help(help.to_owned());
        }
    }
}
