//! Mixpanel's rules for one event.

use serde_json::{Value, json};

use crate::Vendor;
use crate::ledger::Judged;
use crate::people::Change;
use crate::received::{Kind, Received};

const EVENT_LIMIT: usize = 1024 * 1024;
/// Properties of an event, keys of an object and elements of a list must be fewer.
const WIDTH: usize = 255;
const DEPTH: usize = 3;
const STRING: usize = 255;
const INSERT_ID: usize = 36;
/// 1971-01-01.
const EARLIEST_MS: i64 = 31_536_000_000;
const FUTURE_MS: i64 = 3600 * 1000;
/// A time below is in seconds.
const SECONDS_BELOW: f64 = 1e11;

/// Before the id of a device that stands for a person.
const DEVICE: &str = "$device:";

/// Ids that stand for nobody in particular.
const BANNED_IDS: [&str; 17] = [
    "00000000-0000-0000-0000-000000000000",
    "anon",
    "anonymous",
    "nil",
    "none",
    "null",
    "n/a",
    "na",
    "undefined",
    "unknown",
    "<nil>",
    "0",
    "-1",
    "true",
    "false",
    "[]",
    "{}",
];

/// What is wrong with a record: the field, and a sentence.
#[derive(Debug, PartialEq)]
pub(crate) struct Flaw {
    pub(crate) field: &'static str,
    pub(crate) message: String,
}

impl Flaw {
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }

    pub(crate) fn reason(&self) -> String {
        if self.field.is_empty() { self.message.clone() } else { format!("`{}` {}", self.field, self.message) }
    }
}

/// Reads an event as Mixpanel keeps it, and finds what every endpoint refuses.
pub(crate) fn judge(event: &Value, now_ms: i64) -> (Judged, Option<Flaw>) {
    let name = event["event"].as_str().unwrap_or_default();
    let kind = match name {
        "$create_alias" | "$merge" | "$identify" => Kind::Alias,
        _ => Kind::Event,
    };
    let mut received = Received::new(Vendor::Mixpanel, kind, name, event);
    let properties = &event["properties"];
    let text = |name: &str| properties[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    received.id = text("$insert_id");
    received.time_ms = time_ms(&properties["time"]);
    let device = text("$device_id").map(|device| format!("{DEVICE}{device}"));
    received.distinct_id = text("$user_id").or_else(|| text("distinct_id")).or(device);
    received.properties = properties.clone();
    cut_strings(&mut received.properties, &mut received.notes);
    let flaw = flaw(event, &received, now_ms);
    let dedup = received.id.as_ref().map(|id| {
        let time = received.time_ms.unwrap_or_default();
        json!([name, time, received.distinct_id, id]).to_string()
    });
    let changes = if flaw.is_none() { merges(name, properties) } else { Vec::new() };
    (Judged { received, dedup, changes }, flaw)
}

/// What `/import` refuses besides.
pub(crate) fn import_flaw(event: &Value) -> Option<Flaw> {
    let properties = &event["properties"];
    let known = ["distinct_id", "$user_id", "$device_id"].iter().any(|name| properties[*name].is_string());
    if properties["time"].is_null() {
        return Some(Flaw::new("properties.time", "is required"));
    }
    if !known {
        return Some(Flaw::new("properties.distinct_id", "is required; an empty text means nobody"));
    }
    if properties["$insert_id"].is_null() {
        return Some(Flaw::new("properties.$insert_id", "is required"));
    }
    insert_id_flaw(&properties["$insert_id"])
}

/// What `/track` refuses besides.
pub(crate) fn track_flaw(event: &Value) -> Option<Flaw> {
    let token = event["properties"]["token"].as_str().unwrap_or_default();
    token.is_empty().then(|| Flaw::new("properties.token", "is missing or empty"))
}

/// Whether an id stands for nobody in particular.
pub(crate) fn is_banned(id: &str) -> bool {
    BANNED_IDS.contains(&id.trim().to_lowercase().as_str())
}

fn flaw(event: &Value, received: &Received, now_ms: i64) -> Option<Flaw> {
    if !event.is_object() {
        return Some(Flaw::new("", "the record is no object"));
    }
    if received.name.is_empty() {
        return Some(Flaw::new("event", "is missing or empty"));
    }
    let Some(properties) = event["properties"].as_object() else {
        return Some(Flaw::new("properties", "is missing or no object"));
    };
    if properties.len() >= WIDTH {
        return Some(Flaw::new("properties", "must hold fewer than 255 properties"));
    }
    if event.to_string().len() > EVENT_LIMIT {
        return Some(Flaw::new("", "the record is larger than 1 MB"));
    }
    time_flaw(&properties.get("time").cloned().unwrap_or_default(), received.time_ms, now_ms)
        .or_else(|| {
            ["distinct_id", "$user_id", "$device_id"].iter().find_map(|name| id_flaw(name, &event["properties"][*name]))
        })
        .or_else(|| properties.values().find_map(|value| shape_flaw(value, 0)))
}

fn time_flaw(time: &Value, time_ms: Option<i64>, now_ms: i64) -> Option<Flaw> {
    let problem = match time_ms {
        None if time.is_null() => return None,
        None => "must be a number of seconds or milliseconds since 1970",
        Some(time) if time < EARLIEST_MS => "must be after 1971-01-01",
        Some(time) if time > now_ms + FUTURE_MS => "must not be more than an hour in the future",
        Some(_) => return None,
    };
    Some(Flaw::new("properties.time", problem))
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and what is out of range is refused")]
fn time_ms(time: &Value) -> Option<i64> {
    let time = time.as_f64()?;
    let millis = if time.abs() < SECONDS_BELOW { time * 1000.0 } else { time };
    Some(millis as i64)
}

fn id_flaw(name: &str, id: &Value) -> Option<Flaw> {
    let problem = match id {
        Value::String(id) if is_banned(id) => "stands for nobody in particular",
        Value::Null | Value::String(_) => return None,
        _ => "must be text",
    };
    let field = match name {
        "$user_id" => "properties.$user_id",
        "$device_id" => "properties.$device_id",
        _ => "properties.distinct_id",
    };
    Some(Flaw::new(field, problem))
}

fn insert_id_flaw(id: &Value) -> Option<Flaw> {
    let problem = match id.as_str() {
        None => "must be text",
        Some(id) if id.is_empty() || id.len() > INSERT_ID => "must have 1 to 36 bytes",
        Some(id) if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
            "may hold letters, digits and `-` only"
        }
        Some(id) if is_banned(id) => "is a banned value",
        Some(_) => return None,
    };
    Some(Flaw::new("properties.$insert_id", problem))
}

fn shape_flaw(value: &Value, depth: usize) -> Option<Flaw> {
    let problem = match value {
        Value::Array(_) | Value::Object(_) if depth == DEPTH => "must not nest deeper than 3 levels",
        Value::Array(items) if items.len() >= WIDTH => "must not hold a list of 255 elements or more",
        Value::Object(fields) if fields.len() >= WIDTH => "must not hold an object of 255 keys or more",
        Value::Array(items) => return items.iter().find_map(|item| shape_flaw(item, depth + 1)),
        Value::Object(fields) => return fields.values().find_map(|field| shape_flaw(field, depth + 1)),
        _ => return None,
    };
    Some(Flaw::new("properties", problem))
}

fn cut_strings(value: &mut Value, notes: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() > STRING => {
            notes.push(format!("a text of {} bytes was cut to 255", text.len()));
            text.truncate((0..=STRING).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cut_strings(item, notes)),
        Value::Object(fields) => fields.values_mut().for_each(|field| cut_strings(field, notes)),
        _ => {}
    }
}

/// Who becomes one person: `$create_alias`, `$merge`, and an event that names device and user.
fn merges(name: &str, properties: &Value) -> Vec<Change> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let pair = match name {
        "$create_alias" => (text(&properties["alias"]), text(&properties["distinct_id"])),
        "$merge" => (text(&properties["$distinct_ids"][1]), text(&properties["$distinct_ids"][0])),
        _ => (text(&properties["$device_id"]).map(|device| format!("{DEVICE}{device}")), text(&properties["$user_id"])),
    };
    match pair {
        (Some(from), Some(into)) => vec![Change::Merge { from, into }],
        _ => Vec::new(),
    }
}
