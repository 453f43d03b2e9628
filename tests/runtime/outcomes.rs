//! What a destination's answers mean for what waits: a refused key, too long a wait, and a vendor that comes back.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use taxogen::{Builder, Client, LossReason, Report, Timestamp, Trouble, TroubleKind};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::shop::{OrderPlaced, Person};
use crate::vendors::{LONG, Numbered, counts, listen, numbers, to, to_all};

const MOMENT: Duration = Duration::from_millis(1);

/// Waits until something is so.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        sleep(Duration::from_millis(5));
    }
}

fn requests(sandbox: &Sandbox, vendor: Vendor) -> usize {
    sandbox.requests(vendor).len()
}

fn paused(client: &Client) -> Vec<Option<String>> {
    client.report().destinations.into_iter().map(|destination| destination.paused).collect()
}

/// Keeps what `on_trouble` is told.
fn troubles(builder: Builder) -> (Builder, Arc<Mutex<Vec<Trouble>>>) {
    let troubles = Arc::<Mutex<Vec<Trouble>>>::default();
    let told = Arc::clone(&troubles);
    (builder.on_trouble(move |trouble| told.lock().unwrap().push(trouble.clone())), troubles)
}

#[test]
fn a_refused_key_keeps_the_events() {
    for vendor in Vendor::ALL {
        for status in [401, 403] {
            let sandbox = Sandbox::start().unwrap();
            sandbox.fault(vendor, Fault::status(status).forever());
            let (builder, losses) = listen(to(&sandbox, vendor));
            let (builder, troubles) = troubles(builder);
            let client = builder.build().unwrap();
            for number in 0..3 {
                client.user("u").capture(Numbered(number));
            }
            let start = Instant::now();
            let report = client.shutdown(LONG);
            assert!(start.elapsed() < LONG / 2, "nobody repairs a key meanwhile");
            let why = format!("status {status}: scripted {status}");
            assert_eq!(counts(&report), (0, 3, vec![]), "{vendor} {status}");
            let destination = &report.destinations[0];
            assert_eq!((destination.paused.as_ref(), destination.retried, destination.accepted), (Some(&why), 3, 3));
            assert_eq!(requests(&sandbox, vendor), 1, "{vendor} {status}");
            let troubles = troubles.lock().unwrap();
            assert_eq!((troubles.len(), troubles[0].kind, &troubles[0].detail), (1, TroubleKind::Paused, &why));
            assert_eq!(troubles[0].to_string(), format!("delivery to {} is paused: {why}", destination.name));
            let losses = losses.lock().unwrap();
            assert_eq!((losses.len(), losses[0].1, &losses[0].2), (1, LossReason::Shutdown, &why));
            assert_eq!(losses[0].3, ["numbered"; 3]);
        }
    }
}

#[test]
fn a_repaired_key_is_found_by_a_flush() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(401).forever());
    let (builder, troubles) = troubles(to_all(&sandbox).linger(MOMENT));
    let client = builder.build().unwrap();
    client.user("u").capture(Numbered(0));
    wait_until("paused", || paused(&client)[1].is_some());
    client.user("u").capture(Numbered(1));
    assert!(sandbox.wait_for(Vendor::PostHog, 2, LONG) && sandbox.wait_for(Vendor::Mixpanel, 2, LONG));
    sleep(Duration::from_millis(100));
    assert_eq!(requests(&sandbox, Vendor::Segment), 1, "nothing goes there until somebody acts");

    let start = Instant::now();
    let error = client.flush(LONG).unwrap_err();
    assert!(start.elapsed() < LONG / 2 && error.is_network());
    let sentence = "delivery to segment is paused: status 401: scripted 401; what is captured for it stays in the log";
    assert_eq!(error.to_string(), sentence);
    assert_eq!(requests(&sandbox, Vendor::Segment), 2);

    sandbox.clear_faults(Vendor::Segment);
    client.flush(LONG).unwrap();
    assert_eq!(paused(&client), [None, None, None]);
    assert_eq!(numbers(&sandbox, Vendor::Segment), [0, 1]);
    assert_eq!(troubles.lock().unwrap().len(), 1, "told once");

    sandbox.fault(Vendor::Segment, Fault::status(403));
    client.user("u").capture(Numbered(2));
    client.flush(LONG).unwrap_err();
    assert_eq!(troubles.lock().unwrap().len(), 2, "that is another one");
    assert_eq!(counts(&client.shutdown(LONG)), (9, 0, vec![]));
}

#[test]
fn a_repaired_key_is_found_by_itself_after_a_while() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(401).forever());
    // A minute is 300 ms.
    let client = to(&sandbox, Vendor::PostHog).linger(MOMENT).times_for_tests(Timestamp::now, 200).build().unwrap();
    client.user("u").capture(Numbered(0));
    wait_until("asked again", || requests(&sandbox, Vendor::PostHog) == 3);
    let times: Vec<_> = sandbox.requests(Vendor::PostHog).iter().map(|request| request.since_start).collect();
    assert!(times[2] >= times[1] + Duration::from_millis(290), "{times:?}");
    sandbox.clear_faults(Vendor::PostHog);
    assert!(sandbox.wait_for(Vendor::PostHog, 1, LONG));
    assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![]));
}

#[test]
fn a_refused_key_stops_all_lanes_of_the_destination() {
    let sandbox = Sandbox::start().unwrap();
    // This endpoint of the real one takes any key, and drops what comes under a wrong one.
    sandbox.fault_at(Vendor::Mixpanel, "/import", Fault::status(401).forever());
    let (builder, troubles) = troubles(to(&sandbox, Vendor::Mixpanel).linger(MOMENT));
    let client = builder.build().unwrap();
    client.user("u").capture(Numbered(0));
    wait_until("paused", || paused(&client)[0].is_some());
    client.user("u").set(Person { country: Some("DE"), signed_up: None });
    let engaged = || sandbox.requests(Vendor::Mixpanel).iter().any(|request| request.path == "/engage");
    let start = Instant::now();
    client.flush(LONG).unwrap_err();
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
    assert!(!engaged());
    assert_eq!(counts(&client.report()), (0, 2, vec![]));

    sandbox.clear_faults(Vendor::Mixpanel);
    client.flush(LONG).unwrap();
    assert!(engaged());
    assert_eq!((counts(&client.report()), troubles.lock().unwrap().len()), ((2, 0, vec![]), 1));

    sandbox.fault_at(Vendor::Mixpanel, "/import", Fault::status(401).forever());
    client.user("u").capture(Numbered(1));
    client.flush(LONG).unwrap_err();
    client.user("u").set(Person { country: Some("FR"), signed_up: None });
    let start = Instant::now();
    assert_eq!(counts(&client.shutdown(LONG)), (2, 2, vec![]));
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
}

#[test]
fn what_waits_too_long_is_lost_and_told() {
    for fault in [Fault::status(503), Fault::status(503).with_retry_after(60), Fault::status(401), Fault::CutBefore] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.fault(Vendor::PostHog, fault.clone().forever());
        let (builder, losses) = listen(to(&sandbox, Vendor::PostHog).linger(MOMENT));
        let client = builder.max_age(Duration::from_millis(300)).build().unwrap();
        for number in 0..3 {
            client.user("u").capture(Numbered(number));
        }
        wait_until("expired", || client.report().total_lost() == 3);
        assert_eq!(counts(&client.report()), (0, 0, vec![(LossReason::Expired, 3)]), "{fault:?}");
        let told: Vec<_> = losses.lock().unwrap().iter().flat_map(|(.., events)| events.clone()).collect();
        assert_eq!(told, ["numbered"; 3], "{fault:?}");
        assert!(losses.lock().unwrap().iter().all(|(_, reason, ..)| *reason == LossReason::Expired));

        sandbox.clear_faults(Vendor::PostHog);
        client.user("u").capture(Numbered(3));
        let report = client.shutdown(Duration::from_secs(3));
        assert_eq!(report.destinations[0].accepted, 4);
        if fault != Fault::status(503).with_retry_after(60) {
            assert_eq!(counts(&report), (1, 0, vec![(LossReason::Expired, 3)]), "{fault:?}");
        }
    }
}

/// How far the clock of the next test is ahead, in milliseconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);

#[test]
fn half_a_day_is_the_longest_wait_whatever_the_clock_does() {
    let clock = || Timestamp::from_unix_millis(Timestamp::now().as_unix_millis() + AHEAD.load(Ordering::Relaxed));
    let hours = |hours: i64| AHEAD.store(hours * 3_600_000, Ordering::Relaxed);
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(503).forever());
    let client = to(&sandbox, Vendor::PostHog).linger(MOMENT).times_for_tests(clock, 1).build().unwrap();
    client.user("u").capture(Numbered(0));
    let after = |time: i64| {
        hours(time);
        client.flush(Duration::from_millis(200)).unwrap_err();
        client.report()
    };
    for (time, age) in [(0, 0), (11, 11), (-48, 0)] {
        let report = after(time);
        assert_eq!(counts(&report), (0, 1, vec![]), "after {time} hours");
        let oldest = report.destinations[0].oldest.unwrap().as_secs() / 3600;
        assert_eq!(oldest, age, "after {time} hours");
    }
    hours(13);
    client.flush(LONG).unwrap();
    assert_eq!(counts(&client.report()), (0, 0, vec![(LossReason::Expired, 1)]));
}

#[test]
fn the_report_says_what_waits_and_what_was_tried_again() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Mixpanel, Fault::status(503).forever());
    let client = to(&sandbox, Vendor::Mixpanel).linger(MOMENT).build().unwrap();
    client.user("u").capture(OrderPlaced::new("tea", 2, 3.5));
    wait_until("both lanes were refused twice", || requests(&sandbox, Vendor::Mixpanel) >= 4);
    client.user("u").capture(Numbered(1));
    let report = client.report();
    let [mixpanel] = &report.destinations[..] else { panic!("one destination") };
    assert_eq!((mixpanel.accepted, mixpanel.kept, mixpanel.kept_parts, mixpanel.lost_parts), (2, 2, 1, 0));
    assert!(mixpanel.retried >= 1 && mixpanel.queued_bytes > 200, "{mixpanel:?}");
    assert!(mixpanel.oldest.unwrap() < LONG && mixpanel.paused.is_none());

    sandbox.clear_faults(Vendor::Mixpanel);
    let report = client.shutdown(LONG);
    let mixpanel = &report.destinations[0];
    assert!(report.is_complete());
    assert_eq!((mixpanel.accepted, mixpanel.delivered, mixpanel.queued_bytes, mixpanel.oldest), (2, 2, 0, None));
}

#[test]
fn a_part_that_is_lost_is_counted_though_its_event_is_delivered() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::status(404).forever());
    let client = to(&sandbox, Vendor::Mixpanel).build().unwrap();
    client.user("u").capture(OrderPlaced::new("tea", 2, 3.5));
    let report = client.shutdown(LONG);
    assert_eq!((counts(&report), report.destinations[0].lost_parts), ((1, 0, vec![]), 1));
    assert!(!report.is_complete());
    assert!(report.to_string().ends_with("; a part of one event was lost"), "{report}");
}

#[test]
fn hooks_that_panic_stop_nothing() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(404));
    sandbox.fault(Vendor::PostHog, Fault::status(401));
    let called = Arc::<AtomicUsize>::default();
    let (lost, troubled) = (Arc::clone(&called), Arc::clone(&called));
    let client = to(&sandbox, Vendor::PostHog)
        .on_loss(move |_| {
            lost.fetch_add(1, Ordering::Relaxed);
            panic!("a hook of a test panics");
        })
        .on_trouble(move |_| {
            troubled.fetch_add(1, Ordering::Relaxed);
            panic!("a hook of a test panics");
        })
        .build()
        .unwrap();
    client.user("u").capture(Numbered(0));
    client.flush(LONG).unwrap();
    client.user("u").capture(Numbered(1));
    client.flush(LONG).unwrap_err();
    client.user("u").capture(Numbered(2));
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![(LossReason::Refused, 1)]));
    assert_eq!((called.load(Ordering::Relaxed), numbers(&sandbox, Vendor::PostHog)), (2, vec![1, 2]));
}

#[test]
fn a_client_outlives_the_runtime_in_which_it_was_built() {
    let sandbox = Sandbox::start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let client = runtime.block_on(async { to_all(&sandbox).linger(MOMENT).build().unwrap() });
    client.user("u").capture(Numbered(0));
    let flushed = runtime.spawn(client.flush_async(LONG));
    runtime.shutdown_background();
    client.user("u").capture(Numbered(1));
    let report: Report = client.shutdown(LONG);
    assert_eq!(counts(&report), (6, 0, vec![]));
    drop(flushed);
}

#[test]
fn a_flush_and_a_report_that_are_late_say_what_the_vendor_said() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(503).forever());
    let client = to_all(&sandbox).build().unwrap();
    client.user("u").capture(Numbered(1));
    let late = client.flush(Duration::from_millis(300)).unwrap_err();
    let sentence =
        "not everything was delivered in time: what is left stays in the log (segment: status 503: scripted 503)";
    assert_eq!(late.to_string(), sentence);
    let report = client.report();
    let troubles: Vec<_> = report.destinations.iter().map(|destination| destination.trouble.as_deref()).collect();
    assert_eq!(troubles, [None, Some("status 503: scripted 503"), None]);
    let last = report.to_string();
    assert!(
        last.contains("segment: delivered 0, kept 1, lost 0; the last attempt failed: status 503: scripted 503"),
        "{last}"
    );
    sandbox.clear_faults(Vendor::Segment);
    assert!(client.shutdown(LONG).is_complete());
    assert_eq!(client.report().destinations[1].trouble, None);
}
