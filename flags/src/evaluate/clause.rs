use super::{Evaluator, Verdict};
use crate::clause::{Clause, CohortClause, Dependency, Membership, Subject};
use crate::{CannotSay, Filter, FlagValue, Group, Match, Step, Value, Watch};

impl<'a, W: Watch> Evaluator<'a, W> {
    /// Whether each of these matches. One that does not decides, also where others cannot say.
    pub(super) fn all(&mut self, clauses: &'a [Clause]) -> Verdict {
        let mut unknown = None;
        for clause in clauses {
            match self.clause(clause) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => _ = unknown.get_or_insert(why),
            }
        }
        unknown.map_or(Ok(true), Err)
    }

    /// Whether one of these matches. One that does decides, also where others cannot say.
    fn any(&mut self, clauses: &'a [Clause]) -> Verdict {
        let mut unknown = None;
        for clause in clauses {
            match self.clause(clause) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(why) => _ = unknown.get_or_insert(why),
            }
        }
        unknown.map_or(Ok(false), Err)
    }

    fn clause(&mut self, clause: &'a Clause) -> Verdict {
        if self.steps == 0 || self.depth == 0 {
            return Err(CannotSay::TooComplex);
        }
        self.steps -= 1;
        if let Clause::Property { filter, of } = clause {
            return self.property(filter, of);
        }
        self.depth -= 1;
        let verdict = self.nested(clause);
        self.depth += 1;
        verdict
    }

    fn nested(&mut self, clause: &'a Clause) -> Verdict {
        match clause {
            Clause::Property { filter, of } => self.property(filter, of),
            Clause::All(clauses) => {
                self.watch.see(Step::All);
                let verdict = self.all(clauses);
                self.watch.see(Step::GroupEnd { result: result(verdict) });
                verdict
            }
            Clause::Any(clauses) => {
                self.watch.see(Step::Any);
                let verdict = self.any(clauses);
                self.watch.see(Step::GroupEnd { result: result(verdict) });
                verdict
            }
            Clause::Cohort(cohort) => {
                let negated = cohort.membership == Membership::NotIn;
                self.watch.see(Step::Cohort { id: &cohort.id, negated });
                let verdict = self.cohort(cohort);
                self.watch.see(Step::CohortEnd { id: &cohort.id, result: result(verdict) });
                verdict
            }
            Clause::Flag(dependency) => self.dependency(dependency),
            Clause::Unknown(why) => {
                self.watch.see(Step::UnknownFilter { why: *why });
                Err(*why)
            }
        }
    }

    fn property(&mut self, filter: &Filter, of: &Subject) -> Verdict {
        let own = self.own_property(of).map(Value::from);
        let (group_type, found) = match of {
            Subject::Person | Subject::DistinctId => self.of_person(filter.key()),
            Subject::Group(name) | Subject::GroupKey(name) => (Some(&**name), self.of_group(name, filter.key())),
        };
        let found = found.or(own.as_ref());
        let result = match found {
            None if self.person.knows_all() => filter.test_not_set(),
            found => filter.test(found, self.now),
        };
        self.watch.see(Step::Property { filter, group_type, found, result });
        match result {
            Match::Yes => Ok(true),
            Match::No => Ok(false),
            Match::CannotSay if found.is_none() && !self.person.knows_all() => Err(CannotSay::UnknownProperty),
            Match::CannotSay => Err(CannotSay::UnknownFilter),
        }
    }

    /// What counts as a property without being given as one.
    fn own_property(&self, of: &Subject) -> Option<&'a str> {
        match of {
            Subject::DistinctId => Some(self.person.distinct_id()),
            Subject::GroupKey(name) => self.person.groups().get(name).map(Group::key),
            Subject::Person | Subject::Group(_) => None,
        }
    }

    /// A property of the person. Where it is not known, and the condition is about a group, the group's property of
    /// that name stands in: SDKs look nowhere else. The server knows the person, and looks in no group.
    fn of_person(&self, key: &str) -> (Option<&'a str>, Option<&'a Value<'a>>) {
        match (self.person.properties().get(key), self.group) {
            (None, Some(group)) if !self.person.knows_all() => match self.of_group(group, key) {
                None => (None, None),
                found => (Some(group), found),
            },
            (found, _) => (None, found),
        }
    }

    fn of_group(&self, group_type: &str, key: &str) -> Option<&'a Value<'a>> {
        self.person.groups().get(group_type)?.properties().get(key)
    }

    fn cohort(&mut self, clause: &CohortClause) -> Verdict {
        if clause.membership == Membership::Neither {
            return Ok(false);
        }
        let cohorts = self.cohorts;
        let member = match clause.cohort {
            Err(why) => self.person.is_in_cohort(&clause.id).ok_or(why)?,
            Ok(cohort) if cohorts[cohort].in_cycle => return Err(CannotSay::Cycle),
            Ok(cohort) => self.clause(&cohorts[cohort].clause)?,
        };
        Ok(member == (clause.membership == Membership::In))
    }

    fn dependency(&mut self, dependency: &Dependency) -> Verdict {
        let key = &dependency.key;
        let negated = dependency.negated;
        self.watch.see(Step::Dependency { key, expected: dependency.expected.as_ref(), negated });
        let found = self.dependency_value(dependency);
        let verdict = match &found {
            // No flag can be what is expected.
            _ if dependency.expected.is_none() => Ok(dependency.negated),
            Ok(found) => Ok(dependency.is_met(found) != dependency.negated),
            Err(why) => Err(*why),
        };
        self.watch.see(Step::DependencyEnd { key, found: found.as_ref().ok(), result: result(verdict) });
        verdict
    }

    fn dependency_value(&mut self, dependency: &Dependency) -> Result<FlagValue, CannotSay> {
        let flags = self.flags;
        let flag = &flags[dependency.flag?];
        if flag.in_cycle {
            return Err(CannotSay::Cycle);
        }
        match self.flag(flag) {
            Ok(evaluation) => Ok(evaluation.value),
            Err(why @ (CannotSay::Cycle | CannotSay::TooComplex)) => Err(why),
            Err(_) => Err(CannotSay::UnknownDependency),
        }
    }
}

fn result(verdict: Verdict) -> Match {
    match verdict {
        Ok(true) => Match::Yes,
        Ok(false) => Match::No,
        Err(_) => Match::CannotSay,
    }
}
