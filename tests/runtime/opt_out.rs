//! People of whom nothing is to be recorded.

use std::thread;
use std::time::Duration;

use taxogen::{Client, Spool};
use taxogen_sandbox::{Fault, FlagAnswer, Sandbox, Vendor};

use crate::shop::{Company, OrderPlaced, Person};
use crate::vendors::{LONG, counts, to, to_all};
use taxogen_tests::checkout::{CHECKOUT, Stage};

#[test]
fn nothing_of_them_is_recorded_until_they_opt_in() {
    let (client, recorder) = Client::recorder();
    let (ann, bob) = (client.user("ann"), client.user("bob"));
    ann.opt_out().unwrap();
    ann.capture(OrderPlaced::new("tea", 1, 1.0));
    client.user("ann").identify(Person::default());
    ann.set(Person::default());
    ann.group(Company { key: "acme", employees: 12 });
    ann.alias("anonymous_7");
    bob.alias("ann");
    assert_eq!((recorder.len(), client.report().dropped), (0, 6));
    bob.capture(OrderPlaced::new("tea", 1, 1.0));
    assert!(client.report().is_complete());

    client.opt_in("ann");
    ann.capture(OrderPlaced::new("tea", 1, 1.0));
    assert_eq!((recorder.len(), client.report().dropped), (2, 6));
}

#[test]
fn who_opted_out_before_they_were_known_has_opted_out() {
    let (client, recorder) = Client::recorder();
    client.anonymous("cookie").opt_out().unwrap();
    client.user("ann").with_anonymous_id("cookie").capture(OrderPlaced::new("tea", 1, 1.0));
    client.user("ann").with_anonymous_id("another").capture(OrderPlaced::new("tea", 1, 1.0));
    assert_eq!((recorder.len(), client.report().dropped), (1, 1));
}

#[test]
fn what_is_in_the_log_already_is_not_sent() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).linger(Duration::from_secs(60)).build().unwrap();
    let ann = client.user("ann \"x\"");
    for quantity in 1..=3 {
        ann.capture(OrderPlaced::new("tea", quantity, 1.0));
        client.user("bob").capture(OrderPlaced::new("tea", quantity, 1.0));
    }
    client.user("bob").alias("ann \"x\"");
    ann.opt_out().unwrap();
    let report = client.shutdown(LONG);
    assert_eq!((counts(&report), report.dropped), ((9, 0, vec![]), 12), "of each of three: 3 events and the alias");
    assert!(report.destinations.iter().all(|destination| destination.dropped == 4));
    for vendor in Vendor::ALL {
        let of = sandbox.messages(vendor).into_iter().map(|message| message.item.to_string());
        assert!(of.into_iter().all(|item| !item.contains("ann")), "{vendor}");
    }
}

#[test]
fn what_waits_for_its_next_attempt_is_not_sent_either() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503).forever());
    let client = to(&sandbox, Vendor::Segment).linger(Duration::from_millis(100)).build().unwrap();
    for quantity in 1..=3 {
        client.user("ann").capture(OrderPlaced::new("tea", quantity, 1.0));
        client.user("bob").capture(OrderPlaced::new("tea", quantity, 1.0));
    }
    assert!(client.flush(Duration::from_millis(300)).is_err());
    client.opt_out("ann").unwrap();
    sandbox.clear_faults(Vendor::Segment);
    let report = client.shutdown(LONG);
    assert_eq!((counts(&report), report.dropped), ((3, 0, vec![]), 3));
    assert!(sandbox.messages(Vendor::Segment).iter().all(|message| !message.item.to_string().contains("ann")));
}

#[test]
fn what_somebody_saw_while_they_had_opted_out_is_told_when_they_opt_in() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u");
    user.opt_out().unwrap();
    let _ = user.flag(CHECKOUT);
    assert!(stage.events(Vendor::PostHog, "$feature_flag_called").is_empty());
    user.opt_in();
    let _ = user.flag(CHECKOUT);
    assert_eq!(stage.events(Vendor::PostHog, "$feature_flag_called").len(), 1);
}

#[test]
fn what_an_earlier_process_left_of_them_is_not_sent() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503).forever());
    let start = || to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path()));
    let before = start().build().unwrap();
    for who in ["ann", "bob"] {
        before.user(who).capture(OrderPlaced::new("tea", 1, 1.0));
    }
    assert_eq!(before.shutdown(Duration::from_millis(200)).kept, 2);
    sandbox.clear_faults(Vendor::Segment);
    let report = start().opted_out(["ann"]).build().unwrap().shutdown(LONG);
    assert_eq!((counts(&report), report.dropped), ((1, 0, vec![]), 1));
    assert!(sandbox.messages(Vendor::Segment).iter().all(|message| message.item["userId"] == "bob"));
}

#[test]
fn whoever_comes_and_goes_every_event_is_delivered_or_dropped() {
    const THREADS: u64 = 4;
    const EACH: u64 = 400;
    let sandbox = Sandbox::start().unwrap();
    for vendor in Vendor::ALL {
        sandbox.fault(vendor, Fault::status(503).times(3));
    }
    let client = to_all(&sandbox).linger(Duration::from_millis(1)).build().unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let client = client.clone();
            scope.spawn(move || {
                for step in 0..EACH {
                    let user = client.user(format!("u{}", (step + thread) % 8));
                    match step % 10 {
                        3 => user.opt_out().unwrap(),
                        7 => user.opt_in(),
                        _ => {}
                    }
                    user.capture(OrderPlaced::new("tea", 1, 1.0));
                }
            });
        }
    });
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let at_capture = report.dropped - report.destinations.iter().map(|destination| destination.dropped).sum::<u64>();
    for (destination, vendor) in report.destinations.iter().zip([Vendor::PostHog, Vendor::Segment, Vendor::Mixpanel]) {
        assert_eq!(destination.delivered + destination.dropped + at_capture, THREADS * EACH, "{report}");
        assert_eq!(sandbox.summary(vendor).count(OrderPlaced::NAME), destination.delivered, "{vendor}");
    }
}
