//! What each vendor gets, without what is the same in all messages.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use taxogen::{Client, PostHog, PostHogApi, Timestamp, User};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::vendors::{LONG, to_all};

/// What each vendor gets of a call: its messages by path.
fn sent(call: impl Fn(&Client)) -> BTreeMap<&'static str, Value> {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    call(&client);
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let mut sent = BTreeMap::new();
    for vendor in Vendor::ALL {
        for request in sandbox.requests(vendor) {
            let mut body = request.json();
            let messages = if vendor == Vendor::Mixpanel { body } else { body["batch"].take() };
            let path = ["/batch", "/v1/batch", "/import", "/engage", "/groups"];
            let path = path.into_iter().find(|path| *path == request.path).unwrap();
            let known = sent.insert(path, plain(path, messages));
            assert!(known.is_none(), "one request to {path}");
        }
    }
    sent
}

/// The events that version 1 of PostHog gets of a call.
pub(super) fn sent_to_v1(call: impl Fn(&Client)) -> Value {
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new("phc_sandbox").host(sandbox.posthog_url()).api(PostHogApi::V1);
    let client = Client::builder().to(posthog).build().unwrap();
    call(&client);
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let requests = sandbox.requests(Vendor::PostHog);
    assert_eq!(requests.len(), 1);
    plain("v1", requests[0].json()["batch"].take())
}

/// Without what is the same in all messages, or new in each.
fn plain(path: &str, messages: Value) -> Value {
    let Value::Array(messages) = messages else { panic!("{path}: {messages}") };
    messages.into_iter().map(|message| plain_message(path, message)).collect()
}

fn plain_message(path: &str, mut message: Value) -> Value {
    let (inside, own): (_, &[&str]) = match path {
        "/batch" => ("properties", &["$lib", "$lib_version", "$is_server"]),
        "v1" => ("properties", &["$is_server"]),
        "/import" => ("properties", &["token", "mp_lib", "$lib_version", "ip"]),
        "/v1/batch" => ("context", &["library"]),
        _ => ("", &["$token"]),
    };
    let holder = if inside.is_empty() { &mut message } else { &mut message[inside] };
    for name in own {
        assert!(holder.as_object_mut().unwrap().remove(*name).is_some(), "{path} has `{name}`");
    }
    stand_in(&mut message);
    if !inside.is_empty() {
        stand_in(&mut message[inside]);
    }
    message
}

/// Puts words in the place of ids and of times of this minute.
fn stand_in(fields: &mut Value) {
    for (name, value) in fields.as_object_mut().unwrap() {
        match (name.as_str(), value) {
            ("uuid" | "messageId" | "$insert_id", Value::String(id)) if id.len() >= 36 => id.replace_range(..36, "id"),
            ("timestamp" | "time" | "$time", time) if is_now(time) => *time = json!("now"),
            _ => {}
        }
    }
}

fn is_now(time: &Value) -> bool {
    let now = Timestamp::now().as_unix_millis();
    let millis = match time {
        Value::String(text) => Timestamp::parse(text).unwrap().as_unix_millis(),
        time => {
            let time = time.as_f64().unwrap();
            #[expect(clippy::cast_possible_truncation, reason = "a time of this century")]
            let millis = if time < 1e11 { (time * 1000.0) as i64 } else { time as i64 };
            millis
        }
    };
    (now - 60_000..=now).contains(&millis)
}

pub(super) fn assert_sent(call: impl Fn(&Client), expected: &Value) {
    assert_eq!(json!(sent(call)), *expected);
}

pub(super) fn of_user(call: impl Fn(&User)) -> impl Fn(&Client) {
    move |client| call(&client.user("u1"))
}
