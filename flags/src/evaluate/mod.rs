//! One answer about one person: the flag, its conditions in their order, and what they ask for.

mod clause;

use crate::flag::{Cohort, Condition, Flag, Holdout, Rules, Target};
use crate::{
    Bucketing, CannotSay, Evaluation, FlagValue, Group, Match, Outcome, Person, ReasonCode, Step, Value, Watch, bucket,
};

/// How deep cohorts, groups of filters and flags are followed into each other.
const DEPTH: u32 = 96;
/// How many filters are looked at for one answer. Cohorts that refer to cohorts several times over would otherwise
/// take forever without being a circle.
const STEPS: u32 = 10_000;

/// Whether a clause matches, or why that cannot be known.
type Verdict = Result<bool, CannotSay>;

/// One answer about one person in the making.
pub(crate) struct Evaluator<'a, W> {
    flags: &'a [Flag],
    cohorts: &'a [Cohort],
    person: &'a Person<'a>,
    now: i64,
    watch: &'a mut W,
    /// The type of the group that the condition is about.
    group: Option<&'a str>,
    depth: u32,
    steps: u32,
}

impl<'a, W: Watch> Evaluator<'a, W> {
    pub(crate) fn new(
        flags: &'a [Flag],
        cohorts: &'a [Cohort],
        person: &'a Person<'a>,
        now: i64,
        watch: &'a mut W,
    ) -> Self {
        Self { flags, cohorts, person, now, watch, group: None, depth: DEPTH, steps: STEPS }
    }

    pub(crate) fn flag(&mut self, flag: &'a Flag) -> Result<Evaluation, CannotSay> {
        let conditions = flag.rules.as_ref().map_or(0, |rules| rules.conditions.len());
        self.watch.see(Step::Flag { key: &flag.key, version: flag.version, active: flag.active, conditions });
        let result = self.decide(flag);
        self.watch.see(Step::Decision(&result));
        result
    }

    fn decide(&mut self, flag: &'a Flag) -> Result<Evaluation, CannotSay> {
        if !flag.active {
            return Ok(flag.says(FlagValue::Boolean(false), ReasonCode::FlagDisabled, None));
        }
        let rules = flag.rules.as_ref().map_err(|why| *why)?;
        // PostHog has nobody without a distinct id, not for flags about groups either.
        if self.person.distinct_id().is_empty() {
            return Err(CannotSay::NoDistinctId);
        }
        if rules.continuity {
            return Err(CannotSay::ExperienceContinuity);
        }
        match rules.target {
            Target::UnknownGroup(_) => return Err(CannotSay::UnknownGroupType),
            Target::Person if rules.by_device && self.person.device_id().is_none() && !self.person.knows_all() => {
                return Err(CannotSay::NoDeviceId);
            }
            Target::Person | Target::Group(_) => {}
        }
        if let Some(property) = &rules.enrollment {
            if let Some(enrolled) = self.enrollment(property)? {
                return Ok(flag.says(FlagValue::Boolean(enrolled), ReasonCode::SuperConditionValue, Some(0)));
            }
        } else if let Some(condition) = &rules.super_condition
            && condition.is_touched_by(self.person.properties())
        {
            return match self.condition(flag, rules, condition, 0) {
                Outcome::CannotSay(why) => Err(why),
                outcome => {
                    let enrolled = FlagValue::Boolean(outcome == Outcome::Matched);
                    Ok(flag.says(enrolled, ReasonCode::SuperConditionValue, Some(0)))
                }
            };
        }
        if let Some(holdout) = &rules.holdout
            && self.is_held_out(holdout, rules)?
        {
            return Ok(flag.says(holdout.value.clone(), ReasonCode::HoldoutConditionValue, None));
        }
        self.conditions(flag, rules)
    }

    /// Whether somebody enrolled in the feature by hand, or decided not to; `None` where the server knows of neither, and
    /// goes on to the conditions.
    fn enrollment(&mut self, property: &str) -> Result<Option<bool>, CannotSay> {
        let found = self.person.properties().get(property);
        let result = match found {
            None if !self.person.knows_all() => Match::CannotSay,
            Some(Value::Boolean(true)) => Match::Yes,
            Some(Value::Text(text)) if text == "true" => Match::Yes,
            None | Some(_) => Match::No,
        };
        self.watch.see(Step::Enrollment { property, found, result });
        match result {
            Match::CannotSay => Err(CannotSay::Enrollment),
            result => Ok(found.map(|_| result == Match::Yes)),
        }
    }

    fn is_held_out(&mut self, holdout: &Holdout, rules: &Rules) -> Verdict {
        let identifier = match self.identifier(&rules.target, rules) {
            // The server goes by the distinct id then.
            Err(CannotSay::NoDeviceId) if self.person.knows_all() => Some(self.person.distinct_id()),
            identifier => identifier?,
        };
        // Without its group the flag is off for somebody who is in no holdout.
        let Some(identifier) = identifier else { return Ok(false) };
        let hash = bucket::holdout(identifier);
        let held_out = hash <= holdout.limit;
        self.watch.see(Step::Holdout {
            id: holdout.id,
            bucketing: bucketing(&rules.target, rules),
            hash,
            limit: holdout.limit,
            held_out,
        });
        Ok(held_out)
    }

    /// The conditions in their order: the first that matches decides. One that cannot be decided leaves it to those
    /// behind it; only when none matches, that nothing can be said is the answer.
    fn conditions(&mut self, flag: &Flag, rules: &'a Rules) -> Result<Evaluation, CannotSay> {
        let mut unknown = None;
        let mut closest = (Outcome::NoGroup, None);
        for (index, condition) in (0_u32..).zip(&rules.conditions) {
            let outcome = self.condition(flag, rules, condition, index);
            match outcome {
                Outcome::Matched => {
                    let value = self.value(flag, rules, condition)?;
                    return Ok(flag.says(value, ReasonCode::ConditionMatch, Some(index)));
                }
                Outcome::CannotSay(why) => _ = unknown.get_or_insert(why),
                miss if nearness(miss) >= nearness(closest.0) => closest = (miss, Some(index)),
                _ => {}
            }
            if outcome == Outcome::OutOfRollout && rules.early_exit {
                self.watch.see(Step::EarlyExit { index });
                break;
            }
        }
        if let Some(why) = unknown {
            return Err(why);
        }
        let reason = match closest {
            (Outcome::OutOfRollout, _) => ReasonCode::OutOfRolloutBound,
            (Outcome::NoGroup, Some(_)) => ReasonCode::NoGroupType,
            _ => ReasonCode::NoConditionMatch,
        };
        Ok(flag.says(FlagValue::Boolean(false), reason, closest.1))
    }

    fn condition(&mut self, flag: &Flag, rules: &'a Rules, condition: &'a Condition, index: u32) -> Outcome {
        self.watch.see(Step::Condition {
            index,
            bucketing: bucketing(&condition.target, rules),
            filters: condition.clauses.len(),
        });
        let outcome = self.outcome(flag, rules, condition);
        self.watch.see(Step::ConditionEnd { index, outcome });
        outcome
    }

    fn outcome(&mut self, flag: &Flag, rules: &Rules, condition: &'a Condition) -> Outcome {
        let identifier = match self.identifier(&condition.target, rules) {
            Ok(None) => return Outcome::NoGroup,
            // The server passes over a condition about devices where it is told of none.
            Err(CannotSay::NoDeviceId) if self.person.knows_all() => return Outcome::OutOfRollout,
            identifier => identifier,
        };
        let group = match &condition.target {
            Target::Group(name) => Some(&**name),
            Target::Person | Target::UnknownGroup(_) => None,
        };
        let before = std::mem::replace(&mut self.group, group);
        let matches = self.all(&condition.clauses);
        self.group = before;
        match matches {
            Ok(true) => {}
            Ok(false) => return Outcome::NoMatch,
            Err(why) => return Outcome::CannotSay(why),
        }
        // Everybody is in: no number is needed.
        let hash = match identifier {
            _ if condition.limit >= 1.0 => None,
            Ok(identifier) => Some(bucket::rollout(&flag.key, identifier.unwrap_or_default())),
            Err(why) => return Outcome::CannotSay(why),
        };
        let within = hash.is_none_or(|hash| hash <= condition.limit);
        self.watch.see(Step::Rollout { hash, limit: condition.limit, within });
        if within { Outcome::Matched } else { Outcome::OutOfRollout }
    }

    /// What somebody has who is in: the variant of the condition, or the one that the number chooses, or just `true`.
    fn value(&mut self, flag: &Flag, rules: &Rules, condition: &Condition) -> Result<FlagValue, CannotSay> {
        if let Some(variant) = &condition.variant {
            self.watch.see(Step::Override { variant: &variant.key, known: variant.index.is_some() });
            if let Some(index) = variant.index {
                return Ok(rules.variants[index].value.clone());
            }
        }
        if rules.variants.is_empty() {
            return Ok(FlagValue::Boolean(true));
        }
        let identifier = self.identifier(&condition.target, rules)?.unwrap_or_default();
        let hash = bucket::variant(&flag.key, identifier);
        let chosen = rules.variants.iter().position(|range| hash < range.below);
        self.watch.see(Step::Variant { hash, ranges: &rules.variants, chosen });
        Ok(chosen.map_or(FlagValue::Boolean(true), |index| rules.variants[index].value.clone()))
    }

    /// By what somebody gets a number; `None` where that is a group that is not given.
    fn identifier(&self, target: &Target, rules: &Rules) -> Result<Option<&'a str>, CannotSay> {
        match target {
            Target::Person if rules.by_device => self.person.device_id().map(Some).ok_or(CannotSay::NoDeviceId),
            Target::Person => Ok(Some(self.person.distinct_id())),
            // Nobody is in a group without a key. Only flags with a holdout take it for one, in all SDKs.
            Target::Group(name) => {
                let key = self.person.groups().get(name).map(Group::key);
                let is_key = |key: &str| !key.is_empty() || (rules.holdout.is_some() && !self.person.knows_all());
                Ok(key.filter(|key| is_key(key)))
            }
            Target::UnknownGroup(_) => Ok(None),
        }
    }
}

impl Flag {
    fn says(&self, value: FlagValue, reason: ReasonCode, condition_index: Option<u32>) -> Evaluation {
        Evaluation {
            payload: self.rules.as_ref().ok().and_then(|rules| rules.payload(&value)).cloned(),
            value,
            reason,
            condition_index,
            id: self.id,
            version: self.version,
            has_experiment: self.has_experiment,
        }
    }
}

/// How close somebody came to a condition: the closest is the reason that is told, as on PostHog's server.
fn nearness(miss: Outcome) -> u8 {
    match miss {
        Outcome::Matched | Outcome::CannotSay(_) => 0,
        Outcome::NoGroup => 1,
        Outcome::NoMatch => 2,
        Outcome::OutOfRollout => 3,
    }
}

fn bucketing<'a>(target: &'a Target, rules: &Rules) -> Bucketing<'a> {
    match target {
        Target::Person if rules.by_device => Bucketing::DeviceId,
        Target::Person => Bucketing::DistinctId,
        Target::Group(name) => Bucketing::Group(name),
        Target::UnknownGroup(number) => Bucketing::UnknownGroup(*number),
    }
}
