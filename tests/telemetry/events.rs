//! The feature `tracing`: what a subscriber is told.

use taxogen::{Client, Segment};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::lines::{doing, of_taxogen, start};
use crate::{LONG, Numbered, alone};

#[test]
fn attempts_and_losses_are_told_and_nothing_of_what_was_sent() {
    let _alone = alone();
    start();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503));
    let client = Client::builder().to(Segment::new("recognisable_key").host(sandbox.segment_url())).build().unwrap();
    client.user("u").capture(Numbered(1));
    client.flush(LONG).unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(404));
    client.user("u").capture(Numbered(2));
    client.user("").capture(Numbered(3));
    client.shutdown(LONG);
    assert_eq!(
        of_taxogen(),
        [
            "DEBUG attempt destination=segment endpoint=batch events=1 failures=0 status=503 outcome=retry",
            "DEBUG attempt destination=segment endpoint=batch events=1 failures=1 status=200 outcome=delivered",
            "WARN events lost destination=none events=1 reason=an id was empty",
            "DEBUG attempt destination=segment endpoint=batch events=1 failures=0 status=404 outcome=refused",
            "WARN events lost destination=segment events=1 reason=refused by the destination",
        ]
    );
}

#[test]
fn a_refused_key_is_told_as_something_to_act_on() {
    let _alone = alone();
    start();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(401));
    let client = Client::builder().to(Segment::new("recognisable_key").host(sandbox.segment_url())).build().unwrap();
    client.user("u").capture(Numbered(1));
    client.flush(LONG).unwrap_err();
    client.shutdown(LONG);
    assert_eq!(
        of_taxogen(),
        [
            "DEBUG attempt destination=segment endpoint=batch events=1 failures=0 status=401 outcome=unauthorized",
            "ERROR delivery needs somebody to act destination=segment kind=Paused",
            "DEBUG attempt destination=segment endpoint=batch events=1 failures=0 status=200 outcome=delivered",
        ]
    );
}

#[test]
fn a_subscriber_that_captures_what_it_is_told_comes_to_an_end() {
    let _alone = alone();
    start();
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder().to(Segment::new("recognisable_key").host(sandbox.segment_url())).build().unwrap();
    client.shutdown(LONG);
    let user = client.user("u");
    let errors = user.clone();
    let capture = move |line: &str| {
        if line.starts_with("taxogen WARN") {
            errors.capture(Numbered(2));
        }
    };
    doing(capture, || user.capture(Numbered(1)));
    assert_eq!(of_taxogen(), ["WARN events lost destination=none events=1 reason=captured after shutdown"]);
    assert_eq!(client.report().total_lost(), 2);
}

#[test]
fn a_subscriber_that_panics_harms_nobody_else() {
    let _alone = alone();
    start();
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder().to(Segment::new("recognisable_key").host(sandbox.segment_url())).build().unwrap();
    let complain = |line: &str| assert!(!line.starts_with("taxogen "), "this subscriber wants nothing of taxogen");
    doing(complain, || {
        client.user("").capture(Numbered(1));
        client.user("u").capture(Numbered(2));
        client.flush(LONG).unwrap();
    });
    let report = client.shutdown(LONG);
    assert_eq!((report.delivered, report.kept, report.total_lost()), (1, 0, 1));
}
