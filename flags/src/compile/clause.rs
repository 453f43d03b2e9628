use super::Compiler;
use crate::clause::{Clause, CohortClause, Dependency, Membership, Subject};
use crate::document::{Json, Kind};
use crate::flag::Target;
use crate::{CannotSay, Filter, FlagValue, Operator, Value};

/// Where a filter stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The flag; `None` in a cohort.
    pub(super) flag: Option<&'s str>,
    /// Whom the condition is about; a cohort is always about a person.
    pub(super) target: &'s Target,
}

impl<'a> Compiler<'a> {
    pub(super) fn clause(&mut self, clause: &'a Json<'a>, scope: Scope<'_>) -> Clause {
        if clause.as_object().is_none() {
            return self.unknown(format!("a filter is {}, it should be an object", clause.kind()));
        }
        match clause.set("type").map(|kind| kind.as_text().unwrap_or_default()) {
            None => self.property(clause, scope, scope.target),
            Some("person") => self.property(clause, scope, &Target::Person),
            Some("group") if scope.flag.is_some() => {
                let target = match clause.set("group_type_index") {
                    Some(number) => number.as_i64().map_or(Target::UnknownGroup(-1), |number| self.target(number)),
                    None => scope.target.clone(),
                };
                self.property(clause, scope, &target)
            }
            Some("cohort") => self.cohort_clause(clause, scope),
            Some("flag") => self.dependency(clause, scope),
            Some(other) => self.unknown(format!("filters of type `{other}` are not known here")),
        }
    }

    fn property(&mut self, clause: &Json<'_>, scope: Scope<'_>, target: &Target) -> Clause {
        let Some(key) = clause.get("key").and_then(Json::as_text) else {
            return self.unknown("a filter has no `key`".into());
        };
        let of = match target {
            Target::Person if key == "distinct_id" => Subject::DistinctId,
            Target::Person => Subject::Person,
            Target::Group(name) if key == "$group_key" => Subject::GroupKey(name.clone()),
            Target::Group(name) => Subject::Group(name.clone()),
            Target::UnknownGroup(_) => return Clause::Unknown(CannotSay::UnknownGroupType),
        };
        let operator = match clause.set("operator") {
            None => Operator::Exact,
            Some(operator) => match operator.as_text() {
                Some(word) => Operator::from_word(word),
                None => {
                    return self
                        .unknown(format!("the operator on `{key}` is {}, it should be a text", operator.kind()));
                }
            },
        };
        if !operator.is_known() {
            self.trouble(format!("operator `{operator}` on `{key}` is not known here"));
        }
        let value = match clause.get("value") {
            None => None,
            Some(value) => match as_value(value) {
                Some(value) => Some(value),
                None => return self.unknown(format!("the value of the filter on `{key}` cannot be read")),
            },
        };
        // Conditions of flags are never turned round, whatever stands there: that is for cohorts.
        let negated = scope.flag.is_none() && is_negated(clause);
        let filter = Filter::compile(operator, value.as_ref(), key, self.matching).with_negation(negated);
        Clause::Property { filter, of }
    }

    fn cohort_clause(&mut self, clause: &'a Json<'a>, scope: Scope<'_>) -> Clause {
        let id = match clause.get("value") {
            Some(Json { kind: Kind::Number, text, .. }) => *text,
            Some(Json { kind: Kind::Text(id), .. }) => id.as_ref(),
            _ => return self.unknown("a filter on a cohort does not say which".into()),
        };
        let operator = clause.set("operator").map(|operator| operator.as_text().unwrap_or_default());
        let membership = match operator {
            None | Some("in") => Membership::In,
            Some("not_in") => Membership::NotIn,
            // In a cohort only `not_in` counts; a flag has no way of its own to read anything else.
            Some(_) if scope.flag.is_none() => Membership::In,
            Some(_) => Membership::Neither,
        };
        let membership = match membership {
            Membership::In if scope.flag.is_none() && is_negated(clause) => Membership::NotIn,
            Membership::NotIn if scope.flag.is_none() && is_negated(clause) => Membership::In,
            membership => membership,
        };
        Clause::Cohort(CohortClause {
            id: id.into(),
            cohort: self.cohorts.index(id).ok_or(CannotSay::UnknownCohort),
            membership,
        })
    }

    fn dependency(&mut self, clause: &Json<'_>, scope: Scope<'_>) -> Clause {
        let Some(key) = clause.get("key").and_then(Json::as_text) else {
            return self.unknown("a filter on a flag does not say which".into());
        };
        let compares = clause.get("operator").and_then(Json::as_text) == Some(Operator::FlagEvaluatesTo.as_str());
        let expected = clause.get("value").and_then(|value| match &value.kind {
            Kind::Boolean(on) => Some(FlagValue::Boolean(*on)),
            Kind::Text(variant) => Some(FlagValue::from(variant.as_ref())),
            _ => None,
        });
        let flag = self.dependency_flag(key, clause, scope);
        match flag {
            Err(CannotSay::Cycle) => self.trouble(format!("its dependency on flag `{key}` leads back to itself")),
            Err(_) => {
                self.trouble(format!(
                    "it depends on flag `{key}`, which is not defined, or depends on one that is not"
                ));
            }
            Ok(_) => {}
        }
        let negated = scope.flag.is_none() && is_negated(clause);
        Clause::Flag(Dependency { key: key.into(), flag, expected: expected.filter(|_| compares), negated })
    }

    /// The flag that a filter depends on. Its chain names all flags on the way; PostHog leaves it empty where they
    /// lead back to where they began.
    fn dependency_flag(&self, key: &str, clause: &Json<'_>, scope: Scope<'_>) -> Result<usize, CannotSay> {
        let chain = clause.get("dependency_chain").and_then(Json::as_list).unwrap_or_default();
        if chain.is_empty() || scope.flag == Some(key) {
            return Err(CannotSay::Cycle);
        }
        for step in chain {
            let step = step.as_text().ok_or(CannotSay::OddDefinition)?;
            if scope.flag == Some(step) {
                return Err(CannotSay::Cycle);
            }
            if !self.by_key.contains_key(step) {
                return Err(CannotSay::UnknownDependency);
            }
        }
        self.by_key.get(key).copied().ok_or(CannotSay::UnknownDependency)
    }

    pub(super) fn unknown(&mut self, sentence: String) -> Clause {
        self.trouble(sentence);
        Clause::Unknown(CannotSay::UnknownFilter)
    }
}

fn is_negated(clause: &Json<'_>) -> bool {
    clause.get("negation").and_then(Json::as_boolean) == Some(true)
}

fn as_value<'a>(json: &'a Json<'a>) -> Option<Value<'a>> {
    match &json.kind {
        Kind::Null => Some(Value::Null),
        Kind::Boolean(boolean) => Some(Value::Boolean(*boolean)),
        Kind::Text(text) => Some(Value::from(text.as_ref())),
        Kind::Number | Kind::List(_) | Kind::Object(_) => Value::parse(json.text),
        Kind::Unreadable => None,
    }
}
