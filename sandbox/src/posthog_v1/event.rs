//! One event of version 1.

use serde_json::{Map, Value, json};

use super::headers::Headers;
use crate::ledger::Judged;
use crate::posthog::{EVENT_LIMIT, SKEW_MS, changes, illegal, kind};
use crate::received::Received;
use crate::time::parse_rfc3339;
use crate::{Vendor, Verdict};

/// Bytes of a name, and of an id.
const LONGEST: usize = 200;

/// Begins the note about an id that stands for nobody.
pub(super) const NOBODY: &str = "person processing is off";

/// Where PostHog keeps what stands beside the properties.
const BESIDE: [(&str, &str); 2] = [("session_id", "$session_id"), ("window_id", "$window_id")];
const OPTIONS: [(&str, &str); 4] = [
    ("cookieless_mode", "$cookieless_mode"),
    ("disable_skew_correction", "$ignore_sent_at"),
    ("process_person_profile", "$process_person_profile"),
    ("product_tour_id", "$product_tour_id"),
];

/// A value of a wrong type makes the whole batch unreadable.
pub(super) fn check_types(event: &Value) -> Result<(), String> {
    if !event.is_object() {
        return Err("an event is no object".to_owned());
    }
    for name in ["event", "uuid", "distinct_id", "timestamp"] {
        if !event[name].is_string() {
            return Err(format!("`{name}` is no text"));
        }
    }
    for (name, _) in BESIDE {
        if !event[name].is_null() && !event[name].is_string() {
            return Err(format!("`{name}` is no text"));
        }
    }
    let options = match event.get("options") {
        None => return Ok(()),
        Some(Value::Object(options)) => options,
        Some(_) => return Err("`options` is no object".to_owned()),
    };
    for (name, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        let fits = match name.as_str() {
            "product_tour_id" => value.is_string(),
            "cookieless_mode" | "disable_skew_correction" | "process_person_profile" => value.is_boolean(),
            _ => true,
        };
        if !fits {
            return Err(format!("the option `{name}` is of a wrong type"));
        }
    }
    Ok(())
}

/// What becomes of an event whose types are right.
pub(super) fn judge(event: &Value, headers: &Headers<'_>, now_ms: i64) -> Judged {
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let (name, id, time_ms) = (text("event"), text("distinct_id").trim(), parse_rfc3339(text("timestamp")));
    let mut received = Received::new(Vendor::PostHog, kind(name), name, event);
    received.id = Some(text("uuid").trim().to_ascii_lowercase());
    received.distinct_id = Some(id.to_owned());
    received.time_ms = time_ms;
    received.properties = kept(event, headers);
    let problem = match (name, id) {
        ("", _) => "missing_event_name",
        _ if name.len() > LONGEST => "event_name_too_long",
        (_, "") => "missing_distinct_id",
        _ if id.len() > LONGEST => "distinct_id_too_large",
        _ if time_ms.is_none() => "invalid_event_timestamp",
        _ if !matches!(&event["properties"], Value::Null | Value::Object(_)) => "malformed_event_properties",
        _ if event.to_string().len() > EVENT_LIMIT => "event_too_big",
        _ => "",
    };
    if !problem.is_empty() {
        received.verdict = Verdict::Rejected(problem.to_owned());
        return Judged { dedup: None, received, changes: Vec::new() };
    }
    let skew = now_ms - headers.sent_at_ms;
    if skew.abs() > SKEW_MS && event["options"]["disable_skew_correction"] != json!(true) {
        received.notes.push(format!("`PostHog-Request-Timestamp` is off by {} s: the time is moved", skew / 1000));
    }
    let mut known = Vec::new();
    if let Some(why) = illegal(id) {
        received.notes.push(format!("{NOBODY}: {why}"));
    } else {
        known = changes(name, id, &Value::Null, &received.properties, &mut received.notes);
    }
    Judged { dedup: received.id.clone(), received, changes: known }
}

/// The properties as PostHog keeps them: with what stands beside them, and the library.
fn kept(event: &Value, headers: &Headers<'_>) -> Value {
    let mut kept = event["properties"].as_object().cloned().unwrap_or_else(Map::new);
    let beside = BESIDE.into_iter().map(|(name, property)| (&event[name], property));
    let options = OPTIONS.into_iter().map(|(name, property)| (&event["options"][name], property));
    for (value, property) in beside.chain(options) {
        if !value.is_null() {
            kept.insert(property.to_owned(), value.clone());
        }
    }
    if let Some((library, version)) = headers.library {
        kept.insert("$lib".to_owned(), json!(library));
        kept.insert("$lib_version".to_owned(), json!(version));
    }
    Value::Object(kept)
}
