//! An explanation for a person: a sentence, and then each step in a line.

use super::headline::{capital, found, obstacle, sentence, value, whom};
use super::words::{cut, name, number, question, quoted, share};
use super::{Bucket, Check, Choice, Condition, Draw, Explanation, Flag, Subject};
use crate::{Match, Outcome};

/// All of it.
pub(super) fn write(explanation: &Explanation) -> String {
    let flag = &explanation.flag;
    let mut prose = Prose::default();
    prose.line(0, &(sentence(flag, Some(&explanation.distinct_id)) + "."));
    if flag.decision.is_err() {
        prose.line(0, "Only PostHog's server can decide it.");
    }
    prose.flag(flag, 0);
    if let Some(payload) = flag.decision.as_ref().ok().and_then(|decided| decided.payload.as_deref()) {
        prose.paragraph(0, &format!("It hands out this payload: {}", cut(payload)));
    }
    if let Some(subject) = prose.numbered.take() {
        prose.numbers(&subject, flag);
    }
    prose.text
}

/// Text that grows line by line.
#[derive(Default)]
struct Prose {
    text: String,
    /// Whose number was told first, so that a reader asks where it comes from.
    numbered: Option<Subject>,
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
            self.paragraph(depth, "People enroll in this feature themselves, and that goes before all conditions.");
            let (verdict, property) = (verdict(enrollment.result), name(&enrollment.property));
            let found = found(enrollment.found.as_ref(), "the person");
            self.line(depth + 1, &format!("{verdict}: {property} is true. {found}."));
        }
        if let Some(holdout) = &flag.holdout {
            let limit = share(holdout.bucket.limit);
            self.paragraph(depth, &format!("Holdout {} keeps {limit} of all out of the experiment.", holdout.id));
            let place = if holdout.bucket.within { "held out" } else { "not held out" };
            self.bucket(&holdout.bucket, &holdout.subject, place, depth + 1);
        }
        for condition in &flag.conditions {
            self.condition(condition, flag.condition_count, depth);
        }
        self.not_looked_at(flag, depth);
        if let Some(choice) = &flag.choice {
            let matched = flag.conditions.iter().find(|one| one.outcome == Outcome::Matched);
            self.choice(choice, matched.map_or(&Subject::Person, |condition| &condition.subject), depth);
        }
    }

    fn condition(&mut self, condition: &Condition, of: usize, depth: usize) {
        let outcome = match condition.outcome {
            Outcome::Matched => "matches".to_owned(),
            Outcome::NoMatch => "does not match".to_owned(),
            Outcome::OutOfRollout => "fits, but not everybody who fits gets it".to_owned(),
            Outcome::NoGroup => format!("does not match: {} is not given", whom(&condition.subject)),
            Outcome::CannotSay(why) => format!("cannot be decided: {}", obstacle(&condition.checks, why)),
        };
        self.paragraph(depth, &format!("Condition {} of {of} {outcome}.", condition.index + 1));
        if condition.check_count == 0 && condition.rollout.is_some() {
            self.line(depth + 1, "It asks for nothing: everybody fits.");
        }
        self.checks(&condition.checks, depth + 1);
        match condition.check_count.saturating_sub(condition.checks.len()) {
            0 => {}
            _ if condition.outcome != Outcome::NoMatch => {}
            1 => self.line(depth + 1, "One more thing was not looked at: one \"no\" is enough."),
            rest => self.line(depth + 1, &format!("{rest} more things were not looked at: one \"no\" is enough.")),
        }
        if let Some(bucket) = &condition.rollout {
            self.line(depth + 1, &format!("It is for {} of those who fit.", share(bucket.limit)));
            let place = if bucket.within { "inside" } else { "outside" };
            self.bucket(bucket, &condition.subject, place, depth + 1);
        }
    }

    /// The conditions behind the one that decided.
    fn not_looked_at(&mut self, flag: &Flag, depth: usize) {
        if flag.holdout.as_ref().is_some_and(|holdout| holdout.bucket.within) {
            self.paragraph(depth, "The conditions were not looked at: a holdout goes before them.");
        }
        let Some(last) = flag.conditions.last() else { return };
        let (first, last) = (last.index as usize + 2, flag.condition_count);
        let named = match last.checked_sub(first) {
            None => return,
            Some(0) => format!("Condition {first} was"),
            Some(1) => format!("Conditions {first} and {last} were"),
            Some(_) => format!("Conditions {first} to {last} were"),
        };
        let why = if flag.early_exit {
            "this flag ends where somebody fits and is outside the rollout"
        } else {
            "the first that matches decides"
        };
        self.paragraph(depth, &format!("{named} not looked at: {why}."));
    }

    fn choice(&mut self, choice: &Choice, subject: &Subject, depth: usize) {
        match &choice.named {
            Some((variant, true)) => {
                self.paragraph(depth, &format!("Which variant: the condition names {}.", quoted(variant)));
            }
            Some((variant, false)) => {
                let told = format!("The condition names {}, a variant that the flag does not have.", quoted(variant));
                self.paragraph(depth, &told);
            }
            None => {}
        }
        if let Some(draw) = &choice.number {
            self.draw(draw, subject, depth);
        }
    }

    fn draw(&mut self, draw: &Draw, subject: &Subject, depth: usize) {
        let whose = whom(subject);
        self.numbered.get_or_insert_with(|| subject.clone());
        let number = number(draw.hash, 1.0, true);
        self.paragraph(depth, &format!("Which variant: {whose}'s number for this is {number}."));
        let mut from = 0.0;
        for (index, (variant, below)) in draw.ranges.iter().enumerate() {
            let here = if draw.chosen == Some(index) { ": here it is" } else { "" };
            let (variant, from_share, below_share) = (quoted(variant), share(from), share(*below));
            self.line(depth + 1, &format!("{variant} has the numbers from {from_share} to {below_share}{here}."));
            from = *below;
        }
        if draw.chosen.is_none() {
            self.line(depth + 1, "None of them has it: the flag is on without a variant.");
        }
    }

    fn bucket(&mut self, bucket: &Bucket, subject: &Subject, place: &str, depth: usize) {
        let Some(hash) = bucket.hash else { return };
        self.numbered.get_or_insert_with(|| subject.clone());
        let told = number(hash, bucket.limit, bucket.within);
        let side = if bucket.within { "not above" } else { "above" };
        let (whose, limit) = (capital(&whom(subject)), share(bucket.limit));
        self.line(depth, &format!("{whose}'s number is {told}, which is {side} {limit}: {place}."));
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
                let owner = group_type.as_ref().map_or(Subject::Person, |group| Subject::Group(group.clone()));
                let found = found(value.as_ref(), &whom(&owner));
                self.line(depth, &format!("{verdict}: {}. {found}.", question(filter)));
            }
            Check::Cohort { id, negated, checks, .. } => {
                let is = if *negated { "is not" } else { "is" };
                let who = if checks.is_empty() { "" } else { " In it is who fits this:" };
                self.line(depth, &format!("{verdict}: the person {is} in cohort {}.{who}", name(id)));
                self.checks(checks, depth + 1);
            }
            // One that says the same says it all.
            Check::Several { checks, result, .. } if checks.len() == 1 && checks[0].result() == *result => {
                self.checks(checks, depth);
            }
            Check::Several { all, checks, .. } => {
                let (which, none) =
                    if *all { ("all of these", "all of none") } else { ("at least one of these", "one of none") };
                let asked = if checks.is_empty() { format!("{none}.") } else { format!("{which}:") };
                self.line(depth, &format!("{verdict}: {asked}"));
                self.checks(checks, depth + 1);
            }
            Check::Flag { key, expected, negated, found, flag, .. } => {
                let expected = expected.as_ref().map_or_else(|| "what no flag can be".to_owned(), value);
                let is = if *negated { "is not" } else { "is" };
                let says = found.as_ref().map_or_else(String::new, |found| format!(" It is {}.", value(found)));
                self.line(depth, &format!("{verdict}: the flag {} {is} {expected}.{says}", name(key)));
                if let Some(flag) = flag {
                    self.line(depth + 1, &(sentence(flag, None) + "."));
                    self.flag(flag, depth + 1);
                }
            }
            Check::Unknown(why) => self.line(depth, &format!("{verdict}: {why}.")),
        }
    }

    /// Where numbers come from.
    fn numbers(&mut self, subject: &Subject, flag: &Flag) {
        let id = match subject {
            Subject::Group(_) | Subject::UnknownGroup(_) => "key",
            Subject::Person | Subject::Device => "id",
        };
        let whose = whom(subject);
        self.paragraph(
            0,
            &format!(
                "Where a number comes from: the key of the flag and the {id} of {whose} are mixed by a fixed recipe"
            ),
        );
        self.line(
            0,
            "(SHA-1) into a number from 0 % to 100 %. It looks random, but the same two always give the same number.",
        );
        self.line(0, "So nobody changes sides while a percentage stays, and a higher percentage only adds some.");
        if flag.choice.as_ref().is_some_and(|choice| choice.number.is_some()) {
            self.line(0, "For the variant the word \"variant\" is mixed in, which makes it another number.");
        }
        if flag.holdout.is_some() {
            self.line(
                0,
                "For a holdout the word \"holdout\" stands in place of the flag's key: it is one number for all flags.",
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
