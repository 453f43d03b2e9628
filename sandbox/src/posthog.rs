//! PostHog's capture endpoints, version 0.

use serde_json::{Value, json};

use crate::Vendor;
use crate::decode::Unpackable;
use crate::http::Response;
use crate::ledger::{Judged, Judgement};
use crate::parcel::Parcel;
use crate::people::{Change, Operation};
use crate::received::{Kind, Received};
use crate::time::parse_rfc3339;

/// Largest body of `/batch`, on the wire.
const BATCH_LIMIT: usize = 20 * 1024 * 1024;
/// Largest body of the paths for one event, on the wire.
const EVENT_BODY_LIMIT: usize = 2 * 1024 * 1024;
/// Largest message that PostHog's own queue takes.
pub(crate) const EVENT_LIMIT: usize = 1_000_000;
/// Longer ids do not become persons.
const ID_LIMIT: usize = 200;
/// A clock that is off by less is nothing to tell.
pub(crate) const SKEW_MS: i64 = 60_000;

/// Ids that stand for nobody in particular; PostHog keeps their events and merges no persons over them.
const ILLEGAL_IDS: [&str; 20] = [
    "anonymous",
    "guest",
    "distinctid",
    "distinct_id",
    "id",
    "not_authenticated",
    "email",
    "undefined",
    "true",
    "false",
    "[object object]",
    "nan",
    "none",
    "null",
    "0",
    "nil",
    "-1",
    "{}",
    "[]",
    "\"\"",
];

pub(crate) fn capture(parcel: &Parcel<'_>) -> Judgement {
    let limit = if parcel.request.path == "/batch" { BATCH_LIMIT } else { EVENT_BODY_LIMIT };
    if parcel.request.body.len() > limit {
        return Judgement::of(Response::text(413, format!("the body is larger than {limit} bytes")));
    }
    let root = match &parcel.body {
        Ok(body) => serde_json::from_slice::<Value>(body),
        Err(Unpackable::TooLarge) => return Judgement::of(Response::text(413, "the unpacked body is too large")),
        Err(Unpackable::Not(encoding)) => return refuse(400, &format!("the body is not {encoding}"), 1),
        Err(Unpackable::UnknownEncoding) => return refuse(400, "the content encoding is not supported", 1),
    };
    let Ok(root) = root else {
        return refuse(400, "the body is not JSON", 1);
    };
    let events = match (&root, root.get("batch")) {
        (_, Some(Value::Array(events))) | (Value::Array(events), _) => events.as_slice(),
        (_, Some(_)) => return refuse(400, "`batch` is no list", 1),
        _ => std::slice::from_ref(&root),
    };
    if events.is_empty() {
        return refuse(400, "the batch is empty", 0);
    }
    if let Err(reason) = check_keys(&root, events) {
        return refuse(401, reason, events.len());
    }
    let mut items = Vec::with_capacity(events.len());
    for event in events {
        match judge(event, &root, parcel.now_ms) {
            Ok(item) => items.push(item),
            Err(reason) => return refuse(400, &reason, events.len()),
        }
    }
    // What came before the event that is too large is in already.
    let fits = |item: &Judged| item.received.item.to_string().len() <= EVENT_LIMIT;
    if parcel.body_len() > EVENT_LIMIT
        && let Some(at) = items.iter().position(|item| !fits(item))
    {
        items.truncate(at);
        let response = Response::text(413, format!("an event is larger than {EVENT_LIMIT} bytes"));
        return Judgement { items, ..Judgement::of(response) };
    }
    Judgement { response: Response::json(200, json!({ "status": 1 })), items, refused: None }
}

/// Checks the project key of a request for flags.
pub(crate) fn check_flags_key(body: &Value) -> Result<(), &'static str> {
    check_key(own_key(body))
}

fn refuse(status: u16, reason: &str, messages: usize) -> Judgement {
    Judgement::refused(Response::text(status, reason), reason, messages)
}

fn check_keys(root: &Value, events: &[Value]) -> Result<(), &'static str> {
    let of_event = |event: &Value| {
        let token = event["properties"]["token"].as_str().map(str::to_owned);
        own_key(event).map(str::to_owned).or(token)
    };
    let key = own_key(root).map(str::to_owned).or_else(|| events.iter().find_map(of_event));
    check_key(key.as_deref())?;
    if events.iter().filter_map(of_event).any(|other| Some(&other) != key.as_ref()) {
        return Err("the events of the batch hold different keys");
    }
    Ok(())
}

fn own_key(value: &Value) -> Option<&str> {
    value.get("api_key").or_else(|| value.get("token"))?.as_str()
}

pub(crate) fn check_key(key: Option<&str>) -> Result<(), &'static str> {
    match key {
        None | Some("") => Err("`api_key` is missing"),
        Some(key) if key.starts_with("phc_") => Ok(()),
        Some(key) if key.starts_with("phx_") || key.starts_with("phs_") => {
            Err("`api_key` is a personal or secret key: a project key begins with `phc_`")
        }
        Some(_) => Err("`api_key` is no project key: one begins with `phc_`"),
    }
}

fn judge(event: &Value, root: &Value, now_ms: i64) -> Result<Judged, String> {
    if !event.is_object() {
        return Err("an event is no object".to_owned());
    }
    let name = match &event["event"] {
        Value::String(name) if !name.is_empty() => name.as_str(),
        Value::Null | Value::String(_) => return Err("`event` is missing or empty".to_owned()),
        _ => return Err("`event` is no text".to_owned()),
    };
    let properties = match &event["properties"] {
        properties @ Value::Object(_) => properties.clone(),
        Value::Null => json!({}),
        _ => return Err("`properties` is no object".to_owned()),
    };
    let distinct_id = distinct_id(event).ok_or("`distinct_id` is missing or empty")?;
    let mut received = Received::new(Vendor::PostHog, kind(name), name, event);
    received.id = uuid(&event["uuid"])?;
    time(&mut received, event, root, now_ms)?;
    let changes = changes(name, &distinct_id, event, &properties, &mut received.notes);
    received.properties = properties;
    received.distinct_id = Some(distinct_id);
    Ok(Judged { dedup: received.id.clone(), received, changes })
}

/// What an event of this name is about.
pub(crate) fn kind(name: &str) -> Kind {
    match name {
        "$set" | "$set_once" | "$identify" => Kind::Person,
        "$groupidentify" => Kind::Group,
        "$create_alias" | "$merge_dangerously" => Kind::Alias,
        _ => Kind::Event,
    }
}

fn distinct_id(event: &Value) -> Option<String> {
    let places = [&event["distinct_id"], &event["$distinct_id"], &event["properties"]["distinct_id"]];
    let id = match places.into_iter().find(|id| !id.is_null())? {
        Value::String(id) => id.clone(),
        other => other.to_string(),
    };
    (!id.is_empty()).then_some(id)
}

fn uuid(value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) if is_uuid(text) => Ok(Some(text.to_ascii_lowercase())),
        _ => Err("`uuid` is no uuid".to_owned()),
    }
}

pub(crate) fn is_uuid(text: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(
            |(at, byte)| {
                if hyphens.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            },
        )
}

fn time(received: &mut Received, event: &Value, root: &Value, now_ms: i64) -> Result<(), String> {
    let timestamp = match &event["timestamp"] {
        Value::Null => return Ok(()),
        Value::String(timestamp) => timestamp,
        _ => return Err("`timestamp` is no text".to_owned()),
    };
    received.time_ms = parse_rfc3339(timestamp);
    if received.time_ms.is_none() {
        received.notes.push("`timestamp` is not understood: the time of arrival is used".to_owned());
        return Ok(());
    }
    let sent_at = root["sent_at"].as_str().and_then(parse_rfc3339);
    let ignored = event["properties"]["$ignore_sent_at"] == json!(true);
    let skew = sent_at.filter(|_| !ignored).map(|sent_at| now_ms - sent_at).unwrap_or_default();
    if skew.abs() > SKEW_MS {
        received.notes.push(format!("`sent_at` is off by {} s: the time is moved", skew / 1000));
    }
    Ok(())
}

pub(crate) fn changes(name: &str, id: &str, event: &Value, properties: &Value, notes: &mut Vec<String>) -> Vec<Change> {
    if name == "$groupidentify" {
        return group_changes(properties, notes);
    }
    if properties["$process_person_profile"] == json!(false) {
        return Vec::new();
    }
    if let Some(reason) = illegal(id) {
        notes.push(format!("ignored for person merge: {reason}"));
        return Vec::new();
    }
    let other = match name {
        "$identify" => properties["$anon_distinct_id"].as_str(),
        "$create_alias" | "$merge_dangerously" => properties["alias"].as_str(),
        _ => None,
    };
    let mut changes = Vec::new();
    match other.map(|other| (other, illegal(other))) {
        Some((other, None)) => changes.push(Change::Merge { from: other.to_owned(), into: id.to_owned() }),
        Some((_, Some(reason))) => notes.push(format!("ignored for person merge: {reason}")),
        None => {}
    }
    let mut set = |operation, values: &Value| {
        let values = values.clone();
        changes.push(Change::Person { id: id.to_owned(), operation, values });
    };
    // Every event makes its person known.
    set(Operation::Set, &json!({}));
    for (key, operation) in [("$set", Operation::Set), ("$set_once", Operation::SetOnce)] {
        for values in [&properties[key], &event[key]] {
            match values {
                Value::Null => {}
                Value::Object(_) => set(operation, values),
                _ => notes.push(format!("`{key}` is no object: ignored")),
            }
        }
    }
    match &properties["$unset"] {
        Value::Null => {}
        names @ Value::Array(_) => set(Operation::Unset, names),
        Value::Object(named) => set(Operation::Unset, &named.keys().cloned().collect()),
        _ => notes.push("`$unset` is neither list nor object: ignored".to_owned()),
    }
    changes
}

fn group_changes(properties: &Value, notes: &mut Vec<String>) -> Vec<Change> {
    let (Some(kind), Some(key)) = (properties["$group_type"].as_str(), properties["$group_key"].as_str()) else {
        notes.push("`$group_type` or `$group_key` is missing: ignored".to_owned());
        return Vec::new();
    };
    let values = match &properties["$group_set"] {
        values @ Value::Object(_) => values.clone(),
        Value::Null => json!({}),
        _ => {
            notes.push("`$group_set` is no object: ignored".to_owned());
            return Vec::new();
        }
    };
    vec![Change::Group { kind: kind.to_owned(), key: key.to_owned(), operation: Operation::Set, values }]
}

pub(crate) fn illegal(id: &str) -> Option<&'static str> {
    if id.chars().count() > ID_LIMIT {
        return Some("the id is longer than 200 characters");
    }
    let lower = id.trim().to_lowercase();
    (lower.is_empty() || ILLEGAL_IDS.contains(&lower.as_str())).then_some("the id stands for nobody")
}
