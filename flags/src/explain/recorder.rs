//! Makes values of the steps of an evaluation.

use super::{Bucket, Check, Condition, Draw, Enrollment, Flag, Holdout};
use crate::{CannotSay, Evaluation, Match, Outcome, Step, Watch};

/// What has begun and has not ended, the innermost last.
#[derive(Default)]
pub(super) struct Recorder {
    open: Vec<Open>,
    done: Option<Flag>,
}

enum Open {
    Flag(Box<Flag>),
    Condition(Condition),
    /// A cohort, several things, or another flag: its end brings the result.
    Check(Check),
}

impl Recorder {
    /// The flag that was asked for.
    pub(super) fn finish(self, key: &str, decision: Result<Evaluation, CannotSay>) -> Flag {
        // One whose definition is odd has no steps.
        let mut flag = self.done.unwrap_or_else(|| Flag::new(key, None, true, 0));
        flag.decision = decision;
        flag
    }

    fn flag(&mut self) -> Option<&mut Flag> {
        self.open.iter_mut().rev().find_map(|open| match open {
            Open::Flag(flag) => Some(&mut **flag),
            Open::Condition(_) | Open::Check(_) => None,
        })
    }

    fn condition(&mut self) -> Option<&mut Condition> {
        self.open.iter_mut().rev().find_map(|open| match open {
            Open::Condition(condition) => Some(condition),
            Open::Flag(_) | Open::Check(_) => None,
        })
    }

    fn add(&mut self, check: Check) {
        match self.open.last_mut() {
            Some(Open::Condition(condition)) => condition.checks.push(check),
            Some(Open::Check(Check::Cohort { checks, .. } | Check::Several { checks, .. })) => checks.push(check),
            Some(Open::Check(_) | Open::Flag(_)) | None => {}
        }
    }

    fn end_check(&mut self, end: Match, says: Option<&crate::FlagValue>) {
        let Some(Open::Check(mut check)) = self.open.pop() else { return };
        match &mut check {
            Check::Cohort { result, .. } | Check::Several { result, .. } => *result = end,
            Check::Flag { result, found, .. } => {
                *result = end;
                *found = says.cloned();
            }
            Check::Property { .. } | Check::Unknown(_) => {}
        }
        self.add(check);
    }

    fn end_condition(&mut self, end: Outcome) {
        let Some(Open::Condition(mut condition)) = self.open.pop() else { return };
        condition.outcome = end;
        if let Some(flag) = self.flag() {
            flag.conditions.push(condition);
        }
    }

    fn end_flag(&mut self, decision: &Result<Evaluation, CannotSay>) {
        let Some(Open::Flag(mut ended)) = self.open.pop() else { return };
        ended.decision.clone_from(decision);
        match self.open.last_mut() {
            Some(Open::Check(Check::Flag { flag, .. })) => *flag = Some(ended),
            _ => self.done = Some(*ended),
        }
    }
}

impl Flag {
    fn new(key: &str, version: Option<i64>, active: bool, condition_count: usize) -> Self {
        Self {
            key: key.to_owned(),
            version,
            active,
            condition_count,
            enrollment: None,
            holdout: None,
            conditions: Vec::new(),
            early_exit: false,
            choice: None,
            decision: Err(CannotSay::OddDefinition),
        }
    }
}

impl Watch for Recorder {
    fn see(&mut self, step: Step<'_>) {
        let owned = |found: Option<&crate::Value<'_>>| found.cloned().map(crate::Value::into_owned);
        match step {
            Step::Flag { key, version, active, conditions } => {
                self.open.push(Open::Flag(Box::new(Flag::new(key, version, active, conditions))));
            }
            Step::Enrollment { property, found, result } => {
                let enrollment = Enrollment { property: property.to_owned(), found: owned(found), result };
                if let Some(flag) = self.flag() {
                    flag.enrollment = Some(enrollment);
                }
            }
            Step::Holdout { id, bucketing, hash, limit, held_out } => {
                let bucket = Bucket { hash: Some(hash), limit, within: held_out };
                if let Some(flag) = self.flag() {
                    flag.holdout = Some(Holdout { id, subject: bucketing.into(), bucket });
                }
            }
            Step::Condition { index, bucketing, filters } => self.open.push(Open::Condition(Condition {
                index,
                subject: bucketing.into(),
                check_count: filters,
                checks: Vec::new(),
                rollout: None,
                outcome: Outcome::NoMatch,
            })),
            Step::Property { filter, group_type, found, result } => self.add(Check::Property {
                filter: Box::new(filter.clone()),
                group_type: group_type.map(str::to_owned),
                found: owned(found),
                result,
            }),
            Step::Cohort { id, negated } => {
                let cohort = Check::Cohort { id: id.to_owned(), negated, checks: Vec::new(), result: Match::CannotSay };
                self.open.push(Open::Check(cohort));
            }
            Step::All | Step::Any => {
                let all = matches!(step, Step::All);
                self.open.push(Open::Check(Check::Several { all, checks: Vec::new(), result: Match::CannotSay }));
            }
            Step::Dependency { key, expected, negated } => self.open.push(Open::Check(Check::Flag {
                key: key.to_owned(),
                expected: expected.cloned(),
                negated,
                found: None,
                flag: None,
                result: Match::CannotSay,
            })),
            Step::GroupEnd { result } | Step::CohortEnd { result, .. } => self.end_check(result, None),
            Step::DependencyEnd { found, result, .. } => self.end_check(result, found),
            Step::UnknownFilter { why } => self.add(Check::Unknown(why)),
            Step::Rollout { hash, limit, within } => {
                if let Some(condition) = self.condition() {
                    condition.rollout = Some(Bucket { hash, limit, within });
                }
            }
            Step::ConditionEnd { outcome, .. } => self.end_condition(outcome),
            Step::EarlyExit { .. } => {
                if let Some(flag) = self.flag() {
                    flag.early_exit = true;
                }
            }
            Step::Override { variant, known } => {
                if let Some(flag) = self.flag() {
                    flag.choice.get_or_insert_default().named = Some((variant.to_owned(), known));
                }
            }
            Step::Variant { hash, ranges, chosen } => {
                let ranges = ranges.iter().map(|range| (range.variant().to_owned(), range.below())).collect();
                if let Some(flag) = self.flag() {
                    flag.choice.get_or_insert_default().number = Some(Draw { hash, ranges, chosen });
                }
            }
            Step::Decision(decision) => self.end_flag(decision),
        }
    }
}
