use serde_json::{Value, json};
use taxogen_sandbox::{Kind, Sandbox, Vendor, Verdict};

use crate::client::{Client, gzip, post, post_bytes, sandbox};

fn batch(messages: &Value) -> Value {
    json!({"writeKey": "k", "batch": messages})
}

fn send(sandbox: &Sandbox, message: &Value) {
    let answer = post(sandbox, "/v1/batch", "", &batch(&json!([message])));
    assert_eq!((answer.status, answer.json()), (200, json!({"success": true})), "{message}");
}

#[test]
fn only_size_and_json_are_refused() {
    let message = |size: usize| {
        let empty = json!({"type": "track", "event": "a", "userId": "u", "properties": {"text": ""}}).to_string().len();
        json!({"type": "track", "event": "a", "userId": "u", "properties": {"text": "x".repeat(size - empty)}})
    };
    let many = |count: usize| batch(&json!(vec![message(1000); count])).to_string().into_bytes();
    let largest = 32 * 1024;
    let table = [
        (b"not json".to_vec(), Some("the body is no JSON object")),
        (b"[]".to_vec(), Some("the body is no JSON object")),
        (br#"{"writeKey":"k"}"#.to_vec(), Some("`batch` is no list")),
        (batch(&json!([message(largest)])).to_string().into_bytes(), None),
        (batch(&json!([message(largest + 1)])).to_string().into_bytes(), Some("a message is larger than 32 KB")),
        (many(500), None),
        (many(520), Some("the body is larger than 500 KB")),
        (gzip(&many(520)), Some("the body is no JSON object")),
    ];
    let sandbox = sandbox();
    for (body, reason) in table {
        let answer = post_bytes(&sandbox, "/v1/batch", "", &body);
        let expected = reason
            .map_or((200, json!({"success": true})), |reason| (400, json!({"success": false, "message": reason})));
        assert_eq!((answer.status, answer.json()), expected);
    }
    let packed = post_bytes(&sandbox, "/v1/batch", "content-encoding: gzip\r\n", &gzip(&many(520)));
    assert_eq!(packed.status, 400, "the limit is on the unpacked body");
    let plain = Client::connect(&sandbox).send("POST /v1/batch", "content-type: text/plain\r\n", &many(1));
    assert_eq!(plain.map(|answer| answer.status), Some(400));
}

#[test]
fn what_is_dropped_later_is_answered_well() {
    let long = "m".repeat(101);
    let table = [
        (json!({"type": "track", "event": "a"}), "no user or anonymous id"),
        (json!({"type": "track", "event": "a", "userId": ""}), "no user or anonymous id"),
        (json!({"type": "identify", "traits": {}}), "no user or anonymous id"),
        (json!({"type": "track", "userId": "u"}), "no event name"),
        (json!({"type": "group", "userId": "u"}), "no group id"),
        (json!({"type": "alias", "userId": "u"}), "no user id or previous id"),
        (json!({"type": "buy", "userId": "u"}), "an unknown type"),
        (json!({"userId": "u"}), "an unknown type"),
        (json!(7), "a message is no object"),
        (json!({"type": "track", "event": "a", "userId": "u", "properties": []}), "properties or traits are no object"),
        (
            json!({"type": "track", "event": "a", "userId": "u", "messageId": long}),
            "the message id is longer than 100 characters",
        ),
    ];
    for (message, reason) in table {
        let sandbox = sandbox();
        send(&sandbox, &message);
        let summary = sandbox.summary(Vendor::Segment);
        assert_eq!(summary.dropped, [(reason.to_owned(), 1)].into(), "{message}");
        assert_eq!((summary.distinct, sandbox.received(Vendor::Segment).len()), (0, 0));
        assert_eq!(sandbox.messages(Vendor::Segment)[0].verdict, Verdict::Dropped(reason.to_owned()));
    }
}

#[test]
fn a_batch_of_more_than_2500_is_dropped() {
    let message = json!({"type": "track", "event": "a", "userId": "u"});
    let sandbox = sandbox();
    for (count, distinct) in [(2_500, 2_500), (2_501, 2_500)] {
        let body = batch(&json!(vec![message.clone(); count]));
        assert_eq!(post(&sandbox, "/v1/batch", "", &body).status, 200);
        assert_eq!(sandbox.summary(Vendor::Segment).distinct, distinct);
    }
    assert_eq!(sandbox.summary(Vendor::Segment).dropped["more than 2,500 messages"], 2_501);
}

#[test]
fn the_key_comes_with_the_body_or_the_request() {
    let body = json!({"batch": [{"type": "track", "event": "a", "userId": "u"}]});
    let sandbox = sandbox();
    // `a_key:`, `:` and nothing.
    for (headers, distinct) in [("authorization: Basic YV9rZXk6\r\n", 1), ("authorization: Basic Og==\r\n", 1), ("", 1)]
    {
        assert_eq!(post(&sandbox, "/v1/batch", headers, &body).status, 200);
        assert_eq!(sandbox.summary(Vendor::Segment).distinct, distinct);
    }
    assert_eq!(sandbox.summary(Vendor::Segment).dropped["no write key"], 2);
}

#[test]
fn a_message_id_is_counted_once() {
    let sandbox = sandbox();
    let message = json!({"type": "track", "event": "a", "userId": "u", "messageId": "m"});
    send(&sandbox, &message);
    send(&sandbox, &message);
    send(&sandbox, &json!({"type": "track", "event": "a", "userId": "u"}));
    let summary = sandbox.summary(Vendor::Segment);
    assert_eq!((summary.distinct, summary.repeated, summary.count("a")), (2, 1, 2));
}

#[test]
fn every_call_has_a_path_of_its_own() {
    let sandbox = sandbox();
    let table = [
        ("track", json!({"event": "a", "userId": "u"}), Kind::Event, "a"),
        ("page", json!({"name": "Home", "anonymousId": "x"}), Kind::Event, "Home"),
        ("screen", json!({"anonymousId": "x"}), Kind::Event, "screen"),
        ("identify", json!({"userId": "u", "traits": {"plan": "pro"}}), Kind::Person, "identify"),
        ("group", json!({"userId": "u", "groupId": "acme", "traits": {"seats": 5}}), Kind::Group, "group"),
        ("alias", json!({"userId": "u", "previousId": "x"}), Kind::Alias, "alias"),
    ];
    for (call, mut message, kind, name) in table {
        message["writeKey"] = json!("k");
        assert_eq!(post(&sandbox, &format!("/v1/{call}"), "", &message).status, 200);
        let received = sandbox.received(Vendor::Segment).pop().expect("one more message");
        assert_eq!((received.kind, received.name.as_str()), (kind, name));
    }
    let summary = sandbox.summary(Vendor::Segment);
    assert_eq!(json!(summary.people), json!({"u": {"plan": "pro"}}));
    assert_eq!(json!(summary.groups[&("group".to_owned(), "acme".to_owned())]), json!({"seats": 5}));
    assert_eq!(summary.aliases, [("x".to_owned(), "u".to_owned())].into());
}

#[test]
fn both_ids_are_one_person_and_a_trait_that_is_null_is_gone() {
    let sandbox = sandbox();
    for message in [
        json!({"type": "identify", "anonymousId": "x", "traits": {"a": 1, "b": 1}}),
        json!({"type": "identify", "userId": "u", "traits": {"b": 2, "old": 1}}),
        json!({"type": "page", "userId": "u", "anonymousId": "x"}),
        json!({"type": "identify", "anonymousId": "x", "traits": {"old": null, "c": 3}}),
        json!({"type": "group", "userId": "u", "groupId": "acme", "traits": {"seats": 5, "city": "Bonn"}}),
        json!({"type": "group", "userId": "u", "groupId": "acme", "traits": {"city": null}}),
    ] {
        send(&sandbox, &message);
    }
    let summary = sandbox.summary(Vendor::Segment);
    assert_eq!(json!(summary.people), json!({"u": {"a": 1, "b": 2, "c": 3}}));
    assert_eq!(json!(summary.groups[&("group".to_owned(), "acme".to_owned())]), json!({"seats": 5}));
    assert_eq!(summary.aliases, [("x".to_owned(), "u".to_owned())].into());
}

#[test]
fn what_stands_beside_the_batch_counts_for_each_message() {
    let sandbox = sandbox();
    let message = json!({"type": "track", "event": "a", "userId": "u", "timestamp": "2026-01-02T03:04:05.678Z",
        "messageId": "m", "properties": {"x": 1}, "context": {"app": "own"}});
    let body = json!({"writeKey": "k", "context": {"app": "all", "library": "l"}, "integrations": {"All": false},
        "batch": [message]});
    assert_eq!(post(&sandbox, "/v1/batch", "", &body).status, 200);
    let received = sandbox.received(Vendor::Segment).remove(0);
    assert_eq!(received.item["context"], json!({"app": "own", "library": "l"}));
    assert_eq!(received.item["integrations"], json!({"All": false}));
    assert_eq!((received.id.as_deref(), received.time_ms), (Some("m"), Some(1_767_323_045_678)));
    assert_eq!((received.distinct_id.as_deref(), received.properties), (Some("u"), json!({"x": 1})));
}
