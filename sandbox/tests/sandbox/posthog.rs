use serde_json::{Value, json};
use taxogen_sandbox::{Kind, Sandbox, Vendor, Verdict};

use crate::client::{gzip, post, post_bytes, sandbox};

const UUID: &str = "01a1fab0-76fb-7147-9f75-9919275ee428";

fn batch(events: &Value) -> Value {
    json!({"api_key": "phc_a", "batch": events})
}

fn capture(sandbox: &Sandbox, event: &Value) {
    assert_eq!(post(sandbox, "/batch/", "", &batch(&json!([event]))).status, 200, "{event}");
}

#[test]
fn one_bad_event_refuses_the_whole_batch() {
    let good = json!({"event": "a", "distinct_id": "u"});
    let table = [
        (json!({"distinct_id": "u"}), "`event` is missing or empty"),
        (json!({"event": "", "distinct_id": "u"}), "`event` is missing or empty"),
        (json!({"event": 7, "distinct_id": "u"}), "`event` is no text"),
        (json!({"event": "a"}), "`distinct_id` is missing or empty"),
        (json!({"event": "a", "distinct_id": ""}), "`distinct_id` is missing or empty"),
        (json!({"event": "a", "distinct_id": "u", "properties": []}), "`properties` is no object"),
        (json!({"event": "a", "distinct_id": "u", "uuid": "7"}), "`uuid` is no uuid"),
        (json!({"event": "a", "distinct_id": "u", "timestamp": 7}), "`timestamp` is no text"),
        (json!("a"), "an event is no object"),
    ];
    for (bad, reason) in table {
        let sandbox = sandbox();
        let answer = post(&sandbox, "/batch/", "", &batch(&json!([good, bad])));
        assert_eq!((answer.status, answer.body.as_str()), (400, reason), "{bad}");
        let summary = sandbox.summary(Vendor::PostHog);
        assert_eq!((summary.distinct, summary.rejected[reason]), (0, 2), "{bad}");
    }
}

#[test]
fn what_is_no_batch_is_refused() {
    let table = [
        ("", b"not json".to_vec(), "the body is not JSON"),
        ("", br#"{"api_key":"phc_a","batch":[]}"#.to_vec(), "the batch is empty"),
        ("", br#"{"api_key":"phc_a","batch":7}"#.to_vec(), "`batch` is no list"),
        ("content-encoding: gzip\r\n", b"{}".to_vec(), "the body is not gzip"),
        ("content-encoding: br\r\n", b"{}".to_vec(), "the content encoding is not supported"),
    ];
    let sandbox = sandbox();
    for (headers, body, reason) in table {
        let answer = post_bytes(&sandbox, "/batch/", headers, &body);
        assert_eq!((answer.status, answer.body.as_str()), (400, reason));
    }
}

#[test]
fn only_project_keys_are_taken_and_one_per_batch() {
    let event = json!({"event": "a", "distinct_id": "u"});
    let of_key = |key: &Value| json!({"api_key": key, "batch": [event]});
    let table = [
        (of_key(&json!("phc_a")), 200),
        (json!({"token": "phc_a", "batch": [event]}), 200),
        (json!([{"event": "a", "distinct_id": "u", "properties": {"token": "phc_a"}}]), 200),
        (of_key(&Value::Null), 401),
        (of_key(&json!("")), 401),
        (of_key(&json!("phx_a")), 401),
        (of_key(&json!("abc")), 401),
        (json!({"api_key": "phc_a", "batch": [{"event": "a", "distinct_id": "u", "token": "phc_a"}]}), 200),
        (json!({"api_key": "phc_a", "batch": [{"event": "a", "distinct_id": "u", "api_key": "phc_b"}]}), 401),
        (json!({"api_key": "phc_a", "batch": [{"event": "a", "distinct_id": "u", "properties": {"token": "b"}}]}), 401),
    ];
    let sandbox = sandbox();
    for (body, status) in table {
        assert_eq!(post(&sandbox, "/batch/", "", &body).status, status, "{body}");
    }
}

#[test]
fn a_packed_batch_is_unpacked_and_both_sizes_are_known() {
    let sandbox = sandbox();
    let body =
        batch(&json!([{"event": "a", "distinct_id": "u", "properties": {"text": "x".repeat(1000)}}])).to_string();
    let packed = gzip(body.as_bytes());
    assert_eq!(post_bytes(&sandbox, "/batch/", "content-encoding: gzip\r\n", &packed).status, 200);
    assert_eq!(post_bytes(&sandbox, "/batch/?compression=gzip", "", &packed).status, 200);
    let received = &sandbox.received(Vendor::PostHog)[0];
    assert_eq!((received.wire_bytes, received.body_bytes), (packed.len(), body.len()));
    assert_eq!(sandbox.requests(Vendor::PostHog)[0].body, body.as_bytes());
}

#[test]
fn a_body_over_20_mib_is_too_large() {
    let sandbox = sandbox();
    let limit = 20 * 1024 * 1024;
    assert_eq!(post_bytes(&sandbox, "/batch/", "", &vec![b'{'; limit]).status, 400);
    assert_eq!(post_bytes(&sandbox, "/batch/", "", &vec![b' '; limit + 1]).status, 413);
    assert_eq!(post_bytes(&sandbox, "/capture/", "", &vec![b' '; 2 * 1024 * 1024 + 1]).status, 413);
    // Members of a gzip file follow each other, and unpack to one text.
    let bomb = gzip(&vec![b' '; 1024 * 1024]).repeat(33);
    assert_eq!(post_bytes(&sandbox, "/batch/", "content-encoding: gzip\r\n", &bomb).status, 413);
}

#[test]
fn events_before_one_that_is_too_large_are_in() {
    let sandbox = sandbox();
    let large = json!({"event": "large", "distinct_id": "u", "properties": {"text": "x".repeat(1_000_000)}});
    let small = |name: &str| json!({"event": name, "distinct_id": "u"});
    let answer = post(&sandbox, "/batch/", "", &batch(&json!([small("a"), large, small("b")])));
    assert_eq!(answer.status, 413);
    assert_eq!(sandbox.summary(Vendor::PostHog).events, [("a".to_owned(), 1)].into());
}

#[test]
fn a_uuid_is_counted_once() {
    let sandbox = sandbox();
    let event = json!({"event": "a", "distinct_id": "u", "uuid": UUID});
    let upper = json!({"event": "a", "distinct_id": "u", "uuid": UUID.to_uppercase()});
    let without = json!({"event": "a", "distinct_id": "u"});
    for event in [&event, &event, &upper, &without, &without] {
        capture(&sandbox, event);
    }
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((summary.distinct, summary.repeated, summary.count("a")), (3, 2, 3));
    let verdicts: Vec<_> = sandbox.messages(Vendor::PostHog).into_iter().map(|message| message.verdict).collect();
    assert_eq!(verdicts[..3], [Verdict::Accepted, Verdict::Repeated, Verdict::Repeated]);
}

#[test]
fn a_single_event_is_read_on_its_own_paths() {
    let sandbox = sandbox();
    let event = json!({
        "api_key": "phc_a", "event": "a", "distinct_id": "u", "uuid": UUID,
        "timestamp": "2026-01-02T03:04:05.678Z", "properties": {"x": 1},
    });
    assert_eq!(post(&sandbox, "/i/v0/e/", "", &event).status, 200);
    let received = sandbox.received(Vendor::PostHog).remove(0);
    assert_eq!((received.kind, received.name.as_str(), received.distinct_id.as_deref()), (Kind::Event, "a", Some("u")));
    assert_eq!((received.id.as_deref(), received.time_ms), (Some(UUID), Some(1_767_323_045_678)));
    assert_eq!((received.properties, received.item), (json!({"x": 1}), event));
}

#[test]
fn special_events_change_persons_and_groups() {
    let sandbox = sandbox();
    let events = [
        json!({"event": "$set", "distinct_id": "u", "properties": {"$set": {"plan": "free"}, "$set_once": {"first": 1}}}),
        json!({"event": "bought", "distinct_id": "u", "properties": {"$set": {"plan": "pro"}, "$set_once": {"first": 2}}}),
        json!({"event": "seen", "distinct_id": "anon", "properties": {"$set": {"country": "DE"}}}),
        json!({"event": "$identify", "distinct_id": "u", "properties": {"$anon_distinct_id": "anon"}}),
        json!({"event": "$create_alias", "distinct_id": "u", "properties": {"distinct_id": "u", "alias": "mail"}}),
        json!({"event": "$set", "distinct_id": "legacy", "$set": {"top": true}}),
        json!({"event": "$set", "distinct_id": "legacy", "properties": {"$set": {"old": 1, "older": 2}}}),
        json!({"event": "$set", "distinct_id": "legacy", "properties": {"$unset": ["old"]}}),
        json!({"event": "$set", "distinct_id": "legacy", "properties": {"$unset": {"older": 1}}}),
        json!({"event": "quiet", "distinct_id": "v", "properties": {"$process_person_profile": false, "$set": {"a": 1}}}),
        json!({"event": "$groupidentify", "distinct_id": "$company_acme",
            "properties": {"$group_type": "company", "$group_key": "acme", "$group_set": {"seats": 5}}}),
    ];
    for event in &events {
        capture(&sandbox, event);
    }
    let summary = sandbox.summary(Vendor::PostHog);
    let people = json!({"u": {"plan": "pro", "first": 1, "country": "DE"}, "legacy": {"top": true}});
    assert_eq!(json!(summary.people), people);
    assert_eq!(json!(summary.groups[&("company".to_owned(), "acme".to_owned())]), json!({"seats": 5}));
    let aliases = [("anon", "u"), ("mail", "u")].map(|(from, into)| (from.to_owned(), into.to_owned()));
    assert_eq!(summary.aliases, aliases.into());
    assert_eq!(summary.events, ["bought", "quiet", "seen"].map(|name| (name.to_owned(), 1)).into());
}

#[test]
fn ids_that_stand_for_nobody_make_no_person() {
    let long = "x".repeat(201);
    let sandbox = sandbox();
    for id in ["anonymous", "NULL", "0", "[object Object]", long.as_str()] {
        capture(&sandbox, &json!({"event": "a", "distinct_id": id, "properties": {"$set": {"a": 1}}}));
    }
    capture(&sandbox, &json!({"event": "$identify", "distinct_id": "u", "properties": {"$anon_distinct_id": "guest"}}));
    let received = sandbox.received(Vendor::PostHog);
    assert_eq!(received.len(), 6);
    assert!(received.iter().all(|event| event.notes[0].starts_with("ignored for person merge: ")), "{received:?}");
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((json!(summary.people), summary.aliases.len()), (json!({"u": {}}), 0));
}

#[test]
fn a_clock_that_is_off_is_noted() {
    let sandbox = sandbox();
    let event = json!({"event": "a", "distinct_id": "u", "timestamp": "2020-01-01T00:00:00Z"});
    let steady = json!({"event": "b", "distinct_id": "u", "timestamp": "2020-01-01T00:00:00Z",
        "properties": {"$ignore_sent_at": true}});
    let odd = json!({"event": "c", "distinct_id": "u", "timestamp": "yesterday"});
    let body = json!({"api_key": "phc_a", "sent_at": "2020-01-01T00:00:01Z", "batch": [event, steady, odd]});
    assert_eq!(post(&sandbox, "/batch/", "", &body).status, 200);
    let notes: Vec<_> = sandbox.received(Vendor::PostHog).into_iter().map(|received| received.notes).collect();
    assert!(notes[0][0].starts_with("`sent_at` is off by "), "{notes:?}");
    assert_eq!(notes[1], [""; 0]);
    assert_eq!(notes[2], ["`timestamp` is not understood: the time of arrival is used"]);
}
