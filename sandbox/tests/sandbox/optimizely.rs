use serde_json::{Value, json};
use taxogen_sandbox::{Fault, Kind, Sandbox, Vendor, Verdict};

use crate::client::{Client, post, post_bytes, sandbox};

const STRICT: &str = "x-optimizely-strict: true\r\n";
const TIME: i64 = 1_795_206_446_729;

/// A request of one visitor who bought, with something changed.
fn request(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({
        "client_name": "c", "client_version": "1", "account_id": "8000", "project_id": "9000", "revision": "12",
        "anonymize_ip": true, "enrich_decisions": true,
        "visitors": [{
            "visitor_id": "user_003",
            "attributes": [{ "entity_id": "70", "key": "country", "type": "custom", "value": "US" }],
            "snapshots": [{ "events": [{
                "entity_id": "6001", "key": "purchase_completed", "timestamp": TIME, "uuid": "u-1",
                "revenue": 4999, "value": 12.5, "tags": { "coupon": "X", "items": 3, "gift": true },
            }]}],
        }],
    });
    change(&mut body);
    body
}

fn event(body: &mut Value) -> &mut Value {
    &mut body["visitors"][0]["snapshots"][0]["events"][0]
}

fn statuses(sandbox: &Sandbox, body: &Value) -> (u16, u16) {
    (post(sandbox, "/v1/events", "", body).status, post(sandbox, "/v1/events", STRICT, body).status)
}

#[test]
fn a_conversion_is_kept_with_its_tags_and_its_visitor() {
    let sandbox = sandbox();
    let body = request(|_| {});
    let answer = post(&sandbox, "/v1/events", STRICT, &body);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let received = sandbox.received(Vendor::Optimizely).remove(0);
    assert_eq!((received.kind, received.name.as_str()), (Kind::Event, "purchase_completed"));
    assert_eq!((received.distinct_id.as_deref(), received.id.as_deref()), (Some("user_003"), Some("u-1")));
    assert_eq!(received.time_ms, Some(TIME));
    assert_eq!(received.properties, json!({ "coupon": "X", "items": 3, "gift": true }));
    assert_eq!(received.item, body["visitors"][0]);
}

#[test]
fn events_of_a_visitor_are_apart_and_a_repeated_uuid_counts_once() {
    let sandbox = sandbox();
    let body = request(|body| {
        let snapshots = &mut body["visitors"][0]["snapshots"];
        let mut second = snapshots[0]["events"][0].clone();
        second["uuid"] = json!("u-2");
        snapshots[0]["events"].as_array_mut().unwrap().push(second.clone());
        second["uuid"] = json!("u-1");
        snapshots.as_array_mut().unwrap().push(json!({ "events": [second] }));
    });
    assert_eq!(statuses(&sandbox, &body), (204, 204));
    let verdicts: Vec<_> = sandbox.messages(Vendor::Optimizely).into_iter().map(|message| message.verdict).collect();
    assert_eq!(verdicts[..3], [Verdict::Accepted, Verdict::Accepted, Verdict::Repeated]);
    let summary = sandbox.summary(Vendor::Optimizely);
    assert_eq!((summary.distinct, summary.repeated, summary.count("purchase_completed")), (2, 4, 2));
}

#[test]
fn what_cannot_be_used_is_dropped_unless_it_was_asked_to_look() {
    type Change = fn(&mut Value);
    let table: [(Change, &str); 13] = [
        (|body| body["account_id"] = json!(8000), "`account_id` is no text"),
        (|body| body["enrich_decisions"] = json!("yes"), "`enrich_decisions` is no boolean"),
        (|body| body["visitors"][0]["visitor_id"] = json!(""), "`visitors[0].visitor_id` is no text"),
        (|body| body["visitors"][0]["snapshots"] = Value::Null, "`visitors[0].snapshots` is no list"),
        (
            |body| body["visitors"][0]["attributes"][0]["value"] = json!([]),
            "`visitors[0].attributes[0].value` is no text, number or boolean",
        ),
        (|body| event(body)["uuid"] = Value::Null, "`visitors[0].snapshots[0].events[0].uuid` is no text"),
        (|body| event(body)["entity_id"] = json!(6001), "`visitors[0].snapshots[0].events[0].entity_id` is no text"),
        (
            |body| event(body)["timestamp"] = json!(1_795_206_446),
            "`visitors[0].snapshots[0].events[0].timestamp` is no time in milliseconds",
        ),
        (|body| event(body)["revenue"] = json!(49.99), "`visitors[0].snapshots[0].events[0].revenue` is no integer"),
        (|body| event(body)["value"] = json!("1"), "`visitors[0].snapshots[0].events[0].value` is no number"),
        (
            |body| event(body)["tags"]["deep"] = json!({}),
            "`visitors[0].snapshots[0].events[0].tags.deep` is no text, number or boolean",
        ),
        (
            |body| event(body)["properties"] = json!({ "items": 3 }),
            "`visitors[0].snapshots[0].events[0].properties.items` is no text",
        ),
        (|body| event(body)["tags"] = json!([]), "`visitors[0].snapshots[0].events[0].tags` is no object"),
    ];
    for (change, reason) in table {
        let sandbox = sandbox();
        let body = request(change);
        assert_eq!(statuses(&sandbox, &body), (204, 400), "{reason}");
        let summary = sandbox.summary(Vendor::Optimizely);
        let dropped = body["visitors"][0]["snapshots"].is_array();
        assert_eq!(summary.dropped.get(reason), dropped.then_some(&1), "{:?}", summary.dropped);
        assert_eq!((summary.distinct, summary.rejected[reason]), (0, 1));
        let answer = post(&sandbox, "/v1/events", STRICT, &body);
        assert_eq!(answer.json(), json!({ "code": "bad_request", "message": reason }));
    }
}

#[test]
fn what_is_no_json_or_too_large_is_refused() {
    let sandbox = sandbox();
    for body in [b"no JSON".as_slice(), b"[]"] {
        assert_eq!(post_bytes(&sandbox, "/v1/events", "", body).status, 400);
    }
    let large = request(|body| event(body)["tags"]["text"] = json!("x".repeat(3_500_000)));
    assert_eq!(post(&sandbox, "/v1/events", "", &large).status, 413);
    let plain = Client::connect(&sandbox).send("POST /v1/events", "content-type: text/plain\r\n", b"{}");
    assert_eq!(plain.map(|answer| answer.status), Some(400));
    assert_eq!(sandbox.summary(Vendor::Optimizely).distinct, 0);
}

#[test]
fn faults_are_played_here_too() {
    let sandbox = sandbox();
    for (fault, status) in [
        (Fault::status(503), Some(503)),
        (Fault::CutAfter, None),
        (Fault::QuotaLimited, Some(429)),
        (Fault::Partial { accepted: 0 }, Some(503)),
    ] {
        sandbox.fault(Vendor::Optimizely, fault);
        let body = request(|_| {}).to_string();
        let answer =
            Client::connect(&sandbox).send("POST /v1/events", "content-type: application/json\r\n", body.as_bytes());
        assert_eq!(answer.map(|answer| answer.status), status);
    }
    assert_eq!(sandbox.summary(Vendor::Optimizely).distinct, 1);
}
