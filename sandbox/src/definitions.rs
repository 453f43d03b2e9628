//! PostHog's endpoint for local evaluation, and what its definitions say about somebody.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use serde_json::Value;
use taxogen_flags::Definitions;

use crate::asked::Asked;
use crate::http::Response;
use crate::ledger::Judgement;
use crate::parcel::Parcel;
use crate::{decode, lock, posthog};

/// Where definitions are asked for; the second path is the older one.
pub(crate) const PATHS: [&str; 2] = ["/flags/definitions", "/api/feature_flag/local_evaluation"];

/// What somebody gets who asks before anything is defined.
const NOTHING: &str = r#"{"flags":[],"group_type_mapping":{},"cohorts":{}}"#;

/// What is handed out, and who asked for it.
#[derive(Debug, Default)]
pub(crate) struct Defined {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    document: Option<Arc<Document>>,
    without_newer_path: bool,
    polls: Polls,
}

#[derive(Debug)]
struct Document {
    text: String,
    /// `None` where the text is no definitions: it is handed out all the same.
    compiled: Option<Definitions>,
}

/// How often somebody asked for definitions of flags, by what they got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polls {
    /// Requests at either path, whatever they got.
    pub requests: u64,
    /// Requests that got the definitions.
    pub sent: u64,
    /// Requests that had them already (304).
    pub unchanged: u64,
    /// Requests without a good key, or without a project.
    pub refused: u64,
}

impl Defined {
    pub(crate) fn define(&self, text: String) {
        let compiled = Definitions::parse(text.as_bytes()).ok();
        lock(&self.state).document = Some(Arc::new(Document { text, compiled }));
    }

    pub(crate) fn clear(&self) {
        let mut state = lock(&self.state);
        (state.document, state.without_newer_path) = (None, false);
    }

    pub(crate) fn without_newer_path(&self, without: bool) {
        lock(&self.state).without_newer_path = without;
    }

    pub(crate) fn polls(&self) -> Polls {
        lock(&self.state).polls
    }

    pub(crate) fn count(&self) {
        lock(&self.state).polls.requests += 1;
    }

    /// Answers a poll.
    pub(crate) fn judge(&self, parcel: &Parcel<'_>) -> Judgement {
        let request = parcel.request;
        let mut state = lock(&self.state);
        if state.without_newer_path && request.path == PATHS[0] {
            return Judgement::of(Response::text(404, "no vendor has this path"));
        }
        if let Err((status, reason)) = check(request.header("authorization"), &request.query) {
            state.polls.refused += 1;
            return Judgement::of(Response::text(status, reason));
        }
        let document = state.document.clone();
        let text = document.as_ref().map_or(NOTHING, |document| &document.text);
        let etag = etag(text);
        if request.header("if-none-match") == Some(etag.as_str()) {
            state.polls.unchanged += 1;
            return Judgement::of(Response::text(304, "").with_header("etag", etag));
        }
        state.polls.sent += 1;
        let response = Response { content_type: "application/json", ..Response::text(200, text) };
        Judgement::of(response.with_header("etag", etag))
    }

    /// What the definitions say about somebody, for these flags or for all, in the shape of version 2; `None` where there
    /// are none.
    pub(crate) fn answer(&self, asked: &Asked, cohorts: &[(&str, bool)], keys: Option<&[&str]>) -> Option<Value> {
        let document = lock(&self.state).document.clone()?;
        let definitions = document.compiled.as_ref()?;
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        let (properties, groups) = (asked.properties(), asked.groups());
        let person = asked.person(&properties, &groups).with_cohorts(cohorts).knowing_all();
        Some(definitions.response(&person, now, keys))
    }
}

/// As PostHog checks them: who asks, then for which project.
fn check(authorization: Option<&str>, query: &str) -> Result<(), (u16, &'static str)> {
    let key = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    if !["phx_", "phs_"].iter().any(|kind| key.len() > kind.len() && key.starts_with(kind)) {
        return Err((401, "a personal API key (`phx_`) or a secret key (`phs_`) is missing"));
    }
    let query = decode::form(query);
    match decode::form_value(&query, "token") {
        None => Err((400, "`token` is missing")),
        token => posthog::check_key(token).map_err(|reason| (401, reason)),
    }
}

fn etag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
