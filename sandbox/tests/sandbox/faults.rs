use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen_sandbox::{Fault, Sandbox, Vendor, Verdict};

use crate::client::{Answer, Client, post, sandbox};

const TOKEN: &str = "authorization: Basic dG9rZW46\r\n";

fn messages(vendor: Vendor, count: usize) -> (&'static str, Value) {
    let ids = 0..count;
    match vendor {
        Vendor::PostHog => {
            let event =
                |n| json!({"event": "a", "distinct_id": "u", "uuid": format!("00000000-0000-4000-8000-{n:012}")});
            ("/batch/", json!({"api_key": "phc_a", "batch": ids.map(event).collect::<Vec<_>>()}))
        }
        Vendor::Segment => {
            let event = |n| json!({"type": "track", "event": "a", "userId": "u", "messageId": format!("m{n}")});
            ("/v1/batch", json!({"writeKey": "k", "batch": ids.map(event).collect::<Vec<_>>()}))
        }
        _ => {
            let event = |n| {
                json!({"event": "a", "properties":
                {"time": 1_700_000_000, "distinct_id": "u", "$insert_id": format!("m{n}")}})
            };
            ("/import?strict=1", ids.map(event).collect())
        }
    }
}

/// Three messages; none where no answer came.
fn send(sandbox: &Sandbox, vendor: Vendor) -> Option<Answer> {
    let (target, body) = messages(vendor, 3);
    let headers = format!("content-type: application/json\r\n{TOKEN}");
    Client::connect(sandbox).send(&format!("POST {target}"), &headers, body.to_string().as_bytes())
}

#[test]
fn a_fault_says_what_is_answered_and_what_is_accepted() {
    let table = [
        (Fault::status(503), Some((503, r#"{"error":"scripted 503"}"#)), 0),
        (Fault::Html(502), Some((502, "<!doctype html><title>Please sign in</title>")), 0),
        (Fault::EmptyAnswer, Some((200, "")), 0),
        (Fault::InvalidJson, Some((200, r#"{"status": 1, "#)), 0),
        (Fault::CutBefore, None, 0),
        (Fault::CutAfter, None, 3),
    ];
    for vendor in Vendor::ALL {
        for (fault, answer, accepted) in table.clone() {
            let sandbox = sandbox();
            sandbox.fault(vendor, fault.clone());
            let got = send(&sandbox, vendor);
            assert_eq!(got.as_ref().map(|got| (got.status, got.body.as_str())), answer, "{vendor} {fault:?}");
            let summary = sandbox.summary(vendor);
            assert_eq!(summary.distinct, accepted, "{vendor} {fault:?}");
            assert_eq!(sandbox.requests(vendor)[0].status, answer.map(|(status, _)| status));
            assert_eq!(summary.unanswered, u64::from(answer.is_none()));
            assert!(summary.rejected.is_empty());
            // The next attempt meets no fault, and what was accepted is not counted again.
            assert_eq!(send(&sandbox, vendor).map(|answer| answer.status), Some(200));
            let summary = sandbox.summary(vendor);
            assert_eq!((summary.distinct, summary.repeated), (3, accepted), "{vendor} {fault:?}");
        }
    }
}

#[test]
fn an_error_hides_in_200() {
    let table = [
        (Vendor::PostHog, json!({"status": 0, "error": "scripted error"})),
        (Vendor::Segment, json!({"success": false, "message": "scripted error"})),
        (
            Vendor::Mixpanel,
            json!({"code": 200, "status": "error", "error": "scripted error", "num_records_imported": 0}),
        ),
    ];
    let sandbox = sandbox();
    for (vendor, body) in table {
        sandbox.fault(vendor, Fault::TwoHundredWithError);
        let answer = send(&sandbox, vendor).expect("an answer");
        assert_eq!((answer.status, answer.json()), (200, body));
        assert_eq!(sandbox.summary(vendor).distinct, 0);
    }
}

#[test]
fn some_messages_can_be_taken_and_others_not() {
    let sandbox = sandbox();
    for vendor in Vendor::ALL {
        sandbox.fault(vendor, Fault::Partial { accepted: 2 });
        let answer = send(&sandbox, vendor).expect("an answer");
        assert_eq!(answer.status, if vendor == Vendor::Mixpanel { 400 } else { 503 });
        assert_eq!(sandbox.summary(vendor).distinct, 2);
        if vendor == Vendor::Mixpanel {
            let failed = json!([{"index": 2, "$insert_id": "m2", "field": "",
                "message": "scripted: this record was not taken"}]);
            assert_eq!(
                (&answer.json()["failed_records"], &answer.json()["num_records_imported"]),
                (&failed, &json!(2))
            );
        }
        sandbox.fault(vendor, Fault::Partial { accepted: 3 });
        assert_eq!(send(&sandbox, vendor).map(|answer| answer.status), Some(200));
    }
}

#[test]
fn a_quota_drops_at_posthog_and_refuses_elsewhere() {
    let sandbox = sandbox();
    for vendor in Vendor::ALL {
        sandbox.fault(vendor, Fault::QuotaLimited);
        let answer = send(&sandbox, vendor).expect("an answer");
        assert_eq!(answer.status, if vendor == Vendor::PostHog { 200 } else { 429 });
        assert_eq!(sandbox.summary(vendor).distinct, 0);
    }
    assert_eq!(sandbox.summary(Vendor::PostHog).dropped["over quota"], 3);
    assert_eq!(sandbox.messages(Vendor::PostHog)[0].verdict, Verdict::Dropped("over quota".to_owned()));
}

#[test]
fn a_late_answer_was_accepted_at_once() {
    let sandbox = sandbox();
    sandbox.fault(Vendor::Segment, Fault::Delay(Duration::from_millis(300)));
    let started = Instant::now();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| send(&sandbox, Vendor::Segment));
        assert!(sandbox.wait_for(Vendor::Segment, 3, Duration::from_secs(20)));
        assert_eq!(late.join().expect("no panic").map(|answer| answer.status), Some(200));
    });
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[test]
fn an_answer_may_be_long_or_slow_or_end_before_it_is_whole() {
    for vendor in Vendor::ALL {
        let sandbox = sandbox();
        let proper = send(&sandbox, vendor).expect("an answer");
        sandbox.fault(vendor, Fault::LongAnswer(100_000));
        let long = send(&sandbox, vendor).expect("an answer");
        assert_eq!((long.body.len(), long.json()), (proper.body.len() + 100_000, proper.json()), "{vendor}");

        sandbox.fault(vendor, Fault::SlowLoris(Duration::from_millis(1)));
        let started = Instant::now();
        let slow = send(&sandbox, vendor).expect("an answer");
        let whole = u64::try_from(slow.headers.len() + slow.body.len()).expect("it is short");
        assert_eq!((slow.status, slow.json()), (200, proper.json()), "{vendor}");
        assert!(started.elapsed() >= Duration::from_millis(whole), "{vendor}");

        sandbox.fault(vendor, Fault::HalfClose);
        let mut half = Client::connect(&sandbox);
        let (target, body) = messages(vendor, 3);
        let headers = format!("content-type: application/json\r\n{TOKEN}");
        assert_eq!(half.send(&format!("POST {target}"), &headers, body.to_string().as_bytes()), None, "{vendor}");
        // It is open in the other direction.
        half.write(b"POST / HTTP/1.1\r\n");
        assert_eq!(sandbox.summary(vendor).repeated, 9, "{vendor}: all were accepted, again and again");
    }
}

#[test]
fn a_status_may_say_when_to_come_back() {
    let sandbox = sandbox();
    sandbox.fault(Vendor::Segment, Fault::status(429).with_retry_after(2));
    let date = "Sat, 21 Nov 2026 12:00:00 GMT";
    sandbox
        .fault(Vendor::Segment, Fault::Status { code: 503, body: String::new(), retry_after: Some(date.to_owned()) });
    let first = send(&sandbox, Vendor::Segment).expect("an answer");
    assert!(first.headers.contains("retry-after: 2\r\n"), "{first:?}");
    let second = send(&sandbox, Vendor::Segment).expect("an answer");
    assert!(second.headers.contains(&format!("retry-after: {date}\r\n")), "{second:?}");
}

#[test]
fn a_fault_can_wait_for_its_path_and_be_ended() {
    let sandbox = sandbox();
    sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::status(500).forever());
    let update = json!({"$token": "t", "$distinct_id": "u", "$set": {}});
    for _ in 0..3 {
        assert_eq!(send(&sandbox, Vendor::Mixpanel).map(|answer| answer.status), Some(200));
        assert_eq!(post(&sandbox, "/engage", "", &update).status, 500);
    }
    sandbox.clear_faults(Vendor::Mixpanel);
    assert_eq!(post(&sandbox, "/engage", "", &update).status, 200);
    let statuses = sandbox.summary(Vendor::Mixpanel).statuses;
    assert_eq!(statuses, [(200, 4), (500, 3)].into());
}

#[test]
fn who_watches_sees_every_request() {
    let sandbox = sandbox();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let watcher = Arc::clone(&seen);
    sandbox.on_request(move |request| watcher.lock().expect("no panic").push(request.clone()));
    sandbox.fault(Vendor::Segment, Fault::CutAfter);
    send(&sandbox, Vendor::Segment);
    send(&sandbox, Vendor::Segment);
    post(&sandbox, "/nowhere", "", &json!({}));
    let seen = seen.lock().expect("no panic");
    let told: Vec<_> = seen
        .iter()
        .map(|request| (request.path.as_str(), request.status, request.fault, request.accepted.len(), request.repeated))
        .collect();
    let expected = [
        ("/v1/batch", None, Some("cut after"), 1, 0),
        ("/v1/batch", Some(200), None, 0, 3),
        ("/nowhere", Some(404), None, 0, 0),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_cleared_vendor_begins_anew() {
    let sandbox = sandbox();
    send(&sandbox, Vendor::PostHog);
    sandbox.fault(Vendor::PostHog, Fault::Hang);
    sandbox.clear(Vendor::PostHog);
    assert_eq!(sandbox.summary(Vendor::PostHog), taxogen_sandbox::Summary::default());
    send(&sandbox, Vendor::PostHog);
    assert_eq!(sandbox.summary(Vendor::PostHog).distinct, 3);
}
