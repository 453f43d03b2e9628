use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::{CannotSay, DefinitionsError, Evaluation, Person, Trouble, Watch};

/// The flags of a project, compiled: what PostHog's `/flags/definitions` answers.
///
/// Flags are read one by one: an odd one cannot be evaluated, and leaves the others alone. Nothing in here changes
/// once it is compiled; a poll makes new definitions.
pub struct Definitions {
    keys: Vec<Arc<str>>,
    by_key: HashMap<Arc<str>, usize>,
    troubles: Vec<Trouble>,
    minimal_flag_called: bool,
}

impl Definitions {
    /// Compiles a document.
    ///
    /// # Errors
    ///
    /// When the bytes are not JSON, or hold no list of flags. Whoever has definitions already keeps them then.
    pub fn parse(bytes: &[u8]) -> Result<Self, DefinitionsError> {
        let document: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|error| DefinitionsError::NotJson { line: error.line(), column: error.column() })?;
        let flags = document.get("flags").and_then(serde_json::Value::as_array).ok_or(DefinitionsError::NoFlags)?;
        let keys: Vec<Arc<str>> = flags.iter().filter_map(|flag| flag.get("key")?.as_str()).map(Into::into).collect();
        Ok(Self {
            by_key: keys.iter().cloned().enumerate().map(|(index, key)| (key, index)).collect(),
            keys,
            troubles: Vec::new(),
            minimal_flag_called: document.get("minimal_flag_called_events") == Some(&true.into()),
        })
    }

    /// What a flag says about somebody; `None` where there is no such flag.
    ///
    /// `now` is in milliseconds since 1970: relative dates count from it. Allocates nothing.
    #[must_use]
    pub fn evaluate(&self, key: &str, person: &Person<'_>, now: i64) -> Option<Result<Evaluation, CannotSay>> {
        self.evaluate_watched(key, person, now, &mut ())
    }

    /// The same, with somebody who sees each step.
    #[must_use]
    pub fn evaluate_watched(
        &self,
        key: &str,
        _person: &Person<'_>,
        _now: i64,
        _watch: &mut impl Watch,
    ) -> Option<Result<Evaluation, CannotSay>> {
        self.by_key.get(key).map(|_| Err(CannotSay::OddDefinition))
    }

    /// What each flag says about somebody, in the order of the document.
    pub fn evaluate_all<'a>(
        &'a self,
        person: &'a Person<'a>,
        now: i64,
    ) -> impl Iterator<Item = (&'a str, Result<Evaluation, CannotSay>)> {
        self.keys().filter_map(move |key| Some((key, self.evaluate(key, person, now)?)))
    }

    /// The keys of the flags, in the order of the document.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(AsRef::as_ref)
    }

    /// How many flags there are, the odd ones among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What is odd in the document; empty in all but the rarest cases.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// Whether `$feature_flag_called` is to carry no more than it must.
    #[must_use]
    pub const fn minimal_flag_called(&self) -> bool {
        self.minimal_flag_called
    }

    /// The answer of PostHog's `/flags?v=2` about somebody, for these flags or for all.
    ///
    /// A flag that cannot be evaluated here is left out, and `errorsWhileComputingFlags` says so.
    #[must_use]
    pub fn response(&self, person: &Person<'_>, now: i64, keys: Option<&[&str]>) -> serde_json::Value {
        let wanted = |key: &str| keys.is_none_or(|keys| keys.contains(&key));
        let errors = self.evaluate_all(person, now).any(|(key, result)| wanted(key) && result.is_err());
        serde_json::json!({ "flags": {}, "errorsWhileComputingFlags": errors })
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Definitions")
            .field("flags", &self.len())
            .field("troubles", &self.troubles)
            .finish_non_exhaustive()
    }
}
