use std::fmt;

use serde_json::{Map, json};

use crate::compile::{Compiled, compile};
use crate::document::Json;
use crate::evaluate::Evaluator;
use crate::{CannotSay, DefinitionsError, Evaluation, FlagValue, Person, Trouble, Watch};

/// The flags of a project, compiled: what PostHog's `/flags/definitions` answers.
///
/// Flags are read one by one: an odd one cannot be evaluated, and leaves the others alone. Nothing in here changes
/// once it is compiled; a poll makes new definitions.
///
/// ```
/// use taxogen_flags::{CannotSay, Definitions, Person, Properties};
///
/// let definitions = Definitions::parse(br#"{"flags": [
///     {"id": 7, "key": "new-dashboard", "active": true, "filters": {"groups": [
///         {"properties": [{"key": "plan", "type": "person", "operator": "exact", "value": ["pro"]}]}
///     ]}},
///     {"id": 8, "key": "odd", "active": true, "filters": {"groups": 5}}
/// ]}"#)?;
/// let properties = Properties::new().with("plan", "pro");
/// let person = Person::new("user_123").with_properties(&properties);
/// let now = 1_767_323_045_000;
///
/// let evaluation = definitions.evaluate("new-dashboard", &person, now).unwrap()?;
/// assert!(evaluation.value.is_on());
/// assert_eq!(evaluation.description().to_string(), "Matched condition set 1");
/// assert_eq!(definitions.evaluate("odd", &person, now), Some(Err(CannotSay::OddDefinition)));
/// assert_eq!(definitions.evaluate("unheard-of", &person, now), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Definitions {
    compiled: Compiled,
    minimal_flag_called: bool,
}

impl Definitions {
    /// Compiles a document.
    ///
    /// # Errors
    ///
    /// When the bytes are not JSON, or hold no list of flags, or one in which nothing is a flag. Whoever has definitions already keeps them then.
    pub fn parse(bytes: &[u8]) -> Result<Self, DefinitionsError> {
        let document = Json::parse(bytes)
            .map_err(|error| DefinitionsError::NotJson { line: error.line(), column: error.column() })?;
        let flags = document.get("flags").and_then(Json::as_list).ok_or(DefinitionsError::NoFlags)?;
        let compiled = compile(&document, flags);
        if compiled.flags.is_empty() && !flags.is_empty() {
            return Err(DefinitionsError::NoKeys);
        }
        Ok(Self {
            compiled,
            minimal_flag_called: document.get("minimal_flag_called_events").and_then(Json::as_boolean) == Some(true),
        })
    }

    /// What a flag says about somebody; `None` where there is no such flag.
    ///
    /// `now` is in milliseconds since 1970: relative dates count from it. Allocates nothing, unless a regular
    /// expression or a value that is a list or an object has to be looked at.
    #[must_use]
    pub fn evaluate(&self, key: &str, person: &Person<'_>, now: i64) -> Option<Result<Evaluation, CannotSay>> {
        self.evaluate_watched(key, person, now, &mut ())
    }

    /// The same, with somebody who sees each step.
    #[must_use]
    pub fn evaluate_watched(
        &self,
        key: &str,
        person: &Person<'_>,
        now: i64,
        watch: &mut impl Watch,
    ) -> Option<Result<Evaluation, CannotSay>> {
        let Compiled { flags, by_key, cohorts, .. } = &self.compiled;
        let flag = &flags[*by_key.get(key)?];
        Some(Evaluator::new(flags, cohorts, person, now, watch).flag(flag))
    }

    /// What each flag says about somebody, in the order of the document.
    pub fn evaluate_all<'d, 'p>(
        &'d self,
        person: &'p Person<'p>,
        now: i64,
    ) -> impl Iterator<Item = (&'d str, Result<Evaluation, CannotSay>)> + use<'d, 'p> {
        let Compiled { flags, cohorts, .. } = &self.compiled;
        flags.iter().map(move |flag| (&*flag.key, Evaluator::new(flags, cohorts, person, now, &mut ()).flag(flag)))
    }

    /// What a flag hands out with a value, as it stands in the definition: nothing with `false`.
    #[must_use]
    pub fn payload(&self, key: &str, value: &FlagValue) -> Option<&str> {
        let flag = &self.compiled.flags[*self.compiled.by_key.get(key)?];
        flag.rules.as_ref().ok()?.payload(value).map(AsRef::as_ref)
    }

    /// The keys of the flags, in the order of the document.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.compiled.flags.iter().map(|flag| &*flag.key)
    }

    /// Whether there is a flag of this key, be it an odd one.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.compiled.by_key.contains_key(key)
    }

    /// How many flags there are, the odd ones among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.compiled.flags.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.compiled.flags.is_empty()
    }

    /// What is odd in the document; empty in all but the rarest cases.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &self.compiled.troubles
    }

    /// Whether `$feature_flag_called` is to carry no more than it must.
    #[must_use]
    pub const fn minimal_flag_called(&self) -> bool {
        self.minimal_flag_called
    }

    /// The answer of PostHog's `/flags?v=2` about somebody, for these flags or for all.
    ///
    /// A flag that cannot be evaluated here is marked as `failed`, and `errorsWhileComputingFlags` says so.
    #[must_use]
    pub fn response(&self, person: &Person<'_>, now: i64, keys: Option<&[&str]>) -> serde_json::Value {
        let mut flags = Map::new();
        let mut errors = false;
        for (key, result) in self.evaluate_all(person, now) {
            if keys.is_some_and(|keys| !keys.contains(&key)) {
                continue;
            }
            errors |= result.is_err();
            flags.insert(key.to_owned(), answer(key, result));
        }
        let mut response = json!({ "flags": flags, "errorsWhileComputingFlags": errors });
        if self.minimal_flag_called {
            response["minimalFlagCalledEvents"] = true.into();
        }
        response
    }
}

/// One member of `flags` in the answer of `/flags?v=2`.
fn answer(key: &str, result: Result<Evaluation, CannotSay>) -> serde_json::Value {
    match result {
        Ok(evaluation) => json!({
            "key": key,
            "enabled": evaluation.value.is_on(),
            "variant": evaluation.value.variant(),
            "reason": {
                "code": evaluation.reason.as_str(),
                "condition_index": evaluation.condition_index,
                "description": evaluation.description().to_string(),
            },
            "metadata": {
                "id": evaluation.id,
                "version": evaluation.version,
                "description": null,
                "payload": evaluation.payload.as_deref(),
                "has_experiment": evaluation.has_experiment,
            },
        }),
        Err(why) => json!({
            "key": key,
            "enabled": false,
            "variant": null,
            "failed": true,
            "reason": { "code": why.word(), "condition_index": null, "description": why.to_string() },
        }),
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Definitions")
            .field("flags", &self.len())
            .field("troubles", &self.troubles())
            .finish_non_exhaustive()
    }
}
