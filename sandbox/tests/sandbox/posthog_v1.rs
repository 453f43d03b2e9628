use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use serde_json::{Value, json};
use taxogen_sandbox::{Fault, Kind, Sandbox, Vendor};

use crate::client::{Answer, Client, gzip, sandbox};

const PATH: &str = "/i/v1/analytics/events";
const HEADERS: [(&str, &str); 7] = [
    ("authorization", "Bearer phc_a"),
    ("content-type", "application/json"),
    ("user-agent", "lib/1.2.3"),
    ("posthog-sdk-info", "lib/1.2.3"),
    ("posthog-attempt", "1"),
    ("posthog-request-id", "01a1fab0-76fb-7147-9f75-9919275ee428"),
    ("posthog-request-timestamp", "2026-01-02T03:04:05.678Z"),
];

fn uuid(number: u8) -> String {
    format!("01a1fab0-76fb-7147-9f75-9919275ee4{number:02}")
}

fn event(number: u8) -> Value {
    json!({
        "event": "a", "uuid": uuid(number), "distinct_id": "u", "timestamp": "2026-01-02T03:04:05.678Z",
        "options": {}, "properties": {"n": number},
    })
}

fn batch(events: &[Value]) -> Value {
    json!({"created_at": "2026-01-02T03:04:05.678Z", "batch": events})
}

/// Posts bytes, with some headers other than they should be: without a value they are left out.
fn post_with(sandbox: &Sandbox, other: &[(&str, Option<&str>)], body: &[u8]) -> Answer {
    let mut headers: Vec<_> = HEADERS.to_vec();
    headers.retain(|(name, _)| !other.iter().any(|(changed, _)| changed == name));
    headers.extend(other.iter().filter_map(|(name, value)| Some((*name, (*value)?))));
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    Client::connect(sandbox).send(&format!("POST {PATH}"), &headers.concat(), body).expect("the sandbox answers")
}

fn post(sandbox: &Sandbox, body: &Value) -> Answer {
    post_with(sandbox, &[], body.to_string().as_bytes())
}

#[test]
fn every_header_is_required_and_read() {
    let sandbox = sandbox();
    let body = batch(&[event(1)]).to_string();
    for (name, _) in HEADERS {
        let answer = post_with(&sandbox, &[(name, None)], body.as_bytes());
        let description = format!("request is missing required headers: {name}");
        let uri = "https://posthog.com/docs/api";
        let expected = json!({"error": "missing_required_headers", "error_description": description, "error_uri": uri});
        assert_eq!((answer.status, answer.json()), (400, expected));
    }
    for (name, value, status, tag) in [
        ("authorization", "Basic cGhjX2E6", 400, "invalid_header_value"),
        ("authorization", "Bearer phx_a", 401, "invalid_api_token"),
        ("authorization", "bearer phc_a", 200, ""),
        ("content-type", "text/plain", 415, "unsupported_content_type"),
        ("content-type", "application/json; charset=utf-8", 200, ""),
        ("posthog-attempt", "0", 400, "invalid_header_value"),
        ("posthog-attempt", "first", 400, "invalid_header_value"),
        ("posthog-request-id", "1", 400, "invalid_header_value"),
        ("posthog-request-timestamp", "yesterday", 400, "invalid_header_value"),
        ("content-encoding", "lz4", 415, "unsupported_encoding"),
    ] {
        let answer = post_with(&sandbox, &[(name, Some(value))], body.as_bytes());
        let told = answer.json()["error"].as_str().unwrap_or_default().to_owned();
        assert_eq!((answer.status, told.as_str()), (status, tag), "{name}: {value}");
    }
}

#[test]
fn what_is_of_a_wrong_type_or_twice_there_spoils_the_batch() {
    let with = |name: &str, value: Value| {
        let mut other = event(2);
        other[name] = value;
        batch(&[event(1), other])
    };
    for (body, tag) in [
        (json!([]), "request_parsing_error"),
        (json!({"batch": [event(1)]}), "request_parsing_error"),
        (json!({"created_at": "2026-01-02T03:04:05Z", "batch": {}}), "request_parsing_error"),
        (
            json!({"created_at": "2026-01-02T03:04:05Z", "historical_migration": 1, "batch": [event(1)]}),
            "request_parsing_error",
        ),
        (json!({"created_at": "now", "batch": [event(1)]}), "invalid_batch"),
        (batch(&[]), "empty_batch"),
        (batch(&[json!("a")]), "request_parsing_error"),
        (with("event", Value::Null), "request_parsing_error"),
        (with("timestamp", json!(7)), "request_parsing_error"),
        (with("session_id", json!(7)), "request_parsing_error"),
        (with("options", json!([])), "request_parsing_error"),
        (with("options", json!({"cookieless_mode": "true"})), "request_parsing_error"),
        (with("options", json!({"disable_skew_correction": 1})), "request_parsing_error"),
        (with("options", json!({"process_person_profile": "false"})), "request_parsing_error"),
        (with("options", json!({"product_tour_id": 7})), "request_parsing_error"),
        (with("uuid", json!("")), "missing_event_uuid"),
        (with("uuid", json!("7")), "invalid_event_uuid"),
        (with("uuid", json!(uuid(1).to_uppercase())), "duplicate_event_uuid"),
    ] {
        let sandbox = sandbox();
        let answer = post(&sandbox, &body);
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!(tag)), "{body}");
        let summary = sandbox.summary(Vendor::PostHog);
        assert_eq!(
            (summary.distinct, summary.rejected.keys().map(String::as_str).collect::<Vec<_>>()),
            (0, vec![tag]),
            "{body}"
        );
    }
}

#[test]
fn each_event_has_its_own_result() {
    let sandbox = sandbox();
    let long = "x".repeat(201);
    let changes = [
        ("event", json!("b"), json!({"result": "ok"})),
        ("event", json!(""), json!({"result": "drop", "details": "missing_event_name"})),
        ("event", json!(long), json!({"result": "drop", "details": "event_name_too_long"})),
        ("distinct_id", json!(" "), json!({"result": "drop", "details": "missing_distinct_id"})),
        ("distinct_id", json!(long), json!({"result": "drop", "details": "distinct_id_too_large"})),
        ("distinct_id", json!("NULL"), json!({"result": "warning", "details": "person_processing_disabled"})),
        ("timestamp", json!("now"), json!({"result": "drop", "details": "invalid_event_timestamp"})),
        ("properties", json!([]), json!({"result": "drop", "details": "malformed_event_properties"})),
        ("properties", json!({"x": "y".repeat(1_000_000)}), json!({"result": "drop", "details": "event_too_big"})),
        ("options", json!({"of_tomorrow": 7, "cookieless_mode": null}), json!({"result": "ok"})),
    ];
    let (mut events, mut results) = (Vec::new(), json!({}));
    for (number, (name, value, result)) in (0..).zip(changes) {
        let mut event = event(number);
        event[name] = value;
        events.push(event);
        results[uuid(number)] = result;
    }
    let answer = post(&sandbox, &batch(&events));
    assert_eq!((answer.status, answer.json()), (200, json!({"results": results})));
    assert!(!answer.headers.contains("retry-after"), "{}", answer.headers);
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((summary.distinct, summary.rejected.values().sum::<u64>()), (3, 7));
    assert_eq!(summary.people.keys().collect::<Vec<_>>(), ["u"]);
}

#[test]
fn an_event_is_kept_with_what_stands_beside_its_properties() {
    let sandbox = sandbox();
    let mut event = event(1);
    event["session_id"] = json!("s");
    event["options"] = json!({"process_person_profile": false, "disable_skew_correction": true});
    for _ in 0..2 {
        assert_eq!(post(&sandbox, &batch(std::slice::from_ref(&event))).json()["results"][uuid(1)]["result"], "ok");
    }
    let received = sandbox.received(Vendor::PostHog).remove(0);
    assert_eq!((received.kind, received.name.as_str(), received.distinct_id.as_deref()), (Kind::Event, "a", Some("u")));
    assert_eq!((received.id, received.time_ms, received.notes.len()), (Some(uuid(1)), Some(1_767_323_045_678), 0));
    let properties = json!({
        "n": 1, "$session_id": "s", "$process_person_profile": false, "$ignore_sent_at": true, "$lib": "lib",
        "$lib_version": "1.2.3",
    });
    assert_eq!((received.properties, received.item), (properties, event));
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((summary.distinct, summary.repeated, summary.people.len()), (1, 1, 0));
}

#[test]
fn results_and_partial_results_come_on_demand() {
    let sandbox = sandbox();
    let events: Vec<_> = (1..=6).map(event).collect();
    sandbox.fault(Vendor::PostHog, Fault::results(&["ok", "warning", "retry", "", "limited", "parked"]));
    let answer = post(&sandbox, &batch(&events));
    let result = |result: &str| json!({"result": result});
    let expected = json!({"results": {
        uuid(1): result("ok"), uuid(2): result("warning"), uuid(3): result("retry"), uuid(5): result("limited"),
        uuid(6): result("parked"),
    }});
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert!(answer.headers.contains("\r\nretry-after: 1\r\n"), "{}", answer.headers);
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((summary.distinct, summary.rejected), (2, [("limited".to_owned(), 1)].into()));

    sandbox.fault(Vendor::PostHog, Fault::Partial { accepted: 3 });
    let results = post(&sandbox, &batch(&events)).json()["results"].clone();
    let results: Vec<_> = (1..=6).map(|number| results[uuid(number)]["result"].clone()).collect();
    assert_eq!(results, ["ok", "ok", "ok", "retry", "retry", "retry"]);
    assert_eq!(sandbox.summary(Vendor::PostHog).distinct, 3);

    sandbox.fault(Vendor::PostHog, Fault::QuotaLimited);
    let answer = post(&sandbox, &batch(&events));
    assert_eq!((answer.status, &answer.json()["error"]), (402, &json!("billing_limit_exceeded")));
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKED: [(&str, Pack); 5] = [
    ("gzip", gzip),
    ("deflate", |bytes| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }),
    // Without the ends of zlib.
    ("deflate", |bytes| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }),
    ("br", |bytes| {
        let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 1, 20);
        writer.write_all(bytes).unwrap();
        writer.into_inner()
    }),
    ("zstd", |bytes| zstd::encode_all(bytes, 1).unwrap()),
];

#[test]
fn bodies_are_unpacked_and_what_unpacks_to_too_much_is_refused() {
    let body = batch(&[event(1)]).to_string();
    let bomb = vec![b' '; 33 * 1024 * 1024];
    for (encoding, pack) in PACKED {
        let sandbox = sandbox();
        let post = |body: &[u8]| post_with(&sandbox, &[("content-encoding", Some(encoding))], body);
        assert_eq!(post(&pack(body.as_bytes())).status, 200, "{encoding}");
        assert_eq!(sandbox.requests(Vendor::PostHog)[0].body, body.as_bytes(), "{encoding}");
        let packed = pack(&bomb);
        assert!(packed.len() < 500_000, "{encoding}");
        assert_eq!(post(&packed).status, 413, "{encoding}");
        let answer = post(b"{\"created_at\":\"\"}");
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("request_decoding_error")), "{encoding}");
    }
    let sandbox = sandbox();
    assert_eq!(post_with(&sandbox, &[], b"").status, 400);
    assert_eq!(post_with(&sandbox, &[], &vec![b' '; 10 * 1024 * 1024 + 1]).status, 413);
}
