//! What is told of rollouts against what they do: every person that there can be is asked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::analyze;
use taxogen_compiler::code::Code;
use taxogen_compiler::source::Source;

const TIERS: [&str; 3] = ["free", "pro", "team"];

/// Conditions compare with these; a person may also have one below and one above.
const SCORES: Range<i64> = 0..6;

/// Lines before the first entry.
const BEFORE: usize = 11;

#[derive(Debug, Clone)]
struct Entry {
    percent: u32,
    /// Each operator once.
    tier: Vec<(&'static str, Vec<&'static str>)>,
    score: Vec<(&'static str, i64)>,
    in_cohort: Option<bool>,
    other: Option<&'static str>,
    variant: bool,
}

/// Somebody, and what the server knows of them.
struct Person {
    tier: Option<&'static str>,
    score: Option<i64>,
    in_cohort: bool,
    other: &'static str,
    /// Where the flag's hash puts them, in percent.
    place: u32,
}

fn everybody() -> Vec<Person> {
    let mut all = Vec::new();
    for tier in TIERS.map(Some).into_iter().chain([None]) {
        for score in (SCORES.start - 1..=SCORES.end).map(Some).chain([None]) {
            for in_cohort in [true, false] {
                for other in ["false", "x", "y"] {
                    for place in [10, 40, 80] {
                        all.push(Person { tier, score, in_cohort, other, place });
                    }
                }
            }
        }
    }
    all
}

fn entry() -> impl Strategy<Value = Entry> {
    let tiers = || subsequence(&TIERS[..], 1..=3);
    let tier = (
        proptest::option::weighted(0.3, tiers()),
        proptest::option::weighted(0.2, tiers()),
        proptest::option::weighted(0.1, select(&["is_set", "is_not_set"][..])),
    );
    let tier = tier.prop_map(|(exact, is_not, set)| {
        let mut operators = Vec::new();
        operators.extend(exact.map(|tiers| ("exact", tiers)));
        operators.extend(is_not.map(|tiers| ("is_not", tiers)));
        operators.extend(set.map(|operator| (operator, Vec::new())));
        operators
    });
    let score = subsequence(&["exact", "gt", "gte", "lt", "lte", "is_not"][..], 0..=2)
        .prop_flat_map(|operators| operators.into_iter().map(|operator| (Just(operator), SCORES)).collect::<Vec<_>>());
    let cohort = proptest::option::weighted(0.3, any::<bool>());
    let other = proptest::option::weighted(0.3, select(&["true", "false", "x", "y"][..]));
    let percent = select(&[0, 30, 50, 100][..]);
    (percent, tier, score, cohort, other, any::<bool>()).prop_map(
        |(percent, tier, score, in_cohort, other, variant)| Entry { percent, tier, score, in_cohort, other, variant },
    )
}

impl Entry {
    fn yaml(&self) -> String {
        let mut text = format!("{{ percent: {}", self.percent);
        let tier = self.tier.iter().map(|(operator, tiers)| match tiers.as_slice() {
            [] => format!("{operator}: true"),
            tiers => format!("{operator}: [{}]", tiers.join(", ")),
        });
        let tier = tier.collect::<Vec<_>>().join(", ");
        let score: Vec<_> = self.score.iter().map(|(operator, value)| format!("{operator}: {value}")).collect();
        let when = [("tier", tier), ("score", score.join(", "))];
        let when: Vec<_> = when.iter().filter(|(_, said)| !said.is_empty()).collect();
        if !when.is_empty() {
            let said: Vec<_> = when.iter().map(|(name, said)| format!("{name}: {{ {said} }}")).collect();
            let _ = write!(text, ", when: {{ {} }}", said.join(", "));
        }
        if let Some(inside) = self.in_cohort {
            let _ = write!(text, ", {}: beta", if inside { "in_cohort" } else { "not_in_cohort" });
        }
        if let Some(other) = self.other {
            let _ = write!(text, ", flags: {{ other: {other} }}");
        }
        if self.variant {
            text += ", variant: a";
        }
        text + " }"
    }

    /// Whether all conditions hold. `absent`: whether who has no value is not a value.
    fn holds(&self, person: &Person, absent: bool) -> bool {
        let tier = self.tier.iter().all(|(operator, tiers)| match (*operator, person.tier) {
            ("exact", tier) => tier.is_some_and(|tier| tiers.contains(&tier)),
            ("is_not", tier) => tier.map_or(absent, |tier| !tiers.contains(&tier)),
            ("is_set", tier) => tier.is_some(),
            (_, tier) => tier.is_none(),
        });
        let score = self.score.iter().all(|(operator, bound)| match (*operator, person.score) {
            ("is_not", None) => absent,
            (_, None) => false,
            ("exact", Some(score)) => score == *bound,
            ("gt", Some(score)) => score > *bound,
            ("gte", Some(score)) => score >= *bound,
            ("lt", Some(score)) => score < *bound,
            ("lte", Some(score)) => score <= *bound,
            (_, Some(score)) => score != *bound,
        });
        let other = self.other.is_none_or(|wanted| match wanted {
            "true" => person.other != "false",
            wanted => person.other == wanted,
        });
        tier && score && other && self.in_cohort.is_none_or(|inside| inside == person.in_cohort)
    }
}

/// The entry that lets somebody in.
fn decides(entries: &[Entry], early_exit: bool, person: &Person, absent: bool) -> Option<usize> {
    for (at, entry) in entries.iter().enumerate() {
        if !entry.holds(person, absent) {
            continue;
        }
        if person.place <= entry.percent {
            return Some(at);
        }
        if early_exit {
            return None;
        }
    }
    None
}

/// The entries of which that is told.
fn told(text: &str, code: Code) -> BTreeSet<usize> {
    let analysis = analyze(&Source::from_text("taxonomy.yaml", text));
    // That only who has no value is meant is told under the same code.
    let is_of_all = |message: &str| !message.starts_with("only who");
    let found = analysis.diagnostics.sorted().into_iter();
    let found = found.filter(|found| found.code == code && is_of_all(&found.message));
    found.map(|found| text[..found.primary.start as usize].matches('\n').count() - BEFORE).collect()
}

fn plan(entries: &[Entry], early_exit: bool) -> String {
    let mut text = format!(
        "taxogen: 1
cohorts: {{ beta: Beta testers }}
person: {{ tier: {{ enum: [free, pro, team] }}, score: integer }}
flags:
  other: {{ kind: release, variants: [x, y], default: x }}
  subject:
    kind: release
    variants: {{ a: 50, b: 50 }}
    default: a
    early_exit: {early_exit}
    rollout:
"
    );
    for entry in entries {
        let _ = writeln!(text, "      - {}", entry.yaml());
    }
    text
}

proptest! {
    #[test]
    fn nobody_reaches_what_is_told_to_be_unreachable(
        entries in proptest::collection::vec(entry(), 2..5),
        early_exit in any::<bool>(),
    ) {
        let told = told(&plan(&entries, early_exit), Code::UnreachableRollout);
        for absent in [true, false] {
            for person in everybody() {
                let decides = decides(&entries, early_exit, &person, absent);
                prop_assert!(decides.is_none_or(|at| !told.contains(&at)), "{}", plan(&entries, early_exit));
            }
        }
    }

    #[test]
    fn nobody_meets_what_is_told_to_contradict_itself(entry in entry()) {
        let entries = [entry];
        let told = told(&plan(&entries, false), Code::Contradiction);
        let met = everybody().iter().any(|person| entries[0].holds(person, true));
        prop_assert_eq!(!told.is_empty(), !met, "{}", plan(&entries, false));
    }
}
