//! Whatever happens to the text of a plan, the compiler answers: with a plan, or with errors in the text.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use taxogen_compiler::source::{Source, Span};
use taxogen_compiler::{generate, render};

use crate::analyze;

const PLAN: &str = include_str!("../../taxonomy.yaml");
/// The file that the plan includes.
const PAYMENTS: &str = include_str!("../../plans/payments.yaml");

/// The plan, and one with every key of flags.
const PLANS: [&str; 2] = [PLAN, include_str!("../golden/rollout.yaml")];

/// Pieces that mean something somewhere.
const PIECES: [&str; 38] = [
    "",
    " ",
    "\n",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "- ",
    "#",
    "'",
    "\"",
    "&a ",
    "*a",
    "null",
    "true",
    "-1",
    "1e999",
    "9223372036854775808",
    "é",
    "\u{0}",
    "list: ",
    "enum: [a, b]",
    "only: [web]",
    "{ object: { a: money } }",
    "include: [request]",
    "override: true",
    "nullable: true",
    "10000000000",
    "é: -1é",
    "in_cohort: staff",
    "flags: { banner: true }",
    "{ is_not_set: true, gt: 3 }",
    "group: company",
    "variant: red",
    "percent: 0",
];

#[derive(Debug, Clone)]
enum Mutation {
    Delete(Index, Index),
    /// What stands between the first two goes to the third as well.
    Duplicate(Index, Index, Index),
    Replace(Index, usize, &'static str),
    Truncate(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        (index(), index()).prop_map(|(from, to)| Mutation::Delete(from, to)),
        (index(), index(), index()).prop_map(|(from, to, at)| Mutation::Duplicate(from, to, at)),
        (index(), 0..12_usize, select(&PIECES[..]))
            .prop_map(|(at, length, piece)| Mutation::Replace(at, length, piece)),
        index().prop_map(Mutation::Truncate),
    ]
}

impl Mutation {
    fn apply(&self, text: &str) -> String {
        let cuts: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let between = |one: &Index, other: &Index| {
            let (one, other) = (*one.get(&cuts), *other.get(&cuts));
            one.min(other)..one.max(other)
        };
        let mut text = text.to_owned();
        match self {
            Self::Delete(from, to) => text.replace_range(between(from, to), ""),
            Self::Duplicate(from, to, at) => {
                let piece = text[between(from, to)].to_owned();
                text.insert_str(*at.get(&cuts), &piece);
            }
            Self::Replace(at, length, piece) => {
                let start = at.index(cuts.len());
                let end = (start + length).min(cuts.len() - 1);
                text.replace_range(cuts[start]..cuts[end], piece);
            }
            Self::Truncate(at) => text.truncate(*at.get(&cuts)),
        }
        text
    }
}

fn is_in(span: Span, text: &str) -> bool {
    text.get(span.start as usize..span.end as usize).is_some()
}

fn answers(text: &str) -> Result<(), TestCaseError> {
    let source = of_two_files(text);
    let analysis = analyze(&source);
    prop_assert_eq!(analysis.plan.is_none(), analysis.diagnostics.has_errors());
    for found in analysis.diagnostics.sorted() {
        for span in found.labels.iter().map(|(span, _)| *span).chain([found.primary]) {
            prop_assert!(is_in(span, &source.file(span.file).text), "{:?} of {:?}", span, found);
        }
        let shown =
            [render::plain(found, &source), render::frames(found, &source, false), render::json(found, &source)];
        prop_assert!(shown.iter().all(|shown| !shown.is_empty()));
    }
    if let Some(plan) = &analysis.plan {
        prop_assert!(!generate(plan).is_empty());
    }
    Ok(())
}

/// The text as a plan, beside the file that it may include.
fn of_two_files(text: &str) -> Source {
    Source::from_texts(&[("taxonomy.yaml", text), ("plans/payments.yaml", PAYMENTS)])
}

#[test]
fn the_plan_itself_is_without_findings() {
    let analysis = analyze(&of_two_files(PLAN));
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_plan_cut_to_pieces_is_a_plan_or_told(
        plan in select(&PLANS[..]),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let text = mutations.iter().fold(plan.to_owned(), |text, mutation| mutation.apply(&text));
        answers(&text)?;
    }

    /// Small changes leave most of the plan standing, so that the later stages see them.
    #[test]
    fn a_plan_with_a_slip_is_a_plan_or_told(
        plan in select(&PLANS[..]),
        at in any::<Index>(),
        length in 0..12_usize,
        piece in select(&PIECES[..]),
    ) {
        answers(&Mutation::Replace(at, length, piece).apply(plan))?;
    }
}
