//! PostHog's `/flags`: what a test scripted, and what definitions say, in the shape of version 2.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::asked::Asked;
use crate::definitions::{Defined, Polls};
use crate::http::Response;
use crate::lock;

/// What the flags endpoint says about one flag.
#[derive(Clone, Debug, PartialEq)]
pub struct FlagAnswer {
    enabled: bool,
    variant: Option<String>,
    payload: Option<Value>,
    reason: (String, String),
    id: u64,
    version: u64,
    has_experiment: Option<bool>,
}

impl FlagAnswer {
    /// A boolean flag that is on.
    #[must_use]
    pub fn on() -> Self {
        Self::new(true, None, "condition_match", "Matched condition set 1")
    }

    /// A flag that is off: no condition matched.
    #[must_use]
    pub fn off() -> Self {
        Self::new(false, None, "no_condition_match", "No matching condition set")
    }

    /// A boolean flag.
    #[must_use]
    pub fn boolean(on: bool) -> Self {
        if on { Self::on() } else { Self::off() }
    }

    /// A flag that is on with that variant.
    #[must_use]
    pub fn variant(name: impl Into<String>) -> Self {
        Self::new(true, Some(name.into()), "condition_match", "Matched condition set 1")
    }

    fn new(enabled: bool, variant: Option<String>, code: &str, description: &str) -> Self {
        let reason = (code.to_owned(), description.to_owned());
        Self { enabled, variant, payload: None, reason, id: 1, version: 1, has_experiment: None }
    }

    /// Adds a payload; on the wire it is JSON inside a string.
    #[must_use]
    pub fn payload(mut self, payload: Value) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Replaces the reason's code and description (`holdout_condition_value`, `out_of_rollout_bound`, …).
    #[must_use]
    pub fn reason(mut self, code: impl Into<String>, description: impl Into<String>) -> Self {
        self.reason = (code.into(), description.into());
        self
    }

    /// Replaces the flag's id and version, 1 and 1 otherwise.
    #[must_use]
    pub fn numbered(mut self, id: u64, version: u64) -> Self {
        (self.id, self.version) = (id, version);
        self
    }

    /// Says whether an experiment runs on the flag; nothing is said otherwise.
    #[must_use]
    pub fn has_experiment(mut self, has_experiment: bool) -> Self {
        self.has_experiment = Some(has_experiment);
        self
    }

    fn to_json(&self, key: &str) -> Value {
        let payload = self.payload.as_ref().map(Value::to_string);
        let mut metadata = json!({ "id": self.id, "version": self.version, "description": null, "payload": payload });
        if let Some(has_experiment) = self.has_experiment {
            metadata["has_experiment"] = has_experiment.into();
        }
        let (code, description) = &self.reason;
        let condition_index = if code == "condition_match" { json!(0) } else { Value::Null };
        json!({
            "key": key,
            "enabled": self.enabled,
            "variant": self.variant,
            "reason": { "code": code, "condition_index": condition_index, "description": description },
            "metadata": metadata,
        })
    }
}

/// The script of the flags endpoint, and the definitions that are handed out for local evaluation; with neither an answer
/// is one without flags. What is scripted goes before what the definitions say.
///
/// Got from [`Sandbox::flags`](crate::Sandbox::flags); every method may be called while requests run.
#[derive(Debug, Default)]
pub struct Flags {
    script: Mutex<Script>,
    pub(crate) defined: Defined,
}

#[derive(Debug, Default)]
struct Script {
    everyone: BTreeMap<String, FlagAnswer>,
    users: HashMap<String, BTreeMap<String, FlagAnswer>>,
    cohorts: BTreeMap<String, BTreeSet<String>>,
    quota_limited: bool,
    errors_while_computing: bool,
    delay: Duration,
    status: Option<u16>,
    answered: u64,
}

impl Flags {
    /// What that user gets for that flag.
    pub fn set(&self, distinct_id: impl Into<String>, key: impl Into<String>, answer: FlagAnswer) {
        let mut script = lock(&self.script);
        script.users.entry(distinct_id.into()).or_default().insert(key.into(), answer);
    }

    /// What everybody else gets for that flag.
    pub fn set_default(&self, key: impl Into<String>, answer: FlagAnswer) {
        lock(&self.script).everyone.insert(key.into(), answer);
    }

    /// Hands these definitions out at `/flags/definitions` and at the older path, and answers `/flags` by them where
    /// nothing is scripted.
    ///
    /// `/flags` knows the person, as PostHog does: what accepted events stored (`$set`, `$set_once`, `$unset`,
    /// `$groupidentify`, merged ids), and over it what the request says. A property that is in neither is not set, which is
    /// a definite answer. What remains open fails, with `errorsWhileComputingFlags`: experience continuity, cohorts
    /// that are neither defined nor [listed](Self::cohort), what the definitions leave out or say in an unknown way.
    ///
    /// ```
    /// use serde_json::json;
    /// use taxogen_sandbox::{Polls, Sandbox};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let sandbox = Sandbox::start()?;
    /// let everybody = json!({"groups": [{"properties": [], "rollout_percentage": 100}]});
    /// sandbox.flags().define(&json!({"flags": [{"key": "new-dashboard", "active": true, "filters": everybody}]}));
    /// assert_eq!(sandbox.flags().polls(), Polls::default());
    /// # Ok(())
    /// # }
    /// ```
    pub fn define(&self, definitions: &Value) {
        self.defined.define(definitions.to_string());
    }

    /// Hands this text out, which need be no definitions; where it is none, it decides nothing.
    pub fn define_text(&self, definitions: impl Into<String>) {
        self.defined.define(definitions.into());
    }

    /// Who is in a static cohort, by distinct id; everybody else is not. It decides at `/flags`, where the definitions ask
    /// for a cohort that they do not define, and is never handed out.
    pub fn cohort<I: Into<String>>(&self, id: u64, members: impl IntoIterator<Item = I>) {
        let members = members.into_iter().map(Into::into).collect();
        lock(&self.script).cohorts.insert(id.to_string(), members);
    }

    /// Whether `/flags/definitions` answers 404, as a PostHog does that has the older path alone.
    pub fn older_path_alone(&self, alone: bool) {
        self.defined.without_newer_path(alone);
    }

    /// How often definitions were asked for.
    #[must_use]
    pub fn polls(&self) -> Polls {
        self.defined.polls()
    }

    /// Forgets the whole script, and the definitions.
    pub fn clear(&self) {
        self.defined.clear();
        let answered = lock(&self.script).answered;
        *lock(&self.script) = Script { answered, ..Script::default() };
    }

    /// Answers `quotaLimited: ["feature_flags"]` and no flags.
    pub fn quota_limited(&self, limited: bool) {
        lock(&self.script).quota_limited = limited;
    }

    /// Answers `errorsWhileComputingFlags: true` beside the flags.
    pub fn errors_while_computing(&self, errors: bool) {
        lock(&self.script).errors_while_computing = errors;
    }

    /// Answers so much later.
    pub fn delay(&self, delay: Duration) {
        lock(&self.script).delay = delay;
    }

    /// Answers that status and nothing else; `None` ends it.
    pub fn status(&self, status: impl Into<Option<u16>>) {
        lock(&self.script).status = status.into();
    }

    /// Answers one request and says how late. `body` is the request's JSON, already known to hold a project key.
    pub(crate) fn answer(&self, version: Option<&str>, body: &Value, asked: &Asked) -> (Duration, Response) {
        let mut script = lock(&self.script);
        if let Some(status) = script.status {
            return (script.delay, Response::json(status, json!({ "error": format!("scripted {status}") })));
        }
        let version: u32 = version.and_then(|version| version.parse().ok()).unwrap_or_default();
        if version < 2 {
            return (script.delay, Response::text(400, "the sandbox answers `/flags/?v=2` only"));
        }
        if asked.distinct_id().is_empty() {
            return (script.delay, Response::text(400, "`distinct_id` is missing or empty"));
        }
        script.answered += 1;
        let keys = body["flag_keys_to_evaluate"].as_array();
        let keys: Option<Vec<_>> = keys.map(|keys| keys.iter().filter_map(Value::as_str).collect());
        let cohorts = script.cohorts.iter().map(|(id, members)| (id.as_str(), members.contains(asked.distinct_id())));
        let cohorts: Vec<_> = cohorts.collect();
        let mut answer = match self.defined.answer(asked, &cohorts, keys.as_deref()) {
            Some(answer) if !script.quota_limited => answer,
            _ => json!({ "flags": {}, "errorsWhileComputingFlags": false }),
        };
        if script.quota_limited {
            answer["quotaLimited"] = json!(["feature_flags"]);
        } else if let Some(flags) = answer["flags"].as_object_mut() {
            flags.extend(script.flags(asked.distinct_id(), keys.as_deref()));
        }
        if script.errors_while_computing {
            answer["errorsWhileComputingFlags"] = true.into();
        }
        // A number in the shape of a uuid, so that runs are alike.
        answer["requestId"] = format!("00000000-0000-4000-8000-{:012x}", script.answered).into();
        (script.delay, Response::json(200, answer))
    }
}

impl Script {
    fn flags(&self, distinct_id: &str, keys: Option<&[&str]>) -> Map<String, Value> {
        let mut answers: BTreeMap<_, _> = self.everyone.iter().collect();
        answers.extend(self.users.get(distinct_id).into_iter().flatten());
        let wanted = |key: &str| keys.is_none_or(|keys| keys.contains(&key));
        let answers = answers.into_iter().filter(|(key, _)| wanted(key));
        answers.map(|(key, answer)| (key.clone(), answer.to_json(key))).collect()
    }
}
