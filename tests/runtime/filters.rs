//! What a destination's filter keeps from it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taxogen::{Client, Destinations, EventSchema, LossReason, Mixpanel, PlanId, PostHog, Segment, Sensitivity};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::shop::{Company, OrderPlaced, Person};
use crate::vendors::{LONG, Numbered, PLAN, Plain, counts, listen, numbers};

#[test]
fn each_destination_drops_what_its_own_filter_says() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(PostHog::new("phc_x")
            .host(sandbox.posthog_url())
            .filter(|outgoing| outgoing.property("number") != Some("2")))
        .to(Segment::new("x").host(sandbox.segment_url()).filter(|_| false))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()))
        .build()
        .unwrap();
    (1..=3).for_each(|number| client.user("u").capture(Numbered(number)));
    let report = client.shutdown(LONG);
    assert!(report.is_complete());
    assert_eq!((counts(&report), report.dropped), ((5, 0, vec![]), 4));
    let dropped: Vec<_> = report.destinations.iter().map(|destination| destination.dropped).collect();
    assert_eq!(dropped, [1, 3, 0]);
    assert_eq!(numbers(&sandbox, Vendor::PostHog), [1, 3]);
    assert_eq!(sandbox.received(Vendor::Segment), []);
    assert_eq!(numbers(&sandbox, Vendor::Mixpanel), [1, 2, 3]);
}

#[test]
fn a_filter_sees_what_the_destination_may_see() {
    const PERSONAL: PlanId = PLAN.allow(Destinations::MIXPANEL, Sensitivity::Personal);
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let log = |name: &'static str| {
        let seen = Arc::clone(&seen);
        move |outgoing: &taxogen::Outgoing<'_>| {
            let (what, json) = (outgoing.name(), outgoing.to_json());
            let (id, email) = (outgoing.distinct_id(), outgoing.property("email").is_some());
            assert_eq!(
                format!("{outgoing:?}"),
                format!("Outgoing {{ verb: {:?}, name: {what:?}, .. }}", outgoing.verb())
            );
            seen.lock().unwrap().push(format!("{name} {id} {:?} {what} {json} {email}", outgoing.groups()));
            true
        }
    };
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(PostHog::new("phc_x").host(sandbox.posthog_url()).filter(log("posthog")))
        .to(Segment::new("x").host(sandbox.segment_url()).allow(Sensitivity::Public).filter(log("segment")))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()).filter(log("mixpanel")))
        .build()
        .unwrap();
    let user = client.user("u \"1\"");
    user.group(Company { key: "acme", employees: 12 });
    user.capture(Plain(
        const { &EventSchema::new("seen", PERSONAL).named(Destinations::SEGMENT, "Seen It") },
        |properties| {
            properties.public("a", &1);
            properties.internal("b", &"x \"y\"");
            properties.personal("email", "a@example.com");
        },
    ));
    user.set(Person { country: Some("DE"), signed_up: None });
    assert!(client.shutdown(LONG).is_complete());
    let mut seen = seen.lock().unwrap().clone();
    // Each lane has its own pace.
    seen.sort_unstable();
    let groups = r#"u "1" [("company", "acme")]"#;
    assert_eq!(
        seen,
        [
            format!(r#"mixpanel {groups} group {{"employees":12}} false"#),
            format!(r#"mixpanel {groups} seen {{"a":1,"b":"x \"y\"","email":"a@example.com"}} true"#),
            format!(r#"mixpanel {groups} set {{"$set":{{"country":"DE"}}}} false"#),
            format!(r#"posthog {groups} group {{"employees":12}} false"#),
            format!(r#"posthog {groups} seen {{"a":1,"b":"x \"y\""}} false"#),
            format!(r#"posthog {groups} set {{"$set":{{"country":"DE"}}}} false"#),
            format!(r#"segment {groups} Seen It {{"a":1}} false"#),
            format!("segment {groups} group {{}} false"),
        ]
    );
}

#[test]
fn a_filter_that_panics_lets_nothing_pass() {
    let sandbox = Sandbox::start().unwrap();
    let picky = Segment::new("x").host(sandbox.segment_url()).filter(|outgoing| {
        assert_ne!(outgoing.property("number"), Some("2"), "no twos");
        true
    });
    let (builder, losses) = listen(Client::builder().to(picky));
    let client = builder.build().unwrap();
    (1..=3).for_each(|number| client.user("u").capture(Numbered(number)));
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (2, 0, vec![(LossReason::HookPanicked, 1)]));
    assert_eq!(
        *losses.lock().unwrap(),
        [(Some("segment"), LossReason::HookPanicked, String::new(), vec!["numbered".to_owned()])]
    );
    assert_eq!(numbers(&sandbox, Vendor::Segment), [1, 3]);
}

#[test]
fn of_several_filters_all_have_to_let_it_pass_and_none_is_printed() {
    let sandbox = Sandbox::start().unwrap();
    let secret = "sk-inside-a-closure".to_owned();
    let segment = Segment::new("x")
        .host(sandbox.segment_url())
        .filter(|outgoing| outgoing.property("number") != Some("1"))
        .filter(move |outgoing| outgoing.name() != secret && outgoing.property("number") != Some("2"));
    let builder = Client::builder().to(segment.clone()).before_capture(|_| {});
    assert_eq!(
        format!("{segment:?}"),
        format!("Segment {{ place: Host({:?}), allow: None, filter: set, encoding: Gzip, .. }}", sandbox.segment_url())
    );
    assert!(!format!("{builder:?}").contains("sk-inside"));
    let client = builder.build().unwrap();
    (1..=3).for_each(|number| client.user("u").capture(Numbered(number)));
    assert!(client.shutdown(LONG).is_complete());
    assert_eq!(numbers(&sandbox, Vendor::Segment), [3]);
}

#[test]
fn what_is_filtered_out_while_a_vendor_is_down_is_no_loss() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503).forever());
    let client = Client::builder()
        .to(Segment::new("x").host(sandbox.segment_url()).filter(|outgoing| outgoing.name() != OrderPlaced::NAME))
        .build()
        .unwrap();
    (0..20_000).for_each(|_| client.user("u").capture(OrderPlaced::new("tea", 1, 1.0)));
    let report = client.shutdown(Duration::from_secs(2));
    assert_eq!((counts(&report), report.dropped), ((0, 0, vec![]), 20_000));
}
