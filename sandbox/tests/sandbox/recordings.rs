//! What the vendors' own SDKs were recorded to send is taken here as it was there.

use std::time::SystemTime;

use serde_json::{Value, json};
use taxogen_sandbox::{Vendor, Verdict};

use crate::client::{Client, gzip, sandbox};

/// The recordings are older than the five days that `/track` takes.
const OLD: &str = "older than 5 days";

#[test]
fn posthogs_own_sdks_are_accepted() {
    replay(Vendor::PostHog, include_str!("../../../tests/vectors/wire/posthog-node.jsonl"), 7, 0);
    replay(Vendor::PostHog, include_str!("../../../tests/vectors/wire/posthog-python.jsonl"), 8, 0);
}

#[test]
fn segments_own_sdks_are_accepted() {
    replay(Vendor::Segment, include_str!("../../../tests/vectors/wire/segment-node.jsonl"), 7, 0);
    replay(Vendor::Segment, include_str!("../../../tests/vectors/wire/segment-python.jsonl"), 7, 0);
}

#[test]
fn mixpanels_own_sdks_are_accepted() {
    replay(Vendor::Mixpanel, include_str!("../../../tests/vectors/wire/mixpanel-node.jsonl"), 7, 1);
    replay(Vendor::Mixpanel, include_str!("../../../tests/vectors/wire/mixpanel-python.jsonl"), 8, 1);
}

#[test]
fn whatever_stands_in_a_body_is_answered() {
    let oddities = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}é"),
        json!([]),
        json!([[]]),
        json!({}),
    ];
    for recording in [
        include_str!("../../../tests/vectors/wire/posthog-python.jsonl"),
        include_str!("../../../tests/vectors/wire/segment-node.jsonl"),
        include_str!("../../../tests/vectors/wire/mixpanel-python.jsonl"),
    ] {
        let sandbox = sandbox();
        let mut client = Client::connect(&sandbox);
        for line in recording.lines() {
            let recorded: Value = serde_json::from_str(line).expect("a recording is JSON");
            for place in places(&recorded["body"], "/body") {
                for oddity in &oddities {
                    let mut changed = recorded.clone();
                    *changed.pointer_mut(&place).expect("the place is in the recording") = oddity.clone();
                    let (request, headers, body) = rebuild(&changed);
                    let answer = client.send(&request, &headers, &body);
                    let status = answer.map(|answer| answer.status);
                    assert!(matches!(status, Some(200 | 400 | 401)), "{status:?}: {place} is {oddity}");
                }
            }
        }
    }
}

/// Pointers to every value in a body but the recorder's own.
fn places(value: &Value, at: &str) -> Vec<String> {
    let inner: Vec<_> = match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "_data_encoding")
            .flat_map(|(name, value)| places(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| places(item, &format!("{at}/{index}"))).collect()
        }
        _ => Vec::new(),
    };
    // The body itself stays: without it there is nothing to encode.
    if at == "/body" { inner } else { inner.into_iter().chain([at.to_owned()]).collect() }
}

fn replay(vendor: Vendor, recording: &str, accepted: usize, too_old: usize) {
    let sandbox = sandbox();
    let mut client = Client::connect(&sandbox);
    for line in recording.lines() {
        let recorded: Value = serde_json::from_str(line).expect("a recording is JSON");
        let (request, headers, body) = rebuild(&recorded);
        let answer = client.send(&request, &headers, &body).expect("the sandbox answers");
        assert_eq!(answer.status, recorded["answered"], "{line}\n{}", answer.body);
    }
    let verdicts: Vec<_> = sandbox.messages(vendor).into_iter().map(|message| message.verdict).collect();
    let count = |verdict: &Verdict| verdicts.iter().filter(|other| *other == verdict).count();
    assert_eq!(count(&Verdict::Accepted), accepted, "{verdicts:?}");
    assert_eq!(count(&Verdict::Dropped(OLD.to_owned())), too_old, "{verdicts:?}");
    assert_eq!(verdicts.len(), accepted + too_old);
}

/// The request as the SDK wrote it; times that were "now" are now.
fn rebuild(recorded: &Value) -> (String, String, Vec<u8>) {
    let mut recorded = recorded.clone();
    let was_now = recorded["volatile"]["/data/properties/time"] == "epoch-s-float";
    if let Some(time) = recorded.pointer_mut("/body/data/properties/time").filter(|time| was_now && time.is_f64()) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the clock is after 1970");
        *time = now.as_secs_f64().into();
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let target = format!("{} {}?{}", text(&recorded["method"]), text(&recorded["path"]), form(&recorded["query"]));
    let headers = recorded["headers"].as_object().expect("headers are an object");
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {}\r\n", text(value))).collect();
    let headers = headers.concat();
    let body = match &recorded["body"] {
        Value::String(empty) => empty.clone().into_bytes(),
        body if body.get("_data_encoding").is_some() => form(body).into_bytes(),
        body if headers.contains("content-encoding: gzip") => gzip(body.to_string().as_bytes()),
        body => body.to_string().into_bytes(),
    };
    (target, headers, body)
}

/// The pairs as a form; keys with an underscore are the recorder's.
fn form(pairs: &Value) -> String {
    let pairs_of = pairs.as_object().expect("pairs are an object");
    let own = pairs_of.iter().filter(|(name, _)| !name.starts_with('_'));
    let own = own.map(|(name, value)| match value {
        Value::String(text) => format!("{name}={}", escape(text.as_bytes())),
        data if pairs["_data_encoding"] == "json" => format!("{name}={}", escape(data.to_string().as_bytes())),
        data => format!("{name}={}", base64(data.to_string().as_bytes())),
    });
    own.collect::<Vec<_>>().join("&")
}

fn escape(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

/// As the SDK does it, without escaping the result.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        let letters = (0..4).map(|at| char::from(LETTERS[bits >> (18 - 6 * at) & 63]));
        text.extend(letters.take(chunk.len() + 1));
        text.push_str(&"=".repeat(3 - chunk.len()));
    }
    text
}
