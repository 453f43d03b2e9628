//! A vendor's bad hour: nothing is lost, nothing counts twice, and what is refused is told.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use taxogen::{LossReason, Report};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::shop::OrderPlaced;
use crate::vendors::{LONG, Losses, Numbered, Plain, counts, listen, numbers, schema, to, to_all};

/// Sends three events to one vendor that plays these faults first, and shuts down.
fn three_events(vendor: Vendor, faults: &[Fault]) -> (Sandbox, Report, Losses) {
    let sandbox = Sandbox::start().unwrap();
    for fault in faults {
        sandbox.fault(vendor, fault.clone());
    }
    let (builder, losses) = listen(to(&sandbox, vendor).request_timeout(Duration::from_secs(1)));
    let client = builder.build().unwrap();
    for number in 1..=3 {
        client.user("u").capture(Numbered(number));
    }
    let report = client.shutdown(LONG);
    (sandbox, report, losses)
}

#[test]
fn a_vendor_that_asks_to_wait_until_a_date_is_left_alone_so_long() {
    let limited = |retry_after: String| {
        let fault = Fault::Status { code: 429, body: String::new(), retry_after: Some(retry_after) };
        let (sandbox, report, _) = three_events(Vendor::PostHog, &[fault]);
        assert_eq!(counts(&report), (3, 0, vec![]));
        sandbox.requests(Vendor::PostHog)
    };
    let in_a_moment = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3;
    let requests = limited(http_date(in_a_moment));
    assert!(requests[1].at >= UNIX_EPOCH + Duration::from_secs(in_a_moment));
}

#[test]
fn messages_of_one_event_stay_together_when_a_batch_is_halved() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(413).times(3));
    let client = to(&sandbox, Vendor::Segment).build().unwrap();
    let items = ["a", "b", "c", "d", "e"];
    for item in items {
        client.user("u").capture(OrderPlaced::new(item, 1, 1.0));
    }
    // Five, two, one, and the rest as it comes: nobody takes more than that.
    assert_eq!(counts(&client.shutdown(LONG)), (4, 0, vec![(LossReason::TooLarge, 1)]));
    let received = sandbox.messages(Vendor::Segment);
    let names: Vec<_> = received.iter().map(|message| (message.request, message.name.as_str())).collect();
    let pair = |request| [(request, OrderPlaced::NAME), (request, "identify")];
    assert_eq!(names, [pair(3), pair(4), pair(4), pair(4)].concat());
    let ordered = received.iter().filter_map(|message| message.properties["item"].as_str());
    assert!(ordered.eq(items[1..].iter().copied()));
}

#[test]
fn a_poisoned_event_is_refused_alone() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to(&sandbox, Vendor::PostHog));
    let client = builder.build().unwrap();
    for number in 1..=5 {
        client.user("u").capture(Numbered(number));
        if number == 3 {
            // PostHog takes no event without a name, and refuses the whole batch for it.
            client.user("u").capture(Plain(const { &schema("") }, |_| {}));
        }
    }
    assert_eq!(counts(&client.shutdown(LONG)), (5, 0, vec![(LossReason::Refused, 1)]));
    assert_eq!(numbers(&sandbox, Vendor::PostHog), [1, 2, 3, 4, 5]);
    let detail = "status 400: `event` is missing or empty".to_owned();
    assert_eq!(*losses.lock().unwrap(), [(Some("posthog"), LossReason::Refused, detail, vec![String::new()])]);
}

#[test]
fn a_vendor_that_refuses_everything_is_asked_ever_more_slowly_and_loses_only_what_it_saw_alone() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(400).forever());
    let (builder, losses) = listen(to(&sandbox, Vendor::PostHog).linger(LONG));
    let client = builder.build().unwrap();
    let all = 1_024;
    for number in 0..all {
        client.user("u").capture(Numbered(number));
    }
    let flushed = client.flush(Duration::from_secs(4)).unwrap_err();
    assert!(flushed.is_timeout());
    // Sixteen alone, the pieces around them, and one in a second.
    assert!(sandbox.requests(Vendor::PostHog).len() < 60, "{}", sandbox.requests(Vendor::PostHog).len());

    sandbox.clear_faults(Vendor::PostHog);
    let (delivered, kept, lost) = counts(&client.shutdown(LONG));
    assert!(lost[0].0 == LossReason::Refused && (16..40).contains(&lost[0].1), "{lost:?}");
    assert_eq!((delivered + lost[0].1, kept, lost.len()), (1_024, 0, 1));
    assert!(losses.lock().unwrap().iter().all(|(.., events)| events.len() == 1), "each was seen alone");
    let first = i64::try_from(lost[0].1).unwrap();
    assert_eq!(numbers(&sandbox, Vendor::PostHog), (first..all).collect::<Vec<_>>());
}

#[test]
fn whatever_is_poisoned_no_good_event_is_lost() {
    type IsBad = fn(i64) -> bool;
    let patterns: [(&str, IsBad); 5] = [
        ("every second", |number| number % 2 == 0),
        ("every third", |number| number % 3 == 1),
        ("the ends", |number| number == 0 || number == 199),
        ("a run in the middle", |number| (90..107).contains(&number)),
        ("scattered", |number| (number * 7919) % 13 < 2),
    ];
    std::thread::scope(|scope| {
        for (name, is_bad) in patterns {
            scope.spawn(move || {
                let sandbox = Sandbox::start().unwrap();
                let (builder, losses) = listen(to(&sandbox, Vendor::PostHog).linger(LONG));
                let client = builder.build().unwrap();
                for number in 0..200 {
                    if is_bad(number) {
                        client.user("u").capture(Plain(const { &schema("") }, |_| {}));
                    } else {
                        client.user("u").capture(Numbered(number));
                    }
                }
                let good: Vec<_> = (0..200).filter(|number| !is_bad(*number)).collect();
                let bad = 200 - good.len() as u64;
                let report = client.shutdown(LONG);
                assert_eq!(counts(&report), (good.len() as u64, 0, vec![(LossReason::Refused, bad)]), "{name}");
                assert_eq!(numbers(&sandbox, Vendor::PostHog), good, "{name}");
                assert!(losses.lock().unwrap().iter().all(|(.., events)| *events == [""]), "{name}");
            });
        }
    });
}

#[test]
fn many_poisoned_events_in_a_row_take_no_good_ones_along() {
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::PostHog).linger(LONG).build().unwrap();
    for _ in 0..20 {
        client.user("u").capture(Plain(const { &schema("") }, |_| {}));
    }
    for number in 0..30 {
        client.user("u").capture(Numbered(number));
    }
    assert_eq!(counts(&client.shutdown(LONG)), (30, 0, vec![(LossReason::Refused, 20)]));
    assert_eq!(numbers(&sandbox, Vendor::PostHog), (0..30).collect::<Vec<_>>());
}

#[test]
fn properties_that_an_event_brings_are_no_event_that_is_kept() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::Hang.forever());
    let client = to(&sandbox, Vendor::Mixpanel).linger(Duration::from_millis(200)).build().unwrap();
    // Two messages each there: half of them wait for the next request.
    let event = || {
        Plain(const { &schema("seen") }, |properties| {
            properties.set().internal("last", &1);
            properties.set_once().internal("first", &1);
        })
    };
    for _ in 0..1_800 {
        client.user("u").capture(event());
    }
    let end = Instant::now() + LONG;
    while client.report().delivered < 1_800 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(counts(&client.report()), (1_800, 0, vec![]));
    client.shutdown(Duration::ZERO);
}

#[test]
fn what_a_vendor_rejects_out_of_a_batch_is_told_and_the_rest_is_in() {
    let (sandbox, report, losses) = three_events(Vendor::Mixpanel, &[Fault::Partial { accepted: 2 }]);
    assert_eq!(counts(&report), (2, 0, vec![(LossReason::Rejected, 1)]));
    assert_eq!((numbers(&sandbox, Vendor::Mixpanel), sandbox.requests(Vendor::Mixpanel).len()), (vec![1, 2], 1));
    let detail = "scripted: this record was not taken".to_owned();
    let event = vec!["numbered".to_owned()];
    assert_eq!(*losses.lock().unwrap(), [(Some("mixpanel"), LossReason::Rejected, detail, event)]);

    // The others say 503: everything again, and what is known is known.
    for vendor in [Vendor::PostHog, Vendor::Segment] {
        let (sandbox, report, _) = three_events(vendor, &[Fault::Partial { accepted: 2 }]);
        assert_eq!(counts(&report), (3, 0, vec![]), "{vendor}");
        assert_eq!((sandbox.summary(vendor).distinct, sandbox.summary(vendor).repeated), (3, 2), "{vendor}");
    }
}

#[test]
fn what_is_refused_for_good_is_counted_and_told_once() {
    for vendor in Vendor::ALL {
        for status in [404, 302] {
            let (sandbox, report, losses) = three_events(vendor, &[Fault::status(status).forever()]);
            assert_eq!(counts(&report), (0, 0, vec![(LossReason::Refused, 3)]), "{vendor} {status}");
            assert_eq!(sandbox.requests(vendor).len(), 1, "{vendor} {status}");
            let losses = losses.lock().unwrap();
            let (_, reason, detail, events) = &losses[0];
            assert_eq!((losses.len(), *reason, events.len()), (1, LossReason::Refused, 3));
            assert!(detail.starts_with(&format!("status {status}: scripted {status}")), "{detail}");
        }
    }
    let (_, report, losses) = three_events(Vendor::PostHog, &[Fault::QuotaLimited]);
    assert_eq!(counts(&report), (0, 0, vec![(LossReason::Refused, 3)]));
    assert!(losses.lock().unwrap()[0].2.starts_with("over the quota"));
}

#[test]
fn a_profile_that_mixpanel_refuses_with_200_is_told() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::TwoHundredWithError);
    let (builder, losses) = listen(to(&sandbox, Vendor::Mixpanel));
    let client = builder.build().unwrap();
    client.user("u").set(crate::shop::Person { country: Some("DE"), signed_up: None });
    assert_eq!(counts(&client.shutdown(LONG)), (0, 0, vec![(LossReason::Refused, 1)]));
    assert_eq!(losses.lock().unwrap()[0].3, ["set"]);
}

#[test]
fn what_no_vendor_takes_is_not_sent_there() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to_all(&sandbox));
    let client = builder.build().unwrap();
    let long = Plain(const { &schema("long") }, |properties| properties.internal("text", &"x".repeat(100 * 1024)));
    client.user("u").capture(long);
    client.user("null").capture(Numbered(1));
    client.user("u").capture(Numbered(2));
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (7, 0, vec![(LossReason::TooLarge, 1), (LossReason::Rejected, 1)]));
    for vendor in Vendor::ALL {
        let summary = sandbox.summary(vendor);
        assert_eq!((&summary.rejected, &summary.dropped), (&[].into(), &[].into()), "{vendor}");
    }
    let mut losses = losses.lock().unwrap().clone();
    losses.sort();
    let banned = "mixpanel takes nothing under this id: it stands for nobody in particular";
    let told = |destination, reason, detail: &str, name: &str| {
        (Some(destination), reason, detail.to_owned(), vec![name.to_owned()])
    };
    assert_eq!(
        losses,
        [
            told("mixpanel", LossReason::Rejected, banned, "numbered"),
            told("segment", LossReason::TooLarge, "larger than the destination takes", "long"),
        ]
    );
}

#[test]
fn an_outage_of_three_vendors_at_once_loses_nothing() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(503).times(3));
    sandbox.fault(Vendor::Segment, Fault::CutAfter.times(2));
    sandbox.fault(Vendor::Mixpanel, Fault::Partial { accepted: 100 });
    sandbox.fault(Vendor::Mixpanel, Fault::status(413));
    let client = to_all(&sandbox).linger(Duration::from_millis(20)).build().unwrap();
    let start = Instant::now();
    for number in 0..1_000 {
        client.user("u").capture(Numbered(number));
    }
    assert!(start.elapsed() < Duration::from_secs(1), "capture never waits");
    let report = client.shutdown(LONG);
    for vendor in [Vendor::PostHog, Vendor::Segment] {
        assert_eq!(numbers(&sandbox, vendor), (0..1_000).collect::<Vec<_>>(), "{vendor}");
    }
    let mixpanel = &report.destinations[2];
    let lost: u64 = mixpanel.lost.iter().map(|(_, count)| count).sum();
    assert_eq!(mixpanel.delivered + lost, 1_000);
    assert_eq!(sandbox.summary(Vendor::Mixpanel).distinct, mixpanel.delivered);
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` of so many seconds since 1970.
fn http_date(seconds: u64) -> String {
    let mut days = seconds / 86_400;
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let clock = seconds % 86_400;
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("Sun, {:02} {} {year} {hour:02}:{minute:02}:{second:02} GMT", days + 1, names[month])
}
