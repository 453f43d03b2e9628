use std::sync::Arc;

use super::Compiler;
use super::clause::Scope;
use crate::document::{Json, Kind};
use crate::flag::{Condition, Flag, Holdout, Override, Rules, Target};
use crate::{CannotSay, FlagValue, VariantRange};

/// Why the rules of a flag cannot be read.
struct Odd {
    why: CannotSay,
    sentence: String,
}

impl Odd {
    fn expected(name: &str, found: &Json<'_>, expected: &str) -> Self {
        let sentence = format!("`{name}` is {}, it should be {expected}", found.kind());
        Self { why: CannotSay::OddDefinition, sentence }
    }
}

impl<'a> Compiler<'a> {
    pub(super) fn flag(&mut self, key: Arc<str>, flag: &'a Json<'a>) -> Flag {
        self.about = Some(Arc::clone(&key));
        let number = |name| flag.get(name).and_then(Json::as_i64);
        let rules = self.rules(&key, flag).map_err(|odd| {
            self.trouble(odd.sentence);
            odd.why
        });
        Flag {
            id: number("id"),
            version: number("version"),
            has_experiment: flag.get("has_experiment").and_then(Json::as_boolean),
            active: flag.get("active").and_then(Json::as_boolean).unwrap_or(true),
            rules,
            in_cycle: false,
            key,
        }
    }

    fn rules(&mut self, key: &str, flag: &'a Json<'a>) -> Result<Rules, Odd> {
        match flag.get("active") {
            Some(Json { kind: Kind::Boolean(_), .. }) => {}
            Some(odd) => return Err(Odd::expected("active", odd, "a boolean")),
            None => return Err(Odd { why: CannotSay::OddDefinition, sentence: "`active` is missing".into() }),
        }
        let Some(filters) = flag.set("filters") else {
            return Err(Odd { why: CannotSay::OddDefinition, sentence: "`filters` is missing".into() });
        };
        if filters.as_object().is_none() {
            return Err(Odd::expected("filters", filters, "an object"));
        }
        if let Some(version) = filters.set("version").filter(|version| version.as_i64() != Some(1)) {
            return Err(Odd {
                why: CannotSay::UnknownRules,
                sentence: format!("rules of version {} are not known here", version.text),
            });
        }
        let target = self.own_target(filters)?.unwrap_or(Target::Person);
        let variants = variants(filters)?;
        let conditions = list(filters, "groups")?;
        let conditions = conditions.iter().map(|condition| self.condition(key, condition, &target, &variants));
        let conditions = conditions.collect::<Result<_, _>>()?;
        let super_condition = list(filters, "super_groups")?.first();
        let super_condition =
            super_condition.map(|first| self.condition(key, first, &Target::Person, &[])).transpose()?;
        Ok(Rules {
            conditions,
            super_condition,
            continuity: boolean(flag, "ensure_experience_continuity")?,
            by_device: by_device(flag)?,
            enrollment: boolean(filters, "feature_enrollment")?.then(|| format!("$feature_enrollment/{key}").into()),
            holdout: holdout(filters)?,
            early_exit: boolean(filters, "early_exit")?,
            payloads: self.payloads(filters),
            variants,
            target,
        })
    }

    fn condition(
        &mut self,
        key: &str,
        condition: &'a Json<'a>,
        of_flag: &Target,
        variants: &[VariantRange],
    ) -> Result<Condition, Odd> {
        if condition.as_object().is_none() {
            return Err(Odd::expected("groups", condition, "a list of objects"));
        }
        let target = self.own_target(condition)?.unwrap_or_else(|| of_flag.clone());
        let scope = Scope { flag: Some(key), target: &target };
        let clauses = list(condition, "properties")?.iter().map(|clause| self.clause(clause, scope)).collect();
        let percentage = match condition.set("rollout_percentage") {
            None => 100.0,
            Some(percentage) => {
                percentage.as_f64().ok_or_else(|| Odd::expected("rollout_percentage", percentage, "a number"))?
            }
        };
        let variant = match condition.set("variant") {
            None => None,
            Some(variant) => Some(variant.as_text().ok_or_else(|| Odd::expected("variant", variant, "a text"))?),
        };
        let variant = variant.filter(|variant| !variant.is_empty()).map(|variant| Override {
            key: variant.into(),
            index: variants.iter().position(|range| range.variant() == variant),
        });
        Ok(Condition { target, clauses, limit: percentage / 100.0, variant })
    }

    /// Whom a flag or a condition says it is about: `null` is the person, and what is missing says nothing.
    fn own_target(&self, of: &Json<'_>) -> Result<Option<Target>, Odd> {
        const NAME: &str = "aggregation_group_type_index";
        match of.get(NAME) {
            None => Ok(None),
            Some(Json { kind: Kind::Null, .. }) => Ok(Some(Target::Person)),
            Some(number) => match number.as_i64() {
                Some(number) => Ok(Some(self.target(number))),
                None => Err(Odd::expected(NAME, number, "a whole number")),
            },
        }
    }

    /// What is handed out, by variant. A payload that is not a text is JSON itself, and is handed out as it stands.
    fn payloads(&mut self, filters: &Json<'_>) -> Box<[(Box<str>, Arc<str>)]> {
        let Some(payloads) = filters.set("payloads") else { return Box::default() };
        let Some(payloads) = payloads.as_object() else {
            self.trouble(format!("`payloads` is {}, it should be an object", payloads.kind()));
            return Box::default();
        };
        let payload = |value: &Json<'_>| match &value.kind {
            Kind::Null | Kind::Unreadable => None,
            Kind::Text(text) => Some(text.as_ref().into()),
            _ => Some(value.text.into()),
        };
        // Of two of one name the last counts, and the first is found.
        payloads.iter().rev().filter_map(|(name, value)| Some((name.as_ref().into(), payload(value)?))).collect()
    }
}

fn variants(filters: &Json<'_>) -> Result<Box<[VariantRange]>, Odd> {
    let Some(multivariate) = filters.set("multivariate") else { return Ok(Box::default()) };
    if multivariate.as_object().is_none() {
        return Err(Odd::expected("multivariate", multivariate, "an object"));
    }
    let mut below = 0.0;
    let variants = list(multivariate, "variants")?.iter().map(|variant| {
        let key = variant.get("key").and_then(Json::as_text);
        let percentage = variant.get("rollout_percentage").and_then(Json::as_f64);
        let (Some(key), Some(percentage)) = (key, percentage) else {
            return Err(Odd {
                why: CannotSay::OddDefinition,
                sentence: "a variant has no `key`, or no `rollout_percentage`".into(),
            });
        };
        below += percentage / 100.0;
        Ok(VariantRange { value: FlagValue::from(key), below })
    });
    variants.collect()
}

fn holdout(filters: &Json<'_>) -> Result<Option<Holdout>, Odd> {
    let Some(holdout) = filters.set("holdout") else { return Ok(None) };
    let id = holdout.get("id").and_then(Json::as_i64);
    let percentage = holdout.get("exclusion_percentage").and_then(Json::as_f64);
    match (id, percentage) {
        (Some(id), Some(percentage)) => Ok(Some(Holdout {
            id,
            value: FlagValue::from(&*format!("holdout-{id}")),
            limit: percentage.clamp(0.0, 100.0) / 100.0,
        })),
        _ => Err(Odd::expected("holdout", holdout, "an object with `id` and `exclusion_percentage`")),
    }
}

fn by_device(flag: &Json<'_>) -> Result<bool, Odd> {
    let Some(identifier) = flag.set("bucketing_identifier") else { return Ok(false) };
    match identifier.as_text() {
        Some("distinct_id") => Ok(false),
        Some("device_id") => Ok(true),
        _ => Err(Odd::expected("bucketing_identifier", identifier, "`distinct_id` or `device_id`")),
    }
}

fn list<'a>(of: &'a Json<'a>, name: &str) -> Result<&'a [Json<'a>], Odd> {
    match of.set(name) {
        None => Ok(&[]),
        Some(list) => list.as_list().ok_or_else(|| Odd::expected(name, list, "a list")),
    }
}

fn boolean(of: &Json<'_>, name: &str) -> Result<bool, Odd> {
    match of.set(name) {
        None => Ok(false),
        Some(boolean) => boolean.as_boolean().ok_or_else(|| Odd::expected(name, boolean, "a boolean")),
    }
}
