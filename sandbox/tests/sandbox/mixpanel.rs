use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use taxogen_sandbox::{Kind, Sandbox, Vendor, Verdict};

use crate::client::{Client, gzip, post, post_bytes, sandbox};

/// `token:`.
const TOKEN: &str = "authorization: Basic dG9rZW46\r\n";
const IMPORT: &str = "/import?strict=1";

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the clock is after 1970")
}

/// A good event with some properties replaced; null takes one away.
fn event(changes: &Value) -> Value {
    let mut properties = Map::new();
    properties.insert("token".to_owned(), json!("t"));
    properties.insert("time".to_owned(), json!(now().as_secs()));
    properties.insert("distinct_id".to_owned(), json!("u"));
    properties.insert("$insert_id".to_owned(), json!("01a1fab0-76fb-7147-9f75-9919275ee428"));
    for (name, value) in changes.as_object().into_iter().flatten() {
        properties.insert(name.clone(), value.clone());
        if value.is_null() {
            properties.remove(name);
        }
    }
    json!({"event": "a", "properties": properties})
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!({"in": inner}))
}

fn wide(width: usize) -> Value {
    (0..width).map(|number| (number.to_string(), json!(number))).collect::<Map<_, _>>().into()
}

#[test]
fn a_flaw_fails_its_record_and_only_that() {
    let hour = now().as_secs() + 3600;
    let table = [
        (json!(7), "", "the record is no object"),
        (json!({"event": "", "properties": {}}), "event", "is missing or empty"),
        (json!({"properties": {}}), "event", "is missing or empty"),
        (json!({"event": "a"}), "properties", "is missing or no object"),
        (event(&json!({"time": null})), "properties.time", "is required"),
        (
            event(&json!({"time": "2026-01-01"})),
            "properties.time",
            "must be a number of seconds or milliseconds since 1970",
        ),
        (event(&json!({"time": 31_535_999})), "properties.time", "must be after 1971-01-01"),
        (event(&json!({"time": hour + 60})), "properties.time", "must not be more than an hour in the future"),
        (event(&json!({"time": (hour + 60) * 1000})), "properties.time", "must not be more than an hour in the future"),
        (event(&json!({"distinct_id": null})), "properties.distinct_id", "is required; an empty text means nobody"),
        (event(&json!({"distinct_id": 7})), "properties.distinct_id", "must be text"),
        (event(&json!({"distinct_id": "Anonymous"})), "properties.distinct_id", "stands for nobody in particular"),
        (
            event(&json!({"distinct_id": "00000000-0000-0000-0000-000000000000"})),
            "properties.distinct_id",
            "stands for nobody in particular",
        ),
        (event(&json!({"$user_id": "NULL"})), "properties.$user_id", "stands for nobody in particular"),
        (event(&json!({"$device_id": "0"})), "properties.$device_id", "stands for nobody in particular"),
        (event(&json!({"$device_id": 7})), "properties.$device_id", "must be text"),
        (event(&json!({"$insert_id": null})), "properties.$insert_id", "is required"),
        (event(&json!({"$insert_id": "x".repeat(37)})), "properties.$insert_id", "must have 1 to 36 bytes"),
        (event(&json!({"$insert_id": "a_b"})), "properties.$insert_id", "may hold letters, digits and `-` only"),
        (event(&json!({"$insert_id": "undefined"})), "properties.$insert_id", "is a banned value"),
        (event(&wide(251)), "properties", "must hold fewer than 255 properties"),
        (event(&json!({"x": wide(255)})), "properties", "must not hold an object of 255 keys or more"),
        (event(&json!({"x": vec![0; 255]})), "properties", "must not hold a list of 255 elements or more"),
        (event(&json!({"x": nested(4)})), "properties", "must not nest deeper than 3 levels"),
        (event(&json!({"x": "x".repeat(1024 * 1024)})), "", "the record is larger than 1 MB"),
    ];
    for (bad, field, message) in table {
        let sandbox = sandbox();
        let answer = post(&sandbox, IMPORT, TOKEN, &json!([event(&json!({})), bad]));
        let insert_id = bad["properties"]["$insert_id"].as_str().unwrap_or_default();
        let expected = json!({
            "code": 400,
            "error": "some data points in the request failed validation",
            "failed_records": [{"index": 1, "$insert_id": insert_id, "field": field, "message": message}],
            "num_records_imported": 1,
            "status": "Bad Request",
        });
        assert_eq!((answer.status, answer.json()), (400, expected), "{field} {message}");
        let summary = sandbox.summary(Vendor::Mixpanel);
        assert_eq!((summary.distinct, summary.rejected.values().sum::<u64>()), (1, 1), "{message}");
        // Without `strict` the same record is dropped, and nobody is told.
        let answer = post(&sandbox, "/import", TOKEN, &json!([bad]));
        assert_eq!(answer.json(), json!({"code": 200, "num_records_imported": 1, "status": "OK"}));
        assert_eq!(sandbox.summary(Vendor::Mixpanel).dropped.values().sum::<u64>(), 1);
    }
}

#[test]
fn what_just_fits_is_imported() {
    let millis = u64::try_from(now().as_millis()).expect("a time of this age");
    let table = [
        json!({"time": 31_536_001}),
        json!({"time": millis}),
        json!({"time": 1_795_207_231.486_398}),
        json!({"distinct_id": ""}),
        json!({"distinct_id": null, "$user_id": "u"}),
        json!({"distinct_id": null, "$device_id": "d"}),
        json!({"$insert_id": "a"}),
        wide(250),
        json!({"x": wide(254)}),
        json!({"x": vec![0; 254]}),
        json!({"x": nested(3)}),
    ];
    let sandbox = sandbox();
    for changes in table {
        // A fixed time that is ahead of a slow clock would be refused for the clock alone.
        let event = event(&changes);
        if event["properties"]["time"].as_f64().is_some_and(|time| time < 1e11 && time > now().as_secs_f64()) {
            continue;
        }
        let answer = post(&sandbox, IMPORT, TOKEN, &json!([event]));
        assert_eq!(answer.json(), json!({"code": 200, "num_records_imported": 1, "status": "OK"}), "{changes}");
    }
}

#[test]
fn a_whole_request_can_be_refused() {
    let many = |count: usize| json!(vec![event(&json!({})); count]).to_string().into_bytes();
    let large = |size: usize| vec![b' '; size];
    let service = "authorization: Basic dXNlcjpzZWNyZXQ=\r\n";
    let table = [
        ("", IMPORT, many(1), 401, "Invalid credentials"),
        ("authorization: Basic Og==\r\n", IMPORT, many(1), 401, "Invalid credentials"),
        (service, IMPORT, many(1), 401, "a service account needs `project_id` in the query"),
        (TOKEN, IMPORT, b"{}".to_vec(), 400, "the body is no JSON array of events"),
        (TOKEN, IMPORT, b"[]".to_vec(), 400, "a request holds 1 to 2000 events"),
        (TOKEN, IMPORT, many(2001), 400, "a request holds 1 to 2000 events"),
        (TOKEN, IMPORT, large(2 * 1024 * 1024), 400, "the body is no JSON array of events"),
        (TOKEN, IMPORT, large(2 * 1024 * 1024 + 1), 413, "request exceeds max limit of 2097152 bytes"),
    ];
    let sandbox = sandbox();
    for (headers, target, body, status, error) in table {
        let answer = post_bytes(&sandbox, target, headers, &body);
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)));
    }
    let packed = gzip(&large(2 * 1024 * 1024 + 1));
    let headers = format!("{TOKEN}content-encoding: gzip\r\n");
    assert_eq!(post_bytes(&sandbox, IMPORT, &headers, &packed).status, 413, "the limit is on the unpacked body");
    assert_eq!(post_bytes(&sandbox, IMPORT, &headers, &many(1)).status, 400, "no gzip");
    assert_eq!(post_bytes(&sandbox, IMPORT, &headers, &gzip(&many(2000))).status, 200);
    assert_eq!(post_bytes(&sandbox, "/import?strict=1&project_id=7", service, &many(1)).status, 200);
}

#[test]
fn lines_of_json_are_a_batch_too() {
    let sandbox = sandbox();
    let lines = format!("{}\n\n{}\n", event(&json!({})), event(&json!({"$insert_id": "b"})));
    let headers = format!("content-type: application/x-ndjson\r\n{TOKEN}");
    let answer = Client::connect(&sandbox).send("POST /import?strict=1", &headers, lines.as_bytes());
    assert_eq!(answer.map(|answer| answer.status), Some(200));
    assert_eq!(sandbox.summary(Vendor::Mixpanel).distinct, 2);
}

#[test]
fn an_event_is_the_same_where_four_fields_are() {
    let sandbox = sandbox();
    let time = now().as_secs() - 60;
    let first = event(&json!({"time": time}));
    let mut renamed = first.clone();
    renamed["event"] = json!("b");
    let events = [
        first.clone(),
        first,
        event(&json!({"time": time, "x": 1})),
        event(&json!({"time": time * 1000})),
        event(&json!({"time": time + 1})),
        event(&json!({"time": time, "distinct_id": "v"})),
        event(&json!({"time": time, "$insert_id": "other"})),
        renamed,
    ];
    assert_eq!(post(&sandbox, IMPORT, TOKEN, &json!(events)).status, 200);
    let summary = sandbox.summary(Vendor::Mixpanel);
    assert_eq!((summary.distinct, summary.repeated), (5, 3));
}

#[test]
fn long_texts_are_cut_without_a_word() {
    let sandbox = sandbox();
    let long = "é".repeat(300);
    let sent = event(&json!({"text": long, "list": [{"text": long}], "fits": "é".repeat(127)}));
    assert_eq!(post(&sandbox, IMPORT, TOKEN, &json!([sent])).status, 200);
    let received = sandbox.received(Vendor::Mixpanel).remove(0);
    let cut = "é".repeat(127);
    assert_eq!(received.properties["text"], json!(cut));
    assert_eq!(received.properties["list"], json!([{"text": cut}]));
    assert_eq!(received.notes, ["a text of 600 bytes was cut to 255"; 2]);
    assert_eq!(received.item, sent);
}

#[test]
fn track_wants_a_token_and_takes_five_days() {
    let table = [
        (event(&json!({})), "1", Verdict::Accepted),
        (event(&json!({"time": null, "$insert_id": null})), "1", Verdict::Accepted),
        (event(&json!({"token": ""})), "0", Verdict::Rejected("`properties.token` is missing or empty".to_owned())),
        (
            event(&json!({"time": now().as_secs() - 6 * 24 * 3600})),
            "1",
            Verdict::Dropped("older than 5 days".to_owned()),
        ),
    ];
    for (event, body, verdict) in table {
        let sandbox = sandbox();
        let answer = post(&sandbox, "/track", "", &json!([event]));
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{event}");
        assert_eq!(sandbox.messages(Vendor::Mixpanel)[0].verdict, verdict);
    }
}

#[test]
fn who_is_named_with_a_device_was_that_device() {
    let sandbox = sandbox();
    let profile = |id: &str, values: Value| json!([{"$token": "t", "$distinct_id": id, "$set": values}]);
    let import = |changes: Value| {
        assert_eq!(post(&sandbox, IMPORT, TOKEN, &json!([event(&changes)])).status, 200);
        sandbox.received(Vendor::Mixpanel).pop().and_then(|received| received.distinct_id)
    };
    let seen = import(json!({"distinct_id": "$device:d", "$device_id": "d", "$insert_id": "a"}));
    assert_eq!(seen.as_deref(), Some("$device:d"));
    assert_eq!(import(json!({"distinct_id": null, "$device_id": "d", "$insert_id": "b"})), seen);
    engage(&sandbox, "/engage", &profile("$device:d", json!({"a": 1})));
    engage(&sandbox, "/engage", &profile("u", json!({"b": 1})));
    let known = import(json!({"distinct_id": "u", "$device_id": "d", "$user_id": "u", "$insert_id": "c"}));
    assert_eq!(known.as_deref(), Some("u"));
    engage(&sandbox, "/engage", &profile("$device:d", json!({"c": 1})));
    assert_eq!(json!(sandbox.summary(Vendor::Mixpanel).people), json!({"u": {"a": 1, "b": 1, "c": 1}}));
}

fn engage(sandbox: &Sandbox, path: &str, body: &Value) -> Value {
    let answer = post(sandbox, &format!("{path}?verbose=1"), "", body);
    assert_eq!(answer.status, 200);
    answer.json()
}

#[test]
fn profiles_answer_200_whatever_happens() {
    let wrong = "an update holds exactly one of `$set`, `$set_once`, `$add` and their like";
    let nobody = "the id is missing, empty or stands for nobody in particular";
    let table = [
        ("/engage", json!({"$distinct_id": "u", "$set": {}}), "`$token` is missing or empty"),
        ("/engage", json!({"$token": "t", "$set": {}}), nobody),
        ("/engage", json!({"$token": "t", "$distinct_id": "null", "$set": {}}), nobody),
        ("/engage", json!({"$token": "t", "$distinct_id": "u"}), wrong),
        ("/engage", json!({"$token": "t", "$distinct_id": "u", "$set": {}, "$set_once": {}}), wrong),
        (
            "/engage",
            json!({"$token": "t", "$distinct_id": "u", "$set": 7}),
            "the values of the operation have the wrong shape",
        ),
        (
            "/engage",
            json!({"$token": "t", "$distinct_id": "u", "$unset": ["a", 7]}),
            "the values of the operation have the wrong shape",
        ),
        ("/groups", json!({"$token": "t", "$group_id": "acme", "$set": {}}), "`$group_key` is missing or empty"),
        ("/engage", json!("text"), "`data` is no JSON, or holds not 1 to 2000 updates"),
        (
            "/engage",
            json!(vec![json!({"$token": "t", "$distinct_id": "u", "$set": {}}); 2001]),
            "`data` is no JSON, or holds not 1 to 2000 updates",
        ),
    ];
    let sandbox = sandbox();
    for (path, update, error) in table {
        assert_eq!(engage(&sandbox, path, &update), json!({"error": error, "status": 0}));
        assert_eq!(post(&sandbox, path, "", &update).body, "0");
    }
    let good = json!([{"$token": "t", "$distinct_id": "u", "$set": {"plan": "pro"}}]);
    assert_eq!(engage(&sandbox, "/engage", &good), json!({"error": null, "status": 1}));
    assert_eq!(post(&sandbox, "/engage", "", &good).body, "1");
}

#[test]
fn a_packed_profile_is_garbage() {
    let sandbox = sandbox();
    let packed = gzip(br#"[{"$token":"t","$distinct_id":"u","$set":{"plan":"pro"}}]"#);
    for path in ["/engage", "/groups"] {
        let answer = post_bytes(&sandbox, path, "content-encoding: gzip\r\n", &packed);
        assert_eq!((answer.status, answer.body.as_str()), (200, "0"));
    }
    assert_eq!(sandbox.summary(Vendor::Mixpanel).distinct, 0);
}

#[test]
fn profiles_change_persons_and_groups() {
    let sandbox = sandbox();
    let updates = json!([
        {"$token": "t", "$distinct_id": "u", "$set": {"plan": "free", "old": 1}},
        {"$token": "t", "$distinct_id": "u", "$set_once": {"plan": "pro", "first": 1}},
        {"$token": "t", "$distinct_id": "u", "$add": {"visits": 2}},
        {"$token": "t", "$distinct_id": "u", "$unset": ["old"]},
        {"$token": "t", "$distinct_id": "v", "$set": {"a": 1}},
        {"$token": "t", "$distinct_id": "v", "$delete": ""},
    ]);
    assert_eq!(engage(&sandbox, "/engage", &updates)["status"], 1);
    let group = json!({"$token": "t", "$group_key": "company", "$group_id": "acme", "$set": {"seats": 5}});
    assert_eq!(engage(&sandbox, "/groups", &group)["status"], 1);
    let alias = event(&json!({"alias": "anon", "$insert_id": "x"}));
    let alias = json!({"event": "$create_alias", "properties": alias["properties"]});
    assert_eq!(post(&sandbox, IMPORT, TOKEN, &json!([alias])).status, 200);
    let summary = sandbox.summary(Vendor::Mixpanel);
    assert_eq!(json!(summary.people), json!({"u": {"plan": "free", "first": 1, "visits": 2}}));
    assert_eq!(json!(summary.groups[&("company".to_owned(), "acme".to_owned())]), json!({"seats": 5}));
    assert_eq!(summary.aliases, [("anon".to_owned(), "u".to_owned())].into());
    let kinds: Vec<_> = sandbox.received(Vendor::Mixpanel).into_iter().map(|received| received.kind).collect();
    assert_eq!(kinds[5..], [Kind::Person, Kind::Group, Kind::Alias]);
}
