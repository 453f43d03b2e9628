//! An explanation for a person: a sentence, and then each step in a line.

use super::headline::{found, sentence, value, whom};
use super::words::{name, number, question, quoted, share};
use super::{Bucket, Check, Choice, Condition, Explanation, Flag, Subject};
use crate::{Match, Outcome};

/// All of it.
pub(super) fn write(explanation: &Explanation) -> String {
    let mut prose = Prose::default();
    prose.line(0, &(sentence(&explanation.flag, Some(&explanation.distinct_id)) + "."));
    if explanation.flag.decision.is_err() {
        prose.line(0, "Only PostHog's server can say, which may know more.");
    }
    prose.flag(&explanation.flag, 0);
    if let Some(payload) = explanation.flag.decision.as_ref().ok().and_then(|decided| decided.payload.as_deref()) {
        prose.paragraph(0, &format!("It hands out this payload: {payload}"));
    }
    if prose.has_numbers {
        prose.numbers(&explanation.flag);
    }
    prose.text
}

/// Text that grows line by line.
#[derive(Default)]
struct Prose {
    text: String,
    /// Whether a number was told, so that a reader asks where it comes from.
    has_numbers: bool,
}

impl Prose {
    fn line(&mut self, depth: usize, line: &str) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn paragraph(&mut self, depth: usize, line: &str) {
        if depth == 0 {
            self.text.push('\n');
        }
        self.line(depth, line);
    }

    fn flag(&mut self, flag: &Flag, depth: usize) {
        if let Some(enrollment) = &flag.enrollment {
            self.paragraph(depth, "Somebody may have enrolled in the feature, and that goes before all conditions.");
            let has = found(enrollment.found.as_ref(), &enrollment.property, "the person");
            self.line(
                depth + 1,
                &format!("{}: {} is true; {has}.", verdict(enrollment.result), name(&enrollment.property)),
            );
        }
        if let Some(holdout) = &flag.holdout {
            let limit = share(holdout.bucket.limit);
            self.paragraph(depth, &format!("Holdout {} keeps {limit} of all out of the experiment.", holdout.id));
            let place = if holdout.bucket.within { "held out" } else { "not held out" };
            self.bucket(&holdout.bucket, &holdout.subject, place, depth + 1);
        }
        for condition in &flag.conditions {
            self.condition(condition, flag, depth);
        }
        self.rest(flag, depth);
        if let Some(choice) = &flag.choice {
            self.choice(choice, flag, depth);
        }
    }

    fn condition(&mut self, condition: &Condition, flag: &Flag, depth: usize) {
        let outcome = match condition.outcome {
            Outcome::Matched => "matches".to_owned(),
            Outcome::NoMatch => "does not match".to_owned(),
            Outcome::OutOfRollout => "asks for nothing that is amiss, but is not for everybody".to_owned(),
            Outcome::NoGroup => format!("does not match: it is about {}, and none is given", about(&condition.subject)),
            Outcome::CannotSay(why) => format!("cannot be decided: {why}"),
        };
        let position = format!("Condition {} of {}", condition.index + 1, flag.condition_count);
        self.paragraph(depth, &format!("{position} {outcome}."));
        if condition.check_count == 0 && !matches!(condition.outcome, Outcome::NoGroup | Outcome::CannotSay(_)) {
            self.line(depth + 1, "It asks for nothing, so that everybody will do.");
        }
        self.checks(&condition.checks, depth + 1);
        let rest = condition.check_count.saturating_sub(condition.checks.len());
        if rest > 0 && condition.outcome == Outcome::NoMatch {
            let more = if rest == 1 {
                "One more thing that it asks for was".to_owned()
            } else {
                format!("{rest} more things that it asks for were")
            };
            self.line(depth + 1, &format!("{more} not looked at: one \"no\" is enough."));
        }
        if let Some(bucket) = &condition.rollout {
            let place = if bucket.within { "inside" } else { "outside" };
            self.bucket(bucket, &condition.subject, place, depth + 1);
        }
    }

    /// What was not looked at.
    fn rest(&mut self, flag: &Flag, depth: usize) {
        let seen = flag.conditions.len();
        let Some(last) = flag.conditions.last().filter(|_| seen < flag.condition_count) else { return };
        let rest: Vec<_> = (last.index + 2..=u32::try_from(flag.condition_count).unwrap_or(u32::MAX)).collect();
        let named = match rest.as_slice() {
            [] => return,
            [one] => format!("Condition {one} was"),
            [first, .., last] => format!("Conditions {first} to {last} were"),
        };
        let why =
            if flag.early_exit { "this flag stops where a rollout ends" } else { "the first that matches decides" };
        self.paragraph(depth, &format!("{named} not looked at: {why}."));
    }

    fn choice(&mut self, choice: &Choice, flag: &Flag, depth: usize) {
        match choice {
            Choice::Override { variant } => {
                self.paragraph(depth, &format!("Which variant: the condition names {}.", quoted(variant)));
            }
            Choice::Number { unknown, hash, ranges, chosen } => {
                if let Some(unknown) = unknown {
                    let told =
                        format!("The condition names {}, a variant that the flag does not have.", quoted(unknown));
                    self.paragraph(depth, &told);
                }
                self.has_numbers = true;
                let matched = flag.conditions.iter().find(|one| one.outcome == Outcome::Matched);
                let subject = whom(matched.map_or(&Subject::Person, |condition| &condition.subject));
                let limit = chosen.and_then(|chosen| ranges.get(chosen)).map_or(1.0, |(_, below)| *below);
                let number = number(*hash, limit, true);
                self.paragraph(depth, &format!("Which variant: {subject}'s number for this is {number}."));
                let mut from = 0.0;
                for (index, (variant, below)) in ranges.iter().enumerate() {
                    let here = if *chosen == Some(index) { ": here it is" } else { "" };
                    let range =
                        format!("{} has the numbers from {} to {}{here}.", quoted(variant), share(from), share(*below));
                    self.line(depth + 1, &range);
                    from = *below;
                }
                if chosen.is_none() {
                    self.line(depth + 1, "None of them has it, so that the flag is on without a variant.");
                }
            }
        }
    }

    fn bucket(&mut self, bucket: &Bucket, subject: &Subject, place: &str, depth: usize) {
        let limit = share(bucket.limit);
        let Some(hash) = bucket.hash else {
            self.line(depth, &format!("It is for {limit}: {place}."));
            return;
        };
        self.has_numbers = true;
        let told = number(hash, bucket.limit, bucket.within);
        let side = if bucket.within { "not above" } else { "above" };
        let subject = capital(&whom(subject));
        self.line(depth, &format!("It is for {limit}. {subject}'s number is {told}, which is {side} that: {place}."));
    }

    fn checks(&mut self, checks: &[Check], depth: usize) {
        for check in checks {
            self.check(check, depth);
        }
    }

    fn check(&mut self, check: &Check, depth: usize) {
        let verdict = verdict(check.result());
        match check {
            Check::Property { filter, group_type, found: value, .. } => {
                let owner =
                    group_type.as_ref().map_or_else(|| "the person".to_owned(), |group| format!("the {}", name(group)));
                let found = capital(&found(value.as_ref(), filter.key(), &owner));
                self.line(depth, &format!("{verdict}: {}. {found}.", question(filter)));
            }
            Check::Cohort { id, negated, checks, .. } => {
                let place = if *negated { "outside" } else { "in" };
                self.line(depth, &format!("{verdict}: {place} cohort {}.", name(id)));
                self.checks(checks, depth + 1);
            }
            Check::Several { all, checks, .. } => {
                let which = if *all { "all of these" } else { "one of these" };
                self.line(depth, &format!("{verdict}: {which}."));
                self.checks(checks, depth + 1);
            }
            Check::Flag { key, expected, found, flag, .. } => {
                let expected = expected.as_ref().map_or_else(|| "what no flag can be".to_owned(), value);
                let says = found.as_ref().map_or_else(String::new, |found| format!(" It is {}.", value(found)));
                self.line(depth, &format!("{verdict}: the flag {} is {expected}.{says}", name(key)));
                if let Some(flag) = flag {
                    self.line(depth + 1, &(sentence(flag, None) + "."));
                    self.flag(flag, depth + 1);
                }
            }
            Check::Unknown(why) => self.line(depth, &format!("{verdict}: {why}.")),
        }
    }

    /// Where numbers come from.
    fn numbers(&mut self, flag: &Flag) {
        self.paragraph(
            0,
            "Where a number comes from: the key of the flag and the id of whom it is about are put together,",
        );
        self.line(
            0,
            "and SHA-1 makes a number of them that may lie anywhere from 0 % to 100 %. The same key and the same id",
        );
        self.line(0, "give the same number every time, so that nobody changes sides while the percentage stays.");
        if matches!(flag.choice, Some(Choice::Number { .. })) {
            self.line(0, "For the choice of a variant the word \"variant\" is added, so that it is another number.");
        }
        if flag.holdout.is_some() {
            self.line(
                0,
                "For a holdout the word \"holdout\" stands in place of the key: it is one number for all flags.",
            );
        }
    }
}

fn verdict(result: Match) -> &'static str {
    match result {
        Match::Yes => "Yes",
        Match::No => "No",
        Match::CannotSay => "Cannot say",
    }
}

fn about(subject: &Subject) -> String {
    match subject {
        Subject::Group(group) => format!("a {}", name(group)),
        other => whom(other),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
