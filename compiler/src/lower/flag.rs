//! Flags and cohorts.

use super::shape::PAYLOAD;
use super::types::{Types, stem};
use super::{meta, names};
use crate::ast::{self, CohortReference, Keyed};
use crate::check::condition;
use crate::check::flag::answer;
use crate::check::value::Wanted;
use crate::diagnostic::Diagnostics;
use crate::ir::{self, Condition, FlagCondition, FlagKind, FlagValue, Literal, RolloutEntry, Variant};
use crate::list;
use crate::yaml::Node;

pub(super) fn flag<'p>(flag: &'p ast::Flag, types: &mut Types<'p>) -> ir::Flag {
    let stem = stem(flag);
    let payload_stem = format!("{stem}{PAYLOAD}");
    let payload_type = flag.payload_type.as_ref().map(|ty| types.element(ty, &payload_stem).ty);
    ir::Flag {
        name: meta::name(&flag.name, &flag.meta, names::constant),
        meta: meta::meta(&flag.meta),
        kind: flag.kind.expect("a flag without a kind was told").value,
        value: value(flag, types),
        payload_type,
        payload: flag.payload.as_ref().map(|payload| self::payload(flag, payload, types)),
        rollout: flag.rollout.as_ref().map(|rollout| self::rollout(flag, rollout, types)),
        group: flag.group.as_ref().map(|group| group.value.clone()),
        active: flag.active.unwrap_or(true),
        bucket_by: flag.bucket_by.map(|by| by.value).unwrap_or_default(),
        persist: flag.persist.as_ref().is_some_and(|persist| persist.value),
        runtime: flag.runtime.map(|runtime| runtime.value).unwrap_or_default(),
        early_exit: flag.early_exit.as_ref().is_some_and(|early_exit| early_exit.value),
        manage: list::map(&flag.manage, |managed| managed.value),
        created: flag.created.as_ref().map(|created| created.value.clone()),
    }
}

/// What the code gets, and what it gets when there is no answer.
fn value(flag: &ast::Flag, types: &Types<'_>) -> FlagValue {
    if let Some(variants) = &flag.variants {
        let default = flag.default.as_ref().map(|default| text(&default.value));
        let items = &variants.section.items;
        let default = items.iter().position(|variant| Some(variant.name.value.as_str()) == default);
        return FlagValue::Variants {
            ident: names::finish_type(stem(flag)),
            variants: self::variants(flag, variants, types),
            default: default.expect("a default that is no variant was told"),
        };
    }
    match (flag.kind.map(|kind| kind.value), &flag.default) {
        (Some(FlagKind::RemoteConfig), Some(default)) => FlagValue::Payload { default: payload(flag, default, types) },
        (_, default) => FlagValue::Boolean {
            default: default.as_ref().is_some_and(|default| text(&default.value).eq_ignore_ascii_case("true")),
        },
    }
}

pub(super) fn payload(flag: &ast::Flag, payload: &Keyed<Node>, types: &Types<'_>) -> Literal {
    let ty = flag.payload_type.as_ref().expect("a payload without a type was told");
    types.literal(&payload.value, Wanted::of_element(ty, payload.key))
}

fn variants(flag: &ast::Flag, variants: &ast::Variants, types: &Types<'_>) -> Vec<Variant> {
    let items = &variants.section.items;
    let equal = equal_weights(items.len());
    items
        .iter()
        .zip(equal)
        .map(|(variant, equal)| Variant {
            name: meta::name(&variant.name, &variant.meta, names::variant),
            meta: meta::meta(&variant.meta),
            weight: variant.weight.map_or(equal, |weight| weight.value),
            payload: variant.payload.as_ref().map(|payload| self::payload(flag, payload, types)),
        })
        .collect()
}

/// Whole percentages that sum to 100; the first takes the remainder.
pub(crate) fn equal_weights(count: usize) -> impl Iterator<Item = f64> {
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    let share = 100 / count;
    let first = 100 - share * (count - 1);
    std::iter::once(f64::from(first)).chain(std::iter::repeat(f64::from(share)))
}

pub(super) fn rollout(flag: &ast::Flag, rollout: &ast::Rollout, types: &Types<'_>) -> Vec<RolloutEntry> {
    let mut entries = Vec::new();
    for entry in &rollout.entries {
        entries.push(RolloutEntry {
            percent: entry.percent,
            when: list::map(&entry.when, |written| self::condition(flag, written, types)),
            in_cohort: names_of(&entry.in_cohort),
            not_in_cohort: names_of(&entry.not_in_cohort),
            flags: list::map(&entry.flags, flag_condition),
            variant: entry.variant.as_ref().map(|variant| variant.value.clone()),
            note: entry.note.as_ref().map(|note| note.value.clone()),
            span: entry.span,
        });
    }
    entries
}

fn condition(flag: &ast::Flag, written: &ast::Condition, types: &Types<'_>) -> Condition {
    let operand = condition::operand(written, flag, types.index, &mut Diagnostics::default());
    Condition {
        property: written.property.value.clone(),
        operator: written.operator.value.clone(),
        operand: operand.expect("an operand that does not fit was told"),
        span: written.property.span,
    }
}

fn flag_condition(written: &ast::FlagCondition) -> FlagCondition {
    FlagCondition { flag: written.flag.value.clone(), answer: answer(written) }
}

/// A cohort as the vendor knows it.
pub(super) fn cohort(cohort: &ast::Cohort) -> ir::Cohort {
    let posthog = cohort.posthog.as_ref().expect("a cohort that is not named there was told");
    let posthog = match &posthog.value {
        CohortReference::Name(name) => Literal::Text(name.clone()),
        CohortReference::Id(id) => Literal::Integer(*id),
    };
    ir::Cohort { name: cohort.name.value.clone(), meta: meta::meta(&cohort.meta), posthog }
}

fn names_of(texts: &[ast::Text]) -> Vec<String> {
    list::map(texts, |text| text.value.clone())
}

fn text<'n>(node: &'n Node<'_>) -> &'n str {
    crate::check::value::source_text(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_give_the_remainder_to_the_first() {
        let cases: [(usize, &[f64]); 4] = [
            (1, &[100.0]),
            (2, &[50.0, 50.0]),
            (3, &[34.0, 33.0, 33.0]),
            (7, &[16.0, 14.0, 14.0, 14.0, 14.0, 14.0, 14.0]),
        ];
        for (count, expected) in cases {
            assert_eq!(equal_weights(count).take(count).collect::<Vec<_>>(), expected);
        }
    }
}
