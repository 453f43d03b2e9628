//! What cannot be delivered, and what Optimizely does not take.

use std::time::Duration;

use taxogen::{
    Client, Destinations, Event, EventSchema, LossReason, Optimizely, Options, PropertyWriter, Spool, Timestamp,
};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use super::{DATAFILE, LONG, PLAN, Plain, SCHEMA, event_of, optimizely, purchase, received, send};

#[test]
fn an_event_that_the_datafile_does_not_have_is_lost_and_told_and_harms_no_other() {
    let sandbox = Sandbox::start().unwrap();
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            let user = client.user("u");
            user.capture(purchase(1));
            user.capture(Plain(const { &EventSchema::new("refunded", PLAN).converting() }, |_| {}));
            let named = const { &SCHEMA.named(Destinations::OPTIMIZELY, "Nobody \"knows\"") };
            user.capture(Plain(named, |_| {}));
            let known = const { &SCHEMA.named(Destinations::OPTIMIZELY, "bought \"it\"") };
            user.capture(Plain(known, |_| {}));
        },
    );
    let what = "create it in the project, and start with a datafile that has it";
    let lost = |key: &str, event: &str| {
        let detail = format!("revision 12 of the datafile has no event `{key}`: {what}");
        (LossReason::NotInDatafile, detail, vec![event.to_owned()])
    };
    assert_eq!(told.losses(), [lost("refunded", "refunded"), lost("Nobody \"knows\"", "purchase_completed")]);
    assert_eq!(report.destinations[0].delivered, 2);
    let keys: Vec<_> = received(&sandbox).iter().map(|one| event_of(one)["key"].clone()).collect();
    assert_eq!(keys, ["purchase_completed", "bought \"it\""]);
    assert_eq!(event_of(&received(&sandbox)[1])["entity_id"], "6002");
}

#[test]
fn strict_shows_what_optimizely_would_drop_without_a_word() {
    let long_ago = Options::new().at(Timestamp::from_unix_millis(0));
    for (is_strict, delivered, verdict) in [(true, 1, None), (false, 2, Some("is no time in milliseconds"))] {
        let sandbox = Sandbox::start().unwrap();
        let (report, told) = send(
            &sandbox,
            |optimizely| optimizely.strict(is_strict),
            |client| {
                client.user("u1").capture(purchase(1));
                client.user("u2").capture_with(purchase(2), &long_ago);
            },
        );
        assert_eq!(report.destinations[0].delivered, delivered);
        let header = sandbox.requests(Vendor::Optimizely)[0].header("x-optimizely-strict").map(str::to_owned);
        assert_eq!(header.as_deref(), is_strict.then_some("true"));
        let refused = told.losses().into_iter().map(|(reason, detail, _)| (reason, detail)).collect::<Vec<_>>();
        let detail = "status 400: `visitors[0].snapshots[0].events[0].timestamp` is no time in milliseconds";
        let expected = is_strict.then(|| (LossReason::Refused, detail.to_owned()));
        assert_eq!(refused, expected.into_iter().collect::<Vec<_>>());
        let dropped = sandbox.summary(Vendor::Optimizely).dropped.into_keys().next();
        assert_eq!(dropped.is_some_and(|reason| reason.ends_with(verdict.unwrap_or_default())), verdict.is_some());
    }
}

#[test]
fn trouble_loses_nothing_and_changes_no_uuid() {
    for fault in [
        Fault::status(503).times(2),
        Fault::status(429).with_retry_after(1),
        Fault::CutAfter,
        Fault::CutBefore,
        Fault::Html(200),
        Fault::EmptyAnswer,
        Fault::InvalidJson,
        Fault::TwoHundredWithError,
        Fault::Partial { accepted: 2 },
        Fault::status(413).times(2),
    ] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.fault(Vendor::Optimizely, fault.clone());
        let (report, told) = send(
            &sandbox,
            |optimizely| optimizely,
            |client| {
                for (number, user) in ["u1", "u2", "u1", "u3", "u2"].into_iter().enumerate() {
                    client.user(user).capture(purchase(i64::try_from(number).unwrap()));
                }
            },
        );
        assert_eq!((report.destinations[0].delivered, told.losses()), (5, vec![]), "{fault:?}");
        let requests = sandbox.requests(Vendor::Optimizely);
        assert!(requests.len() > 1, "{fault:?}");
        let uuids = |request: &taxogen_sandbox::RecordedRequest| {
            let body = request.json();
            let visitors = body["visitors"].as_array().unwrap().clone();
            let events =
                visitors.iter().flat_map(|visitor| visitor["snapshots"][0]["events"].as_array().unwrap().clone());
            let mut uuids: Vec<_> =
                events.map(|event| (event["revenue"].to_string(), event["uuid"].to_string())).collect();
            uuids.sort();
            uuids
        };
        let first = uuids(&requests[0]);
        assert_eq!(first.len(), 5);
        assert!(requests.iter().all(|request| uuids(request).iter().all(|pair| first.contains(pair))), "{fault:?}");
        assert_eq!(received(&sandbox).len(), 5, "{fault:?}");
    }
}

#[test]
fn one_that_is_refused_is_refused_alone() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Optimizely, Fault::Poison("\"revenue\":3,".to_owned()).forever());
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            (0..6).for_each(|cents| client.user("u").capture(purchase(cents)));
        },
    );
    assert_eq!(report.destinations[0].delivered, 5);
    let losses = told.losses();
    assert_eq!((losses.len(), losses[0].0, losses[0].2.len()), (1, LossReason::Refused, 1));
    let revenues: Vec<_> = received(&sandbox).iter().map(|one| event_of(one)["revenue"].as_i64()).collect();
    assert_eq!(revenues, [0, 1, 2, 4, 5].map(Some));
}

#[test]
fn no_body_is_larger_than_optimizely_takes() {
    struct Note(String);
    impl Event for Note {
        fn schema(&self) -> &'static EventSchema {
            const { &SCHEMA }
        }
        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.internal("note", &*self.0);
        }
    }
    let sandbox = Sandbox::start().unwrap();
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            for length in [700_000, 3_500_000, 700_000, 3_300_000] {
                client.user("u").capture(Note("x".repeat(length)));
            }
        },
    );
    assert_eq!(report.destinations[0].delivered, 3);
    let [(reason, _, events)] = &told.losses()[..] else { panic!("one is lost") };
    assert_eq!((*reason, events.len()), (LossReason::TooLarge, 1));
    let sizes: Vec<_> = sandbox.requests(Vendor::Optimizely).iter().map(|request| request.wire_bytes).collect();
    assert!(sizes.len() == 3 && sizes.iter().all(|size| *size < 3_500_000), "{sizes:?}");
}

#[test]
fn a_spool_keeps_conversions_for_the_next_client_and_for_no_other_project() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Optimizely, Fault::status(503).forever());
    let spooled = |optimizely| Client::builder().to(optimizely).spool(Spool::new(directory.path()));
    let client = spooled(optimizely(&sandbox)).build().unwrap();
    client.user("u").capture(purchase(1));
    assert_eq!(client.shutdown(Duration::from_millis(100)).kept, 1);
    sandbox.clear_faults(Vendor::Optimizely);

    let other = Optimizely::new(DATAFILE.replace("9000", "9001")).host(sandbox.optimizely_url());
    let client = spooled(other).build().unwrap();
    let _ = client.flush(LONG);
    client.shutdown(LONG);
    assert_eq!(received(&sandbox), []);

    let client = spooled(optimizely(&sandbox)).build().unwrap();
    assert!(sandbox.wait_for(Vendor::Optimizely, 1, LONG));
    assert!(client.shutdown(LONG).is_complete());
    let requests = sandbox.requests(Vendor::Optimizely);
    let [first, last] = [requests.first(), requests.last()].map(|request| request.unwrap().json());
    assert_eq!(first["visitors"], last["visitors"]);
    assert_eq!(received(&sandbox).len(), 1);
}

#[test]
fn a_datafile_that_cannot_be_used_is_an_error_of_build() {
    let missing = tempfile::tempdir().unwrap().path().join("datafile.json");
    let built = |optimizely| Client::builder().to(optimizely).build().err().unwrap().to_string();
    let said = built(Optimizely::from_file(&missing));
    let expected = format!("the datafile of optimizely `{}` cannot be read: ", missing.display());
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(
        built(Optimizely::new(DATAFILE.replace("accountId", "account"))),
        "`accountId` is missing in the datafile of optimizely: give the whole JSON that Optimizely has for the SDKs of the \
         project"
    );
    for cut in (0..DATAFILE.len()).step_by(7) {
        assert!(built(Optimizely::new(&DATAFILE[..cut])).starts_with("the datafile of optimizely is no JSON: "));
    }
}
