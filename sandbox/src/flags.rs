//! PostHog's `/flags`: what a test scripted, in the shape of version 2.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Map, Value, json};

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

/// The script of the flags endpoint; nothing scripted is an answer without flags.
///
/// Got from [`Sandbox::flags`](crate::Sandbox::flags); every method may be called while requests run.
#[derive(Debug, Default)]
pub struct Flags {
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    everyone: BTreeMap<String, FlagAnswer>,
    users: HashMap<String, BTreeMap<String, FlagAnswer>>,
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

    /// Forgets the whole script.
    pub fn clear(&self) {
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
    pub(crate) fn answer(&self, version: Option<&str>, body: &Value) -> (Duration, Response) {
        let mut script = lock(&self.script);
        if let Some(status) = script.status {
            return (script.delay, Response::json(status, json!({ "error": format!("scripted {status}") })));
        }
        let version: u32 = version.and_then(|version| version.parse().ok()).unwrap_or_default();
        if version < 2 {
            return (script.delay, Response::text(400, "the sandbox answers `/flags/?v=2` only"));
        }
        let Some(distinct_id) = body["distinct_id"].as_str().filter(|id| !id.is_empty()) else {
            return (script.delay, Response::text(400, "`distinct_id` is missing or empty"));
        };
        script.answered += 1;
        let flags = if script.quota_limited { Map::new() } else { script.flags(distinct_id, body) };
        let mut answer = json!({
            "flags": flags,
            "errorsWhileComputingFlags": script.errors_while_computing,
            // A number in the shape of a uuid, so that runs are alike.
            "requestId": format!("00000000-0000-4000-8000-{:012x}", script.answered),
        });
        if script.quota_limited {
            answer["quotaLimited"] = json!(["feature_flags"]);
        }
        (script.delay, Response::json(200, answer))
    }
}

impl Script {
    fn flags(&self, distinct_id: &str, body: &Value) -> Map<String, Value> {
        let mut answers: BTreeMap<_, _> = self.everyone.iter().collect();
        answers.extend(self.users.get(distinct_id).into_iter().flatten());
        let wanted = body["flag_keys_to_evaluate"].as_array();
        let wanted = |key: &str| wanted.is_none_or(|keys| keys.iter().any(|wanted| wanted == key));
        let answers = answers.into_iter().filter(|(key, _)| wanted(key));
        answers.map(|(key, answer)| (key.clone(), answer.to_json(key))).collect()
    }
}
