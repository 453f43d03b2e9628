//! Segment's HTTP tracking API: 400 for what is too large or no JSON, and 200 for everything else, also for what it
//! drops later.

use serde_json::{Value, json};

use crate::Vendor;
use crate::decode;
use crate::http::{Request, Response};
use crate::ledger::{Judged, Judgement};
use crate::parcel::Parcel;
use crate::people::{Change, Operation};
use crate::received::{Kind, Received, Verdict};
use crate::time::parse_rfc3339;

const BATCH_LIMIT: usize = 500 * 1024;
const MESSAGE_LIMIT: usize = 32 * 1024;
const BATCH_MESSAGES: usize = 2_500;
const MESSAGE_ID_LIMIT: usize = 100;

pub(crate) fn track(parcel: &Parcel<'_>) -> Judgement {
    if !parcel.request.is_content_type("application/json") {
        return refuse("the content type is not `application/json`");
    }
    let Ok(body) = &parcel.body else {
        return refuse("the body cannot be unpacked");
    };
    if body.len() > BATCH_LIMIT {
        return refuse("the body is larger than 500 KB");
    }
    let Ok(root @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else {
        return refuse("the body is no JSON object");
    };
    let call = parcel.request.path.trim_start_matches("/v1/");
    let messages = match &root["batch"] {
        Value::Array(messages) if call == "batch" => messages.as_slice(),
        _ if call == "batch" => return refuse("`batch` is no list"),
        _ => std::slice::from_ref(&root),
    };
    if body.len() > MESSAGE_LIMIT && messages.iter().any(|message| message.to_string().len() > MESSAGE_LIMIT) {
        return refuse("a message is larger than 32 KB");
    }
    let dropped = if messages.len() > BATCH_MESSAGES {
        Some("more than 2,500 messages")
    } else if !has_key(parcel.request, &root) {
        Some("no write key")
    } else {
        None
    };
    let shared = (call == "batch").then_some(&root);
    let items = messages.iter().map(|message| judge(message, call, shared, dropped)).collect();
    Judgement { response: Response::json(200, json!({ "success": true })), items, refused: None }
}

fn refuse(reason: &str) -> Judgement {
    let answer = json!({ "success": false, "message": reason });
    Judgement::refused(Response::json(400, answer), reason, 1)
}

fn has_key(request: &Request, root: &Value) -> bool {
    let in_body = root["writeKey"].as_str().is_some_and(|key| !key.is_empty());
    let basic = request.header("authorization").and_then(|value| value.strip_prefix("Basic "));
    let user = basic.and_then(decode::base64).map(|pair| pair.into_iter().take_while(|byte| *byte != b':').count());
    in_body || user.is_some_and(|length| length > 0)
}

fn judge(message: &Value, call: &str, batch: Option<&Value>, dropped: Option<&str>) -> Judged {
    let call = if call == "batch" { message["type"].as_str().unwrap_or_default() } else { call };
    let text = |name: &str| message[name].as_str().filter(|text| !text.is_empty());
    let user = text("userId").or_else(|| text("anonymousId"));
    let (kind, name) = match call {
        "track" => (Kind::Event, text("event").unwrap_or_default()),
        "page" | "screen" => (Kind::Event, text("name").unwrap_or(call)),
        "identify" => (Kind::Person, call),
        "group" => (Kind::Group, call),
        "alias" => (Kind::Alias, call),
        unknown => (Kind::Event, unknown),
    };
    let mut received = Received::new(Vendor::Segment, kind, name, message);
    for shared in ["context", "integrations"] {
        merge_missing(&mut received.item, batch, shared);
    }
    received.distinct_id = user.map(str::to_owned);
    received.id = text("messageId").map(str::to_owned);
    received.time_ms = text("timestamp").and_then(parse_rfc3339);
    let properties = if matches!(call, "identify" | "group") { "traits" } else { "properties" };
    received.properties = message[properties].clone();
    if received.properties.is_null() {
        received.properties = json!({});
    }
    let reason = dropped.map(str::to_owned).or_else(|| dropped_later(message, call, user, &received));
    if let Some(reason) = reason {
        received.verdict = Verdict::Dropped(reason);
        return Judged { received, dedup: None, changes: Vec::new() };
    }
    let mut changes = changes(call, user, text("groupId"), text("previousId"), &received.properties);
    // Who names both ids in a call says that they are one person.
    if let (true, Some(user), Some(anonymous)) = (call != "alias", text("userId"), text("anonymousId")) {
        changes.insert(0, Change::Merge { from: anonymous.to_owned(), into: user.to_owned() });
    }
    Judged { dedup: received.id.clone(), received, changes }
}

/// What stands beside `batch` counts for every message that does not say otherwise.
fn merge_missing(item: &mut Value, batch: Option<&Value>, name: &str) {
    let Some(Value::Object(shared)) = batch.map(|batch| &batch[name]) else {
        return;
    };
    let Some(item) = item.as_object_mut() else {
        return;
    };
    if let Value::Object(own) = item.entry(name).or_insert_with(|| json!({})) {
        for (key, value) in shared {
            own.entry(key).or_insert_with(|| value.clone());
        }
    }
}

fn dropped_later(message: &Value, call: &str, user: Option<&str>, received: &Received) -> Option<String> {
    let missing = |name: &str| message[name].as_str().is_none_or(str::is_empty);
    let reason = match call {
        _ if !message.is_object() => "a message is no object",
        "track" | "identify" | "page" | "screen" | "group" if user.is_none() => "no user or anonymous id",
        "track" if missing("event") => "no event name",
        "group" if missing("groupId") => "no group id",
        "alias" if missing("userId") || missing("previousId") => "no user id or previous id",
        "track" | "identify" | "page" | "screen" | "group" | "alias" => "",
        _ => "an unknown type",
    };
    let too_long = received.id.as_ref().is_some_and(|id| id.chars().count() > MESSAGE_ID_LIMIT);
    let reason = match reason {
        "" if too_long => "the message id is longer than 100 characters",
        "" if !received.properties.is_object() => "properties or traits are no object",
        "" => return None,
        reason => reason,
    };
    Some(reason.to_owned())
}

fn changes(call: &str, user: Option<&str>, group: Option<&str>, previous: Option<&str>, traits: &Value) -> Vec<Change> {
    // A trait that is null is one no more.
    let (gone, kept): (Vec<_>, Vec<_>) =
        traits.as_object().into_iter().flatten().partition(|(_, value)| value.is_null());
    let gone: Vec<_> = gone.into_iter().map(|(name, _)| Value::from(name.as_str())).collect();
    let kept: Value = kept.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let operations = [(Operation::Set, kept), (Operation::Unset, Value::from(gone))];
    match (call, user, group, previous) {
        ("identify", Some(user), ..) => {
            operations.map(|(operation, values)| Change::Person { id: user.to_owned(), operation, values }).into()
        }
        ("group", _, Some(group), _) => {
            let (kind, key) = ("group", group);
            let change =
                |(operation, values)| Change::Group { kind: kind.to_owned(), key: key.to_owned(), operation, values };
            operations.map(change).into()
        }
        ("alias", Some(user), _, Some(previous)) => {
            vec![Change::Merge { from: previous.to_owned(), into: user.to_owned() }]
        }
        _ => Vec::new(),
    }
}
