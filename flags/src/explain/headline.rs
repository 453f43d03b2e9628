//! What a flag says, and why, in one sentence.

use super::words::{name, quoted, said, share};
use super::{Check, Condition, Flag, Subject};
use crate::{CannotSay, Evaluation, FlagValue, Match, Outcome, ReasonCode};

/// `checkout-flow is "test" for user_42: condition 2 matched, and the person's number gives "test"`.
pub(super) fn sentence(flag: &Flag, who: Option<&str>) -> String {
    let key = name(&flag.key);
    let who = who.map_or_else(String::new, |who| format!(" for {}", name(who)));
    match &flag.decision {
        Ok(evaluation) => format!("{key} is {}{who}: {}", value(&evaluation.value), because(flag, evaluation)),
        Err(why) => format!("{key} cannot be decided here{who}: {}", hindrance(flag, *why)),
    }
}

/// A value as it is spoken of.
pub(super) fn value(value: &FlagValue) -> String {
    match value {
        FlagValue::Variant(variant) => quoted(variant),
        FlagValue::Boolean(on) => on.to_string(),
    }
}

/// `the person`, `the company`.
pub(super) fn whom(subject: &Subject) -> String {
    match subject {
        Subject::Person => "the person".to_owned(),
        Subject::Device => "the device".to_owned(),
        Subject::Group(group) => format!("the {}", name(group)),
        Subject::UnknownGroup(_) => "the group".to_owned(),
    }
}

fn because(flag: &Flag, evaluation: &Evaluation) -> String {
    let decided = evaluation.condition_index.and_then(|index| flag.conditions.iter().find(|one| one.index == index));
    match evaluation.reason {
        ReasonCode::FlagDisabled => "the flag is switched off".to_owned(),
        ReasonCode::HoldoutConditionValue => {
            let subject = flag.holdout.as_ref().map_or(Subject::Person, |holdout| holdout.subject.clone());
            format!("{} is held out of the experiment", whom(&subject))
        }
        ReasonCode::SuperConditionValue if evaluation.value.is_on() => {
            "the person has enrolled in the feature".to_owned()
        }
        ReasonCode::SuperConditionValue => "the person is asked to enroll in the feature, and has not".to_owned(),
        ReasonCode::ConditionMatch => matched(flag, decided),
        ReasonCode::OutOfRolloutBound => out_of_rollout(flag),
        ReasonCode::NoGroupType => no_group(flag),
        ReasonCode::NoConditionMatch => no_match(flag),
        ref other => other.as_str().replace('_', " "),
    }
}

fn matched(flag: &Flag, condition: Option<&Condition>) -> String {
    let Some(condition) = condition else { return "a condition matched".to_owned() };
    let number = condition.index + 1;
    let subject = whom(&condition.subject);
    let rollout = condition.rollout.filter(|bucket| bucket.hash.is_some());
    let inside = rollout.map(|bucket| format!("{subject} is inside its rollout of {}", share(bucket.limit)));
    let choice = flag.choice.as_ref().and_then(|choice| {
        let variant = quoted(choice.variant()?);
        let by_number = choice.number.is_some();
        Some(if by_number { format!("{subject}'s number gives {variant}") } else { format!("it names {variant}") })
    });
    let parts: Vec<_> = [Some(format!("condition {number} matched")), inside, choice].into_iter().flatten().collect();
    match parts.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{}, and {last}", before.join(", ")),
        all => all.concat(),
    }
}

fn out_of_rollout(flag: &Flag) -> String {
    let missed: Vec<_> = flag.conditions.iter().filter(|one| one.outcome == Outcome::OutOfRollout).collect();
    let [first, ..] = missed.as_slice() else { return "outside the rollout".to_owned() };
    let subject = whom(&first.subject);
    let limit = first.rollout.map_or_else(String::new, |bucket| format!(" of {}", share(bucket.limit)));
    let mut told = if missed.len() == 1 {
        format!("condition {} fits, but {subject} is outside its rollout{limit}", first.index + 1)
    } else {
        let numbers: Vec<_> = missed.iter().map(|one| (one.index + 1).to_string()).collect();
        format!("conditions {} fit, but {subject} is outside their rollouts", listed(&numbers))
    };
    if flag.early_exit {
        told += ", and the flag stops there";
    } else if flag.condition_count > missed.len() {
        told += ", and no other condition matched";
    }
    told
}

fn no_group(flag: &Flag) -> String {
    let group = flag.conditions.iter().find(|one| one.outcome == Outcome::NoGroup).map(|one| &one.subject);
    match group {
        Some(Subject::Group(group)) => format!("it is about a {}, and none was given", name(group)),
        _ => "it is about a group that was not given".to_owned(),
    }
}

fn no_match(flag: &Flag) -> String {
    match flag.condition_count {
        0 => "it has no condition".to_owned(),
        1 => "its only condition did not match".to_owned(),
        count => format!("none of its {count} conditions matched"),
    }
}

/// What stands in the way of a decision.
fn hindrance(flag: &Flag, why: CannotSay) -> String {
    let is_it = |one: &&Condition| matches!(one.outcome, Outcome::CannotSay(because) if because == why);
    let Some(condition) = flag.conditions.iter().find(is_it) else { return why.to_string() };
    let missing = missing(&condition.checks);
    if why != CannotSay::UnknownProperty || missing.is_empty() {
        return why.to_string();
    }
    let verb = if missing.len() == 1 { "is" } else { "are" };
    format!("condition {} asks for {}, which {verb} not given", condition.index + 1, listed(&missing))
}

/// What stands in the way of a condition.
pub(super) fn obstacle(checks: &[Check], why: CannotSay) -> String {
    let missing = missing(checks);
    match (why, missing.as_slice()) {
        (CannotSay::UnknownProperty, [one]) => format!("{one} is not given"),
        (CannotSay::UnknownProperty, [_, ..]) => format!("{} are not given", listed(&missing)),
        _ => why.to_string(),
    }
}

/// Names of the properties that are not given.
fn missing(checks: &[Check]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for check in checks.iter().filter(|check| check.result() == Match::CannotSay) {
        let found = match check {
            Check::Property { filter, found: None, .. } => vec![name(filter.key())],
            Check::Cohort { checks, .. } | Check::Several { checks, .. } => missing(checks),
            Check::Property { .. } | Check::Flag { .. } | Check::Unknown(_) => Vec::new(),
        };
        for name in found {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// `1`, `1 and 2`, `1, 2 and 3`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// What was found of a property: `The person has "free"`.
pub(super) fn found(found: Option<&crate::Value<'_>>, owner: &str) -> String {
    match found {
        Some(value) => format!("{} has {}", capital(owner), said(value)),
        None => "It is not given".to_owned(),
    }
}

/// As it stands at the beginning of a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
