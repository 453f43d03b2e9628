//! Optimizely's event API: it takes any JSON object with 204, and drops later what it cannot use, unless it is asked to
//! look first (`X-Optimizely-Strict`): then it answers 400.

use serde_json::{Value, json};

use crate::http::Response;
use crate::ledger::{Judged, Judgement};
use crate::parcel::Parcel;
use crate::received::{Kind, Received, Verdict};
use crate::{Vendor, decode};

const BODY_LIMIT: usize = 3_500_000;
/// The vendor asks for milliseconds, in 13 digits.
const TIMES: std::ops::Range<i64> = 1_000_000_000_000..10_000_000_000_000;

pub(crate) fn events(parcel: &Parcel<'_>) -> Judgement {
    let body = match &parcel.body {
        Ok(body) if parcel.request.is_content_type("application/json") => body,
        Ok(_) => return refuse("the content type is not `application/json`"),
        Err(decode::Unpackable::TooLarge) => return too_large(),
        Err(_) => return refuse("the body cannot be unpacked"),
    };
    if body.len() > BODY_LIMIT {
        return too_large();
    }
    let Ok(root @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else {
        return refuse("the body is no JSON object");
    };
    let problem = check(&root).err();
    let is_strict = parcel.request.header("x-optimizely-strict").is_some_and(|value| value == "true");
    if let (Some(problem), true) = (&problem, is_strict) {
        return refuse(problem);
    }
    let items = list(&root, "visitors").iter().flat_map(|visitor| received(visitor, problem.as_deref())).collect();
    Judgement { response: Response::text(204, ""), items, refused: None }
}

fn refuse(reason: &str) -> Judgement {
    Judgement::refused(Response::json(400, json!({ "code": "bad_request", "message": reason })), reason, 1)
}

/// What is too large is tried again in parts.
fn too_large() -> Judgement {
    Judgement::of(Response::json(413, json!({ "code": "too_large", "message": "the body is larger than 3.5 MB" })))
}

/// The events of a visitor. Of a request that cannot be used none is kept.
fn received(visitor: &Value, problem: Option<&str>) -> Vec<Judged> {
    let events = list(visitor, "snapshots").iter().flat_map(|snapshot| list(snapshot, "events"));
    let judge = |event: &Value| {
        let alone = json!({
            "visitor_id": visitor["visitor_id"],
            "attributes": visitor["attributes"],
            "snapshots": [{ "events": [event] }],
        });
        let name = event["key"].as_str().or_else(|| event["entity_id"].as_str()).unwrap_or_default();
        let mut received = Received::new(Vendor::Optimizely, Kind::Event, name, &alone);
        received.distinct_id = visitor["visitor_id"].as_str().map(str::to_owned);
        received.properties = event.get("tags").cloned().unwrap_or_else(|| json!({}));
        received.id = event["uuid"].as_str().map(str::to_owned);
        received.time_ms = event["timestamp"].as_i64();
        let Some(problem) = problem else {
            return Judged { dedup: received.id.clone(), received, changes: Vec::new() };
        };
        received.verdict = Verdict::Dropped(problem.to_owned());
        Judged { received, dedup: None, changes: Vec::new() }
    };
    events.map(judge).collect()
}

/// The list of that name; an empty one where there is none.
fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn check(root: &Value) -> Result<(), String> {
    text(root, "account_id", "account_id")?;
    for name in ["anonymize_ip", "enrich_decisions"] {
        if !root[name].is_null() && !root[name].is_boolean() {
            return Err(format!("`{name}` is no boolean"));
        }
    }
    required(root, "visitors", "", |visitor, at| {
        text(visitor, "visitor_id", at)?;
        optional(visitor, "attributes", at, check_attribute)?;
        required(visitor, "snapshots", at, |snapshot, at| required(snapshot, "events", at, check_event))
    })
}

fn check_attribute(attribute: &Value, at: &str) -> Result<(), String> {
    text(attribute, "entity_id", at)?;
    text(attribute, "key", at)?;
    text(attribute, "type", at)?;
    if is_scalar(&attribute["value"]) { Ok(()) } else { Err(format!("`{at}.value` is no text, number or boolean")) }
}

fn check_event(event: &Value, at: &str) -> Result<(), String> {
    text(event, "entity_id", at)?;
    text(event, "uuid", at)?;
    if !event["timestamp"].as_i64().is_some_and(|time| TIMES.contains(&time)) {
        return Err(format!("`{at}.timestamp` is no time in milliseconds"));
    }
    if !event["revenue"].is_null() && !event["revenue"].is_i64() {
        return Err(format!("`{at}.revenue` is no integer"));
    }
    if !event["value"].is_null() && !event["value"].is_number() {
        return Err(format!("`{at}.value` is no number"));
    }
    for (name, fits, what) in
        [("tags", is_scalar as fn(&Value) -> bool, "text, number or boolean"), ("properties", Value::is_string, "text")]
    {
        let members = match &event[name] {
            Value::Null => continue,
            Value::Object(members) => members,
            _ => return Err(format!("`{at}.{name}` is no object")),
        };
        if let Some((key, _)) = members.iter().find(|(_, value)| !fits(value)) {
            return Err(format!("`{at}.{name}.{key}` is no {what}"));
        }
    }
    Ok(())
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

fn text(object: &Value, name: &str, at: &str) -> Result<(), String> {
    let is_text = object[name].as_str().is_some_and(|text| !text.is_empty());
    let path = if at == name { name.to_owned() } else { format!("{at}.{name}") };
    if is_text { Ok(()) } else { Err(format!("`{path}` is no text")) }
}

/// Checks the members of a list that has to be there, by their paths.
fn required(
    object: &Value,
    name: &str,
    at: &str,
    check: impl Fn(&Value, &str) -> Result<(), String>,
) -> Result<(), String> {
    let path = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    let Some(members) = object[name].as_array() else { return Err(format!("`{path}` is no list")) };
    members.iter().enumerate().try_for_each(|(place, member)| check(member, &format!("{path}[{place}]")))
}

/// The same of a list that may be missing.
fn optional(
    object: &Value,
    name: &str,
    at: &str,
    check: impl Fn(&Value, &str) -> Result<(), String>,
) -> Result<(), String> {
    if object[name].is_null() { Ok(()) } else { required(object, name, at, check) }
}
