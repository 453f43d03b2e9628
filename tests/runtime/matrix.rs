//! The faults that the SDKs of the vendors were measured with, and others, at each destination: three events in one
//! batch, and what becomes of them.
//!
//! Times are a part of those of the measurement: a vendor that answers late does so within the time of a request, or
//! after it.

use std::collections::BTreeSet;
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::Value;
use taxogen::{Builder, Client, LossReason, PostHog, PostHogApi, Report};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Losses, Numbered, Plain, counts, listen, numbers, schema, to};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(2);
const IN_TIME: Duration = Duration::from_millis(300);
const TOO_LATE: Duration = Duration::from_millis(2_500);

/// An API of a vendor.
#[derive(Debug, Clone, Copy)]
enum Target {
    PostHog,
    PostHogV1,
    Segment,
    Mixpanel,
}

impl Target {
    const ALL: [Self; 4] = [Self::PostHog, Self::PostHogV1, Self::Segment, Self::Mixpanel];

    fn vendor(self) -> Vendor {
        match self {
            Self::PostHog | Self::PostHogV1 => Vendor::PostHog,
            Self::Segment => Vendor::Segment,
            Self::Mixpanel => Vendor::Mixpanel,
        }
    }

    fn client(self, sandbox: &Sandbox) -> Builder {
        let builder = match self {
            Self::PostHogV1 => {
                Client::builder().to(PostHog::new("phc_sandbox").host(sandbox.posthog_url()).api(PostHogApi::V1))
            }
            _ => to(sandbox, self.vendor()),
        };
        builder.request_timeout(TIMEOUT)
    }

    /// Number and id of each event of each request, whatever became of that.
    fn sent(self, sandbox: &Sandbox) -> Vec<Vec<(i64, String)>> {
        let event = |message: &Value| {
            let id = match self {
                Self::PostHog | Self::PostHogV1 => &message["uuid"],
                Self::Segment => &message["messageId"],
                Self::Mixpanel => &message["properties"]["$insert_id"],
            };
            (message["properties"]["number"].as_i64().unwrap(), id.as_str().unwrap().to_owned())
        };
        let events = |body: Value| body.get("batch").unwrap_or(&body).as_array().unwrap().iter().map(event).collect();
        sandbox.requests(self.vendor()).iter().map(|request| events(request.json())).collect()
    }
}

/// Captures three events and shuts down.
fn three_events(builder: Builder, deadline: Duration) -> (Report, Losses) {
    let (builder, losses) = listen(builder);
    let client = builder.build().unwrap();
    for number in 1..=3 {
        client.user("u").capture(Numbered(number));
    }
    (client.shutdown(deadline), losses)
}

/// A fault that passes.
struct Row {
    name: &'static str,
    faults: Vec<Fault>,
    /// How many events each request holds.
    requests: &'static [usize],
    /// How many events the vendor had already when it was sent them.
    repeated: u64,
}

/// Once, and nothing was accepted: all three go again.
fn refused(name: &'static str, fault: Fault) -> Row {
    Row { name, faults: vec![fault], requests: &[3, 3], repeated: 0 }
}

/// Once, and all three were accepted, which the client cannot know.
fn unheard(name: &'static str, fault: Fault) -> Row {
    Row { name, faults: vec![fault], requests: &[3, 3], repeated: 3 }
}

/// The answer arrives, however it does.
fn heard(name: &'static str, fault: Fault) -> Row {
    Row { name, faults: vec![fault], requests: &[3], repeated: 0 }
}

fn rows() -> Vec<Row> {
    let all = vec![Fault::status(500), Fault::CutAfter, Fault::status(429), Fault::Html(200)];
    vec![
        refused("500", Fault::status(500)),
        refused("408", Fault::status(408)),
        refused("429_ra2", Fault::status(429).with_retry_after(1)),
        refused("429_bare", Fault::status(429)),
        Row { name: "413", faults: vec![Fault::status(413)], requests: &[3, 1, 2], repeated: 0 },
        Row { name: "503 twice", faults: vec![Fault::status(503).times(2)], requests: &[3, 3, 3], repeated: 0 },
        heard("hang15", Fault::Delay(IN_TIME)),
        unheard("hang20", Fault::Delay(TOO_LATE)),
        refused("hang", Fault::Hang),
        refused("cut before", Fault::CutBefore),
        unheard("cut after", Fault::CutAfter),
        unheard("half closed", Fault::HalfClose),
        heard("slow", Fault::SlowLoris(Duration::from_millis(1))),
        unheard("slow loris", Fault::SlowLoris(Duration::from_millis(50))),
        heard("an answer of 10 MB", Fault::LongAnswer(10_000_000)),
        refused("a page with 502", Fault::Html(502)),
        refused("a page with 200", Fault::Html(200)),
        refused("nothing", Fault::EmptyAnswer),
        refused("invalid JSON", Fault::InvalidJson),
        refused("200 with an error", Fault::TwoHundredWithError),
        Row { name: "one after the other", faults: all, requests: &[3; 5], repeated: 3 },
    ]
}

fn what_passes_is_waited_out(target: Target) {
    let play = |row: Row| {
        let (sandbox, vendor) = (Sandbox::start().unwrap(), target.vendor());
        let Row { name, faults, requests, repeated } = row;
        for fault in faults {
            sandbox.fault(vendor, fault);
        }
        let (report, losses) = three_events(target.client(&sandbox), LONG);
        assert_eq!((counts(&report), report.is_complete()), ((3, 0, vec![]), true), "{target:?} {name}");
        assert_eq!(*losses.lock().unwrap(), [], "{target:?} {name}");
        let summary = sandbox.summary(vendor);
        assert_eq!((summary.distinct, summary.repeated), (3, repeated), "{target:?} {name}");
        let sent = target.sent(&sandbox);
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), requests, "{target:?} {name}");
        let known: BTreeSet<_> = sent.iter().flatten().collect();
        assert_eq!(known.len(), 3, "{target:?} {name}: one event has one id: {known:?}");
    };
    scope(|scope| {
        for row in rows() {
            scope.spawn(|| play(row));
        }
    });
}

#[test]
fn what_passes_is_waited_out_at_posthog() {
    what_passes_is_waited_out(Target::PostHog);
}

#[test]
fn what_passes_is_waited_out_at_version_1_of_posthog() {
    what_passes_is_waited_out(Target::PostHogV1);
}

#[test]
fn what_passes_is_waited_out_at_segment() {
    what_passes_is_waited_out(Target::Segment);
}

#[test]
fn what_passes_is_waited_out_at_mixpanel() {
    what_passes_is_waited_out(Target::Mixpanel);
}

#[test]
fn who_asks_for_a_second_gets_it() {
    for target in Target::ALL {
        let sandbox = Sandbox::start().unwrap();
        sandbox.fault(target.vendor(), Fault::status(429).with_retry_after(1));
        three_events(target.client(&sandbox), LONG);
        let requests = sandbox.requests(target.vendor());
        assert!(requests[1].since_start >= requests[0].since_start + Duration::from_secs(1), "{target:?}");
    }
}

/// `refused3s`
#[test]
fn refused_connections_are_waited_out() {
    for target in Target::ALL {
        let sandbox = Sandbox::start().unwrap();
        sandbox.pause();
        let (report, losses) = scope(|scope| {
            let delivered = scope.spawn(|| three_events(target.client(&sandbox), LONG));
            sleep(Duration::from_millis(700));
            sandbox.resume().unwrap();
            delivered.join().unwrap()
        });
        assert_eq!((counts(&report), losses.lock().unwrap().len()), ((3, 0, vec![]), 0), "{target:?}");
        assert!(report.destinations[0].retried >= 3, "{target:?}: it was refused before");
        assert_eq!((target.sent(&sandbox).len(), numbers(&sandbox, target.vendor())), (1, vec![1, 2, 3]), "{target:?}");
    }
}

/// `400`
#[test]
fn a_poisoned_event_is_refused_alone_wherever_it_stands() {
    for target in Target::ALL {
        for place in 0..=3 {
            let sandbox = Sandbox::start().unwrap();
            sandbox.fault(target.vendor(), Fault::Poison("poisoned".to_owned()).forever());
            let (builder, losses) = listen(target.client(&sandbox));
            let client = builder.build().unwrap();
            for number in 0..=3 {
                if number == place {
                    client.user("u").capture(Plain(const { &schema("poisoned") }, |_| {}));
                } else {
                    client.user("u").capture(Numbered(number));
                }
            }
            let report = client.shutdown(LONG);
            assert_eq!(counts(&report), (3, 0, vec![(LossReason::Refused, 1)]), "{target:?} {place}");
            let good: Vec<_> = (0..=3).filter(|number| *number != place).collect();
            assert_eq!(numbers(&sandbox, target.vendor()), good, "{target:?} {place}");
            let destination = Some(report.destinations[0].name);
            let detail = "status 400: scripted: `poisoned` is not taken".to_owned();
            let told = (destination, LossReason::Refused, detail, vec!["poisoned".to_owned()]);
            assert_eq!(*losses.lock().unwrap(), [told], "{target:?} {place}");
        }
    }
}

/// `401`, `500_forever`
#[test]
fn what_does_not_pass_is_kept_in_the_report() {
    for target in Target::ALL {
        for (status, deadline) in [(401, LONG), (500, Duration::from_millis(700))] {
            let sandbox = Sandbox::start().unwrap();
            sandbox.fault(target.vendor(), Fault::status(status).forever());
            let (report, losses) = three_events(target.client(&sandbox), deadline);
            assert_eq!(counts(&report), (0, 3, vec![]), "{target:?} {status}");
            assert_eq!(report.destinations[0].paused.is_some(), status == 401, "{target:?} {status}");
            let losses = losses.lock().unwrap();
            let told: Vec<_> = losses.iter().map(|(_, reason, _, events)| (*reason, events.len())).collect();
            assert_eq!(told, [(LossReason::Shutdown, 3)], "{target:?} {status}");
            let detail = format!("status {status}: scripted {status}");
            assert_eq!(losses[0].2, detail, "{target:?}");
            let known: BTreeSet<_> = target.sent(&sandbox).into_iter().flatten().collect();
            assert_eq!(known.len(), 3, "{target:?} {status}: one event has one id: {known:?}");
        }
    }
}
