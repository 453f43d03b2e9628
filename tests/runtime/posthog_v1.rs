//! PostHog's version 1: whole requests, attempts, and results of single events.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Builder, Client, LossReason, Options, PostHog, PostHogApi, Sensitivity, Timestamp, TroubleKind};
use taxogen_sandbox::{Fault, RecordedRequest, Sandbox, Vendor};

use crate::shop::{Company, OrderPlaced, Person};
use crate::vendors::{LONG, Numbered, Plain, counts, listen, numbers, schema};

const PATH: &str = "/i/v1/analytics/events";

fn posthog(sandbox: &Sandbox) -> PostHog {
    PostHog::new("phc_sandbox").host(sandbox.posthog_url()).api(PostHogApi::V1)
}

fn to_v1(sandbox: &Sandbox) -> Builder {
    Client::builder().to(posthog(sandbox))
}

/// A client that has captured so many numbered events and been shut down.
fn sent(sandbox: &Sandbox, events: i64) -> (taxogen::Report, Vec<String>) {
    let (builder, losses) = listen(to_v1(sandbox));
    let client = builder.build().unwrap();
    for number in 1..=events {
        client.user("u").capture(Numbered(number));
    }
    let report = client.shutdown(LONG);
    let mut details: Vec<_> = losses.lock().unwrap().iter().map(|loss| loss.2.clone()).collect();
    details.sort();
    (report, details)
}

fn uuids(request: &RecordedRequest) -> Vec<String> {
    let body = request.json();
    let events = body["batch"].as_array().unwrap();
    events.iter().map(|event| event["uuid"].as_str().unwrap().to_owned()).collect()
}

fn headers<'a>(requests: &'a [RecordedRequest], name: &str) -> Vec<&'a str> {
    requests.iter().map(|request| request.header(name).expect("every header is there")).collect()
}

#[test]
fn a_request_has_seven_headers_and_no_key_in_its_body() {
    const OLD: Plain = Plain(const { &schema("Order Seen") }, |properties| {
        properties.internal("$session_id", "s1");
        properties.internal("$product_tour_id", "tour");
        properties.internal("$cookieless_mode", "yes?");
        properties.internal("items", &vec![1, 2]);
        properties.set().internal("country", "DE");
    });
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder().to(posthog(&sandbox).historical_migration(true)).build().unwrap();
    let user = client.user("u1");
    let time = Timestamp::from_unix_millis(1_262_304_000_123);
    user.capture_with(OLD, &Options::new().at(time).process_person_profile(false).ignore_sent_at(true));
    user.group(Company { key: "acme", employees: 12 });
    assert!(client.shutdown(LONG).is_complete());

    let request = sandbox.requests(Vendor::PostHog).remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("POST", PATH, ""));
    let version = concat!("taxogen/", env!("CARGO_PKG_VERSION"));
    let mut body = request.json();
    let ids: Vec<_> = uuids(&request);
    for (name, value) in [
        ("authorization", "Bearer phc_sandbox"),
        ("content-type", "application/json"),
        ("user-agent", version),
        ("posthog-sdk-info", version),
        ("posthog-attempt", "1"),
        ("posthog-request-timestamp", body["created_at"].as_str().unwrap()),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    assert_eq!(request.header("posthog-request-id").unwrap().len(), 36);
    assert!(Timestamp::parse(body["created_at"].take().as_str().unwrap()).is_ok());
    let now = body["batch"][1]["timestamp"].take();
    assert!(Timestamp::parse(now.as_str().unwrap()).is_ok());
    assert_eq!(
        body,
        json!({"created_at": null, "historical_migration": true, "batch": [
            {"uuid": ids[0], "timestamp": "2010-01-01T00:00:00.123Z", "event": "Order Seen", "distinct_id": "u1",
                "session_id": "s1",
                "options": {"disable_skew_correction": true, "process_person_profile": false, "product_tour_id": "tour"},
                "properties": {"$is_server": true, "$geoip_disable": true, "items": [1, 2], "$set": {"country": "DE"}}},
            {"uuid": ids[1], "timestamp": null, "event": "$groupidentify", "distinct_id": "$company_acme",
                "options": {},
                "properties": {"$is_server": true, "$geoip_disable": true, "$group_type": "company",
                    "$group_key": "acme", "$group_set": {"employees": 12}}},
        ]})
    );
}

#[test]
fn version_0_says_historical_migration_and_packs_nothing_when_told() {
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new("phc_sandbox").host(sandbox.posthog_url());
    let posthog = posthog.historical_migration(true).encoding(taxogen::Encoding::None);
    let client = Client::builder().to(posthog).build().unwrap();
    for number in 1..=20 {
        client.user("u").capture(Numbered(number));
    }
    assert!(client.shutdown(LONG).is_complete());
    let request = sandbox.requests(Vendor::PostHog).remove(0);
    let mut body = request.json();
    body["batch"].take();
    assert!(Timestamp::parse(body["sent_at"].take().as_str().unwrap()).is_ok());
    assert_eq!(body, json!({"api_key": "phc_sandbox", "historical_migration": true, "sent_at": null, "batch": null}));
    assert_eq!((request.header("content-encoding"), request.wire_bytes), (None, request.body.len()));
}

#[test]
fn every_verb_is_taken() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder().to(posthog(&sandbox).allow(Sensitivity::Personal)).build().unwrap();
    let user = client.user("u").with_anonymous_id("anon");
    user.identify(Person { country: Some("DE"), signed_up: Some("2026-01-01") });
    user.capture(OrderPlaced::new("tea", 2, 3.5));
    user.page(Numbered(1));
    user.screen(Numbered(2));
    user.unset(&["country"]);
    user.group(Company { key: "acme", employees: 12 });
    user.alias("old");
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (7, 0, vec![]));
    let mut received = sandbox.received(Vendor::PostHog);
    received.retain(|received| received.notes.is_empty() && received.properties["$lib"] == "taxogen");
    let names: Vec<_> = received.iter().map(|received| received.name.as_str()).collect();
    assert_eq!(
        names,
        ["$identify", OrderPlaced::NAME, "$pageview", "$screen", "$set", "$groupidentify", "$create_alias"]
    );
}

#[test]
fn attempts_count_and_the_request_stays_the_same() {
    let sandbox = Sandbox::start().unwrap();
    for fault in [Fault::status(503), Fault::CutAfter, Fault::EmptyAnswer] {
        sandbox.fault(Vendor::PostHog, fault);
    }
    let (report, _) = sent(&sandbox, 3);
    assert_eq!(counts(&report), (3, 0, vec![]));
    let requests = sandbox.requests(Vendor::PostHog);
    assert_eq!(headers(&requests, "posthog-attempt"), ["1", "2", "3", "4"]);
    let same: BTreeSet<_> = headers(&requests, "posthog-request-id").into_iter().collect();
    assert_eq!(same.len(), 1);
    assert!(requests.iter().all(|request| request.body == requests[0].body), "ids, times and `created_at` stay");
    let times = headers(&requests, "posthog-request-timestamp");
    assert!(times.is_sorted() && times[0] < times[3], "{times:?}");
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((summary.distinct, summary.repeated), (3, 3));

    // What is sent next is another request.
    sent(&sandbox, 1);
    let next = sandbox.requests(Vendor::PostHog).remove(4);
    assert_eq!(next.header("posthog-attempt"), Some("1"));
    assert!(!same.contains(next.header("posthog-request-id").unwrap()));
}

#[test]
fn only_what_is_asked_for_goes_again() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::results(&["ok", "retry", "drop", "warning", "retry", "limited", "ok"]));
    sandbox.fault(Vendor::PostHog, Fault::results(&["retry", "ok"]));
    let (report, details) = sent(&sandbox, 7);
    assert_eq!(counts(&report), (5, 0, vec![(LossReason::Rejected, 2)]));
    assert_eq!(details, ["over a limit of the project", "posthog dropped it"]);
    assert_eq!(numbers(&sandbox, Vendor::PostHog), [1, 4, 7, 5, 2]);

    let requests = sandbox.requests(Vendor::PostHog);
    let all = uuids(&requests[0]);
    assert_eq!(all.len(), 7);
    assert_eq!(uuids(&requests[1]), [all[1].clone(), all[4].clone()]);
    assert_eq!(uuids(&requests[2]), [all[1].clone()]);
    assert_eq!(headers(&requests, "posthog-attempt"), ["1", "2", "3"]);
    let bodies: Vec<Value> = requests.iter().map(RecordedRequest::json).collect();
    for (request, body) in requests.iter().zip(&bodies).skip(1) {
        assert_eq!(request.header("posthog-request-id"), requests[0].header("posthog-request-id"));
        assert_eq!(body["created_at"], bodies[0]["created_at"]);
    }
    assert_eq!(bodies[2]["batch"][0], bodies[0]["batch"][1]);
    // PostHog asks for a second.
    assert!(requests[1].since_start >= requests[0].since_start + Duration::from_secs(1));
    assert_eq!(sandbox.summary(Vendor::PostHog).repeated, 0);
}

#[test]
fn what_the_answer_does_not_settle_is_told_and_not_sent_again() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::results(&["ok", "", "parked"]));
    let (report, details) = sent(&sandbox, 3);
    assert_eq!(counts(&report), (1, 0, vec![(LossReason::Rejected, 2)]));
    assert_eq!(
        details,
        ["posthog answered with a result that is not known, `parked`", "posthog's answer says nothing of it"]
    );
    assert_eq!(sandbox.requests(Vendor::PostHog).len(), 1);
}

#[test]
fn a_queue_that_fails_in_the_middle_loses_and_repeats_nothing() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::Partial { accepted: 60 });
    let (report, _) = sent(&sandbox, 100);
    assert_eq!(counts(&report), (100, 0, vec![]));
    assert!(numbers(&sandbox, Vendor::PostHog).into_iter().eq(1..=100));
    assert_eq!(sandbox.summary(Vendor::PostHog).repeated, 0);
}

#[test]
fn a_project_over_its_billing_limit_is_told_with_the_remedy() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::QuotaLimited);
    let (report, details) = sent(&sandbox, 2);
    assert_eq!(counts(&report), (0, 0, vec![(LossReason::Refused, 2)]));
    assert_eq!(
        details,
        ["status 402: billing limit exceeded (over the billing limit of the project: raise it in posthog's settings, \
          or send less)"]
    );
}

#[test]
fn a_posthog_without_version_1_pauses_and_says_what_to_do() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(404));
    let told = Arc::<Mutex<Vec<_>>>::default();
    let hear = Arc::clone(&told);
    let hook = move |trouble: &taxogen::Trouble| hear.lock().unwrap().push((trouble.kind, trouble.to_string()));
    let client = to_v1(&sandbox).on_trouble(hook).build().unwrap();
    client.user("u").capture(Numbered(1));
    assert!(client.flush(LONG).is_err());
    assert_eq!(counts(&client.report()), (0, 1, vec![]));
    let sentence = "delivery to posthog is paused: status 404: scripted 404 (this posthog has no \
                    `/i/v1/analytics/events`: use `PostHogApi::V0`, or give the deployment a sink for version 1)";
    assert_eq!(*told.lock().unwrap(), [(TroubleKind::Paused, sentence.to_owned())]);
    // As soon as it has one, the event arrives.
    client.flush(LONG).unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![]));
    assert_eq!(numbers(&sandbox, Vendor::PostHog), [1]);
}

#[test]
fn halves_of_a_batch_are_requests_of_their_own() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(413));
    let (report, _) = sent(&sandbox, 2);
    assert_eq!(counts(&report), (2, 0, vec![]));
    let requests = sandbox.requests(Vendor::PostHog);
    assert_eq!(headers(&requests, "posthog-attempt"), ["1", "1", "1"]);
    let ids: BTreeSet<_> = headers(&requests, "posthog-request-id").into_iter().collect();
    assert_eq!(ids.len(), 3);
    assert_eq!([uuids(&requests[1]), uuids(&requests[2])].concat(), uuids(&requests[0]));
}
