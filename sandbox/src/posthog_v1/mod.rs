//! PostHog's capture endpoint, version 1: a result for each event.

mod event;
mod headers;

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::Verdict;
use crate::decode::Unpackable;
use crate::http::Response;
use crate::ledger::{Judged, Judgement};
use crate::parcel::Parcel;
use crate::posthog::is_uuid;
use crate::time::parse_rfc3339;
use headers::Headers;

pub(crate) const PATH: &str = "/i/v1/analytics/events";

/// Largest body, on the wire.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Why a request is refused as a whole.
struct Refusal {
    status: u16,
    /// PostHog's own word.
    tag: &'static str,
    description: String,
}

impl Refusal {
    fn new(status: u16, tag: &'static str, description: impl Into<String>) -> Self {
        Self { status, tag, description: description.into() }
    }
}

pub(crate) fn capture(parcel: &Parcel<'_>) -> Judgement {
    let mut messages = 1;
    match judge(parcel, &mut messages) {
        Ok(items) => Judgement { response: answer(items.iter().map(result)), items, refused: None },
        Err(Refusal { status, tag, description }) => {
            let response = error(status, tag, &description);
            // What is too large is tried again in parts.
            if status == 413 { Judgement::of(response) } else { Judgement::refused(response, tag, messages) }
        }
    }
}

/// The answer to a project that is over its billing limit.
pub(crate) fn over_billing_limit() -> Response {
    error(402, "billing_limit_exceeded", "billing limit exceeded")
}

/// The answer with these results, by uuid.
fn answer(results: impl Iterator<Item = (String, Value)>) -> Response {
    let results: Map<_, _> = results.collect();
    let again = results.values().any(|result| result["result"] == "retry");
    let response = Response::json(200, json!({ "results": results }));
    if again { response.with_header("retry-after", "1") } else { response }
}

/// The uuid of an event, and what is answered about it.
fn result(item: &Judged) -> (String, Value) {
    let result = match &item.received.verdict {
        Verdict::Rejected(reason) => json!({ "result": "drop", "details": reason }),
        _ if item.received.notes.iter().any(|note| note.starts_with(event::NOBODY)) => {
            json!({ "result": "warning", "details": "person_processing_disabled" })
        }
        _ => json!({ "result": "ok" }),
    };
    (item.received.id.clone().unwrap_or_default(), result)
}

/// What becomes of a good batch under a fault that says its results.
pub(crate) fn with_results(mut judgement: Judgement, results: &[String]) -> Judgement {
    if judgement.response.status != 200 {
        return judgement;
    }
    let mut answered = Vec::new();
    let mut items = Vec::new();
    for (place, mut item) in judgement.items.into_iter().enumerate() {
        let word = results.get(place).or(results.last()).map_or("ok", String::as_str);
        let (uuid, own) = result(&item);
        match word {
            "" => continue,
            // What it would not take anyway it does not take now.
            "ok" | "warning" if own["result"] == "drop" => {
                answered.push((uuid, own));
                items.push(item);
                continue;
            }
            "ok" | "warning" => items.push(item),
            "drop" | "limited" => {
                item.received.verdict = Verdict::Rejected(word.to_owned());
                items.push(item);
            }
            _ => {}
        }
        answered.push((uuid, json!({ "result": word })));
    }
    judgement.response = answer(answered.into_iter());
    Judgement { items, ..judgement }
}

fn error(status: u16, tag: &str, description: &str) -> Response {
    let uri = "https://posthog.com/docs/api";
    Response::json(status, json!({ "error": tag, "error_description": description, "error_uri": uri }))
}

fn judge(parcel: &Parcel<'_>, messages: &mut usize) -> Result<Vec<Judged>, Refusal> {
    let headers = Headers::read(parcel.request)?;
    if parcel.request.body.len() > BODY_LIMIT {
        return Err(Refusal::new(413, "payload_too_large", format!("the body is larger than {BODY_LIMIT} bytes")));
    }
    let body = parcel.body.as_ref().map_err(|problem| match problem {
        Unpackable::TooLarge => Refusal::new(413, "payload_too_large", "the unpacked body is too large"),
        Unpackable::Not(encoding) => Refusal::new(400, "request_decoding_error", format!("the body is not {encoding}")),
        Unpackable::UnknownEncoding => Refusal::new(415, "unsupported_encoding", "unsupported content encoding"),
    })?;
    if body.is_empty() {
        return Err(Refusal::new(400, "empty_body", "request body is empty"));
    }
    let unreadable = |why: String| Refusal::new(400, "request_parsing_error", why);
    let root: Value = serde_json::from_slice(body).map_err(|_| unreadable("the body is not JSON".to_owned()))?;
    let events = root["batch"].as_array().ok_or_else(|| unreadable("`batch` is no list".to_owned()))?;
    *messages = events.len().max(1);
    check_root(&root).map_err(unreadable)?;
    for event in events {
        event::check_types(event).map_err(unreadable)?;
    }
    check_batch(&root, events)?;
    Ok(events.iter().map(|event| event::judge(event, &headers, parcel.now_ms)).collect())
}

fn check_root(root: &Value) -> Result<(), String> {
    if !root["created_at"].is_string() {
        return Err("`created_at` is no text".to_owned());
    }
    match root.get("historical_migration") {
        None | Some(Value::Bool(_)) => Ok(()),
        Some(_) => Err("`historical_migration` is neither true nor false".to_owned()),
    }
}

/// What spoils a whole batch.
fn check_batch(root: &Value, events: &[Value]) -> Result<(), Refusal> {
    if events.is_empty() {
        return Err(Refusal::new(400, "empty_batch", "request batch is empty"));
    }
    if root["created_at"].as_str().and_then(parse_rfc3339).is_none() {
        return Err(Refusal::new(400, "invalid_batch", "`created_at` is no RFC 3339 time"));
    }
    let mut seen = HashSet::new();
    for event in events {
        let uuid = event["uuid"].as_str().unwrap_or_default().trim();
        if uuid.is_empty() {
            return Err(Refusal::new(400, "missing_event_uuid", "event submitted without a uuid"));
        }
        if !is_uuid(uuid) {
            return Err(Refusal::new(400, "invalid_event_uuid", format!("no uuid: {uuid}")));
        }
        if !seen.insert(uuid.to_ascii_lowercase()) {
            return Err(Refusal::new(400, "duplicate_event_uuid", format!("duplicate event uuid: {uuid}")));
        }
    }
    Ok(())
}
