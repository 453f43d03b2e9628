use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::error::{Error, Kind};
use crate::payload::{Payload, PayloadError, PayloadReader, decode};

/// The keys of a datafile's rules, by their ids: of its experiments, those in groups, and its deliveries.
///
/// Make it anew where the datafile is another. A rule that is not in it stays without a name.
#[derive(Debug, Clone, Default)]
pub struct RuleKeys(BTreeMap<String, String>);

impl RuleKeys {
    /// Reads a datafile.
    ///
    /// # Errors
    ///
    /// When it is not JSON, or a rule of it has no id or no key. The error names the place.
    pub fn from_datafile(text: &str) -> Result<Self, Error> {
        decode(text).map_err(|error| Error::new(Kind::Input, format!("the datafile cannot be used: {error}")))
    }

    /// The key of the rule of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Gives a decision the key of the rule whose id it has; one that has a rule keeps it.
    pub fn name(&self, decision: Decision) -> Decision {
        let key = decision.experiment_id().and_then(|id| self.get(id)).map(str::to_owned);
        match key {
            Some(key) if decision.rule_key().is_none() => decision.with_rule(key),
            _ => decision,
        }
    }
}

impl Payload for RuleKeys {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let experiments: Option<Vec<Rule>> = reader.optional("experiments")?;
        let groups: Option<Vec<Rules>> = reader.optional("groups")?;
        let rollouts: Option<Vec<Rules>> = reader.optional("rollouts")?;
        let below = groups.into_iter().chain(rollouts).flatten().flat_map(|Rules(rules)| rules);
        let rules = experiments.into_iter().flatten().chain(below);
        Ok(Self(rules.map(|Rule { id, key }| (id, key)).collect()))
    }
}

struct Rules(Vec<Rule>);

impl Payload for Rules {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self(reader.optional("experiments")?.unwrap_or_default()))
    }
}

struct Rule {
    id: String,
    key: String,
}

impl Payload for Rule {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self { id: reader.required("id")?, key: reader.required("key")? })
    }
}
