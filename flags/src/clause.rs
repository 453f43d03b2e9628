use std::sync::Arc;

use crate::{CannotSay, Filter, FlagValue};

/// What a condition or a cohort asks for, compiled.
#[derive(Debug)]
pub(crate) enum Clause {
    /// Each of these.
    All(Box<[Clause]>),
    /// One of these, at least.
    Any(Box<[Clause]>),
    /// A property.
    Property { filter: Filter, of: Subject },
    /// Being in a cohort, or not.
    Cohort(CohortClause),
    /// The value of another flag.
    Flag(Dependency),
    /// What cannot be read, or is not known here.
    Unknown(CannotSay),
}

/// Whose property it is.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// The person's.
    Person,
    /// The person's distinct id, unless a property of that name is given.
    DistinctId,
    /// The property of a group of this type.
    Group(Arc<str>),
    /// The key of a group of this type, unless a property of that name is given.
    GroupKey(Arc<str>),
}

#[derive(Debug)]
pub(crate) struct CohortClause {
    pub(crate) id: Box<str>,
    /// Where the cohort stands among those that are compiled.
    pub(crate) cohort: Result<usize, CannotSay>,
    pub(crate) membership: Membership,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    In,
    NotIn,
    /// The clause compares in a way in which nobody can be related to a cohort.
    Neither,
}

#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) key: Box<str>,
    /// Where the flag stands in the definitions.
    pub(crate) flag: Result<usize, CannotSay>,
    /// `None` where no flag can be what is expected.
    pub(crate) expected: Option<FlagValue>,
    pub(crate) negated: bool,
}

impl Dependency {
    /// Whether a value is the expected one: `true` stands for every variant.
    pub(crate) fn is_met(&self, found: &FlagValue) -> bool {
        match (&self.expected, found) {
            (Some(FlagValue::Boolean(expected)), found) => *expected == found.is_on(),
            (Some(FlagValue::Variant(expected)), FlagValue::Variant(found)) => expected == found,
            _ => false,
        }
    }
}

impl Clause {
    /// Calls for each flag and each cohort that the clause refers to.
    pub(crate) fn references(&self, see: &mut impl FnMut(Reference)) {
        match self {
            Self::All(clauses) | Self::Any(clauses) => clauses.iter().for_each(|clause| clause.references(see)),
            Self::Cohort(CohortClause { cohort: Ok(cohort), .. }) => see(Reference::Cohort(*cohort)),
            Self::Flag(Dependency { flag: Ok(flag), .. }) => see(Reference::Flag(*flag)),
            Self::Property { .. } | Self::Cohort(_) | Self::Flag(_) | Self::Unknown(_) => {}
        }
    }
}

/// What a clause refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    Flag(usize),
    Cohort(usize),
}
