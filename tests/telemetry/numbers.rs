//! The features `metrics`: what a recorder is told.

use std::time::{Duration, Instant};

use taxogen::{Client, Mixpanel, Segment};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::recorder::{counters, descriptions, gauges, start};
use crate::{LONG, Numbered, alone};

#[test]
fn what_becomes_of_events_is_counted_for_each_destination() {
    let _alone = alone();
    start();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503));
    sandbox.fault(Vendor::Mixpanel, Fault::status(404));
    let client = Client::builder()
        .to(Segment::new("x").host(sandbox.segment_url()).filter(|outgoing| outgoing.property("number") != Some("2")))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()))
        .before_capture(|draft| {
            if draft.property("number") == Some("3") {
                draft.discard();
            }
        })
        .build()
        .unwrap();
    (1..=4).for_each(|number| client.user("u").capture(Numbered(number)));
    client.user("").capture(Numbered(5));
    client.shutdown(LONG);
    assert_eq!(
        counters(),
        [
            "taxogen_accepted_total{destination=mixpanel} 3",
            "taxogen_accepted_total{destination=segment} 2",
            "taxogen_delivered_total{destination=segment} 2",
            "taxogen_dropped_total{destination=none} 1",
            "taxogen_dropped_total{destination=segment} 1",
            "taxogen_lost_total{destination=mixpanel,reason=Refused} 3",
            "taxogen_lost_total{destination=none,reason=EmptyId} 1",
            "taxogen_retried_total{destination=segment} 2",
        ]
    );
    let manual = include_str!("../../runtime/src/lib.rs");
    let in_manual = |name: &String| manual.contains(&format!("//! | `{name}` |"));
    assert!(descriptions().keys().all(in_manual), "{:?}", descriptions());
    let described: Vec<_> = descriptions().into_iter().map(|(name, text)| format!("{name}: {text}")).collect();
    assert_eq!(
        described,
        [
            "taxogen_accepted_total: events that a destination is to get []",
            "taxogen_delivered_total: events that a destination has accepted []",
            "taxogen_dropped_total: events that the application did not want sent []",
            "taxogen_limited_total: properties cut or left out by a vendor's limit []",
            "taxogen_lost_total: events that were given up, by reason []",
            "taxogen_oldest_age_seconds: how long the oldest event has waited [s]",
            "taxogen_polls_total: requests for definitions of local flags, by outcome []",
            "taxogen_queued_bytes: what waits for a destination, at its slowest endpoint [B]",
            "taxogen_retried_total: events of attempts that have to be made again []",
        ]
    );
}

#[test]
fn what_waits_is_seen_while_it_waits() {
    let _alone = alone();
    start();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503).forever());
    let client = Client::builder().to(Segment::new("x").host(sandbox.segment_url())).build().unwrap();
    client.user("u").capture(Numbered(1));
    let waits = || {
        let gauges = gauges();
        let is_set =
            |name: &str| gauges.get(&format!("{name}{{destination=segment}}")).is_some_and(|value| *value > 0.0);
        is_set("taxogen_queued_bytes") && is_set("taxogen_oldest_age_seconds")
    };
    wait_until(waits);
    sandbox.clear_faults(Vendor::Segment);
    client.flush(LONG).unwrap();
    wait_until(|| gauges().values().all(|value| *value == 0.0));
    assert!(client.shutdown(LONG).is_complete());
}

fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{:?}", gauges());
        std::thread::sleep(Duration::from_millis(20));
    }
}
