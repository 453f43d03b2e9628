use std::collections::HashMap;

use super::Compiler;
use super::clause::Scope;
use crate::clause::Clause;
use crate::document::Json;
use crate::flag::{Cohort, Target};

/// The cohorts of a document. Only those are compiled that some flag refers to, be it by way of other cohorts.
pub(super) struct CohortTable<'a> {
    defined: HashMap<&'a str, &'a Json<'a>>,
    indices: HashMap<&'a str, usize>,
    wanted: Vec<(&'a str, &'a Json<'a>)>,
}

impl<'a> CohortTable<'a> {
    pub(super) fn new(cohorts: Option<&'a Json<'a>>) -> Self {
        let cohorts = cohorts.and_then(Json::as_object).unwrap_or_default();
        Self {
            defined: cohorts.iter().map(|(id, cohort)| (id.as_ref(), cohort)).collect(),
            indices: HashMap::new(),
            wanted: Vec::new(),
        }
    }

    /// Where a cohort stands among those that are compiled; `None` where it is not defined.
    pub(super) fn index(&mut self, id: &str) -> Option<usize> {
        if let Some(&index) = self.indices.get(id) {
            return Some(index);
        }
        let (&id, &cohort) = self.defined.get_key_value(id)?;
        self.indices.insert(id, self.wanted.len());
        self.wanted.push((id, cohort));
        Some(self.wanted.len() - 1)
    }
}

impl<'a> Compiler<'a> {
    /// Compiles the cohorts that are wanted, and those that are wanted by them.
    pub(super) fn cohorts(&mut self) -> Vec<Cohort> {
        let mut compiled = Vec::new();
        while let Some(&(id, cohort)) = self.cohorts.wanted.get(compiled.len()) {
            let troubles = self.troubles.len();
            let clause = self.group(cohort);
            for trouble in &mut self.troubles[troubles..] {
                trouble.sentence = format!("cohort `{id}`: {}", trouble.sentence).into();
            }
            compiled.push(Cohort { clause, in_cycle: false });
        }
        compiled
    }

    /// A group of filters, groups and cohorts: `{"type": "OR", "values": [..]}`.
    fn group(&mut self, group: &'a Json<'a>) -> Clause {
        let Some(members) = group.as_object() else {
            return self.unknown(format!("a group of filters is {}, it should be an object", group.kind()));
        };
        if members.is_empty() {
            return Clause::All(Box::default());
        }
        let Some(values) = group.get("values").and_then(Json::as_list) else {
            return self.unknown("a group of filters has no list of `values`".into());
        };
        let any = match group.get("type").and_then(Json::as_text) {
            Some("OR") => true,
            Some("AND" | "property") => false,
            _ => return self.unknown("a group of filters is neither `AND` nor `OR`".into()),
        };
        let clauses = values.iter().map(|value| self.group_or_clause(value)).collect();
        if any { Clause::Any(clauses) } else { Clause::All(clauses) }
    }

    fn group_or_clause(&mut self, value: &'a Json<'a>) -> Clause {
        if value.get("values").is_some() || value.as_object().is_some_and(<[_]>::is_empty) {
            return self.group(value);
        }
        self.clause(value, Scope { flag: None, target: &Target::Person })
    }
}
