//! One destination refuses for an hour, and the others do not notice.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant, SystemTime};

use taxogen::{Client, Mixpanel, PostHog, Segment, Timestamp};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Numbered, counts, listen, numbers};

/// How many times faster than the real one the clock of these tests goes, and the pauses of lanes end.
const HASTE: u32 = 1_200;
/// An hour by that clock.
const HOUR: Duration = Duration::from_secs(3_600 / HASTE as u64);
const EVENTS: i64 = 300;

fn clock() -> Timestamp {
    static START: OnceLock<(Instant, Timestamp)> = OnceLock::new();
    let (start, time) = START.get_or_init(|| (Instant::now(), Timestamp::now()));
    let since = i64::try_from(start.elapsed().as_millis()).unwrap();
    Timestamp::from_unix_millis(time.as_unix_millis() + since * i64::from(HASTE))
}

/// When each number was captured, and the longest time that a capture took.
#[derive(Default)]
struct Captured {
    at: BTreeMap<i64, SystemTime>,
    longest: Duration,
}

impl Captured {
    /// Captures these, one after the other, in that time.
    fn capture(&mut self, client: &Client, numbers: std::ops::Range<i64>, time: Duration) {
        let pause = time / u32::try_from(numbers.end - numbers.start).unwrap();
        let user = client.user("u");
        for number in numbers {
            self.at.insert(number, SystemTime::now());
            let start = Instant::now();
            user.capture(Numbered(number));
            self.longest = self.longest.max(start.elapsed());
            sleep(pause);
        }
    }

    /// How long half of these took to a vendor at most.
    fn usual_delay(&self, sandbox: &Sandbox, vendor: Vendor, numbers: std::ops::Range<i64>) -> Duration {
        let requests = sandbox.requests(vendor);
        let arrived = sandbox.received(vendor).into_iter().map(|received| {
            let request = requests.iter().find(|request| request.number == received.request).unwrap();
            (received.properties["number"].as_i64().unwrap(), request.at)
        });
        let arrived = arrived.filter(|(number, _)| numbers.contains(number));
        let mut delays: Vec<_> =
            arrived.map(|(number, at)| at.duration_since(self.at[&number]).unwrap_or_default()).collect();
        delays.sort_unstable();
        delays[delays.len() / 2]
    }
}

/// A vendor refuses connections, or answers with this, for an hour.
fn an_hour_without(vendor: Vendor, fault: Option<&Fault>) {
    let (sandbox, theirs) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    let host = |of: Vendor| if of == vendor { theirs.url() } else { sandbox.url() };
    let builder = Client::builder()
        .to(PostHog::new("phc_sandbox").host(host(Vendor::PostHog)))
        .to(Segment::new("sandbox").host(host(Vendor::Segment)))
        .to(Mixpanel::new("sandbox").host(host(Vendor::Mixpanel)))
        .linger(Duration::from_millis(10))
        .request_timeout(Duration::from_secs(1))
        .times_for_tests(clock, HASTE);
    let (builder, losses) = listen(builder);
    let client = builder.build().unwrap();
    let mut captured = Captured::default();
    captured.capture(&client, 0..EVENTS, Duration::from_secs(1));
    client.flush(LONG).unwrap();

    match fault {
        Some(fault) => theirs.fault(vendor, fault.clone().forever()),
        None => theirs.pause(),
    }
    let start = clock();
    captured.capture(&client, EVENTS..2 * EVENTS, HOUR);
    let all = 2 * EVENTS.unsigned_abs();
    let others = || Vendor::ALL.into_iter().filter(|other| *other != vendor);
    for other in others() {
        assert!(sandbox.wait_for(other, all, LONG), "{vendor} is down, and {other} has everything");
    }
    let mut report = client.report();
    let end = Instant::now() + LONG;
    // They have it before the client has their answer.
    while report.delivered < 2 * all + EVENTS.unsigned_abs() && Instant::now() < end {
        sleep(Duration::from_millis(10));
        report = client.report();
    }
    let minutes = (clock().as_unix_millis() - start.as_unix_millis()) / 60_000;
    assert!(minutes >= 60, "{minutes}");
    for destination in &report.destinations {
        let is_down = destination.name.eq_ignore_ascii_case(vendor.name());
        assert_eq!(destination.accepted, all, "{vendor} is down: {report}");
        assert_eq!(destination.kept > 0, is_down, "{vendor} is down: {report}");
        assert!(!is_down || destination.oldest.unwrap() >= Duration::from_secs(3_600), "{destination:?}");
    }
    for other in others() {
        let before = captured.usual_delay(&sandbox, other, 0..EVENTS);
        let during = captured.usual_delay(&sandbox, other, EVENTS..2 * EVENTS);
        // Loosely, because other tests run beside this one; a request that is waited for takes seconds.
        let loosely = before * 4 + Duration::from_millis(250);
        assert!(during < loosely, "{vendor} is down, and {other} gets events after {during:?}, before {before:?}");
    }
    assert!(captured.longest < Duration::from_millis(500), "a capture took {:?}", captured.longest);

    match fault {
        Some(_) => theirs.clear_faults(vendor),
        None => theirs.resume().unwrap(),
    }
    assert_eq!(counts(&client.shutdown(LONG)), (3 * all, 0, vec![]), "{vendor}");
    assert_eq!(*losses.lock().unwrap(), [], "{vendor}");
    for (of, at) in others().map(|other| (other, &sandbox)).chain([(vendor, &theirs)]) {
        assert_eq!(numbers(at, of), (0..2 * EVENTS).collect::<Vec<_>>(), "{of} of {vendor}");
    }
}

#[test]
fn a_destination_that_refuses_for_an_hour_costs_the_others_nothing() {
    scope(|scope| {
        let silent = Fault::status(503);
        scope.spawn(|| an_hour_without(Vendor::PostHog, None));
        scope.spawn(move || an_hour_without(Vendor::Segment, Some(&silent)));
        scope.spawn(|| an_hour_without(Vendor::Mixpanel, Some(&Fault::Hang)));
    });
}
