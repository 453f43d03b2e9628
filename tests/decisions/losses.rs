//! An exposure that was lost before a vendor had it is reported by the next decision; one that a vendor refused is not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taxogen::{
    Builder, Client, Decision, Event, EventSchema, ExposurePolicy, LossReason, Mixpanel, Overflow, PlanId, PostHog,
    PropertyWriter, Segment, Spool, Timestamp,
};
use taxogen_sandbox::{Fault, FlagAnswer, MIXPANEL_TOKEN, POSTHOG_KEY, SEGMENT_WRITE_KEY, Sandbox, Vendor};

use taxogen_tests::checkout::CHECKOUT;

const LONG: Duration = Duration::from_secs(20);
const VIEWED: &str = "Experiment Viewed";
const CALLED: &str = "$feature_flag_called";

/// Half a dozen of them fill the smallest log.
#[derive(Debug)]
struct Large;

impl Event for Large {
    fn schema(&self) -> &'static EventSchema {
        const { &EventSchema::new("large", PlanId::new("shop", "0")) }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("text", &"x".repeat(10_000));
    }
}

/// A client that delivers to a sandbox, and what it lost.
struct Trial {
    sandbox: Sandbox,
    client: Client,
    lost: Arc<Mutex<Vec<(String, LossReason)>>>,
}

impl Trial {
    fn new(settings: impl FnOnce(Builder, &Sandbox) -> Builder) -> Self {
        let (sandbox, lost) = (Sandbox::start().unwrap(), Arc::<Mutex<Vec<_>>>::default());
        let told = Arc::clone(&lost);
        let builder = Client::builder().exposures(ExposurePolicy::guide()).on_loss(move |loss| {
            let events = loss.events.iter().map(|event| (event.name.clone(), loss.reason));
            told.lock().unwrap().extend(events);
        });
        let client = settings(builder, &sandbox).build().unwrap();
        Self { sandbox, client, lost }
    }

    /// One that delivers to Segment alone, with a small log.
    fn segment(settings: impl FnOnce(Builder) -> Builder) -> Self {
        Self::new(|builder, sandbox| {
            settings(builder.to(Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url())).log_bytes(64 * 1024))
        })
    }

    /// Decides once more what was decided before.
    fn decide(&self) {
        self.client.decided(&Decision::new("user-1", "checkout").with_variation("on").with_rule("rule"));
    }

    /// Nothing is taken any more, and the lane has something in hand, so that what comes stays in the log.
    fn stop(&self, fault: Fault) {
        let before = self.sandbox.requests(Vendor::Segment).len();
        self.sandbox.fault(Vendor::Segment, fault.forever());
        (0..2).for_each(|_| self.client.user("u").capture(Large));
        wait_until("the lane has tried", || self.sandbox.requests(Vendor::Segment).len() > before);
    }

    fn fill(&self) {
        (0..8).for_each(|_| self.client.user("u").capture(Large));
    }

    /// Why exposures were lost so far.
    fn lost(&self, name: &str) -> Vec<LossReason> {
        self.lost.lock().unwrap().iter().filter(|(lost, _)| lost == name).map(|(_, reason)| *reason).collect()
    }

    /// How many arrive, after everything is taken again and was delivered.
    fn arrive(&self, vendor: Vendor, name: &str) -> usize {
        self.sandbox.clear_faults(vendor);
        self.client.flush(LONG).unwrap();
        self.sandbox.received(vendor).iter().filter(|received| received.name == name).count()
    }
}

/// Now, or when everything is too old.
fn later(is_later: &AtomicBool) -> Timestamp {
    let day = if is_later.load(Ordering::Relaxed) { 24 * 60 * 60 * 1000 } else { 0 };
    Timestamp::from_unix_millis(Timestamp::now().as_unix_millis() + day)
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_a_full_log_dropped_is_reported_again() {
    let trial = Trial::segment(|builder| builder);
    trial.stop(Fault::status(500));
    trial.decide();
    trial.decide();
    trial.fill();
    assert_eq!(trial.lost(VIEWED), [LossReason::LogFull], "it was in the log once");
    trial.decide();
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 1);
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 1);
}

#[test]
fn what_a_full_log_refused_is_reported_again() {
    let trial = Trial::segment(|builder| builder.overflow(Overflow::DropNewest));
    trial.stop(Fault::status(500));
    // A decision is smaller than what fills it: the rest has to be smaller still.
    trial.fill();
    let client = trial.client.clone();
    wait_until("there is no room", || {
        client.user("u").alias("v");
        client.report().lost_for(LossReason::LogFull) > 5
    });
    trial.decide();
    assert_eq!(trial.lost(VIEWED), [LossReason::LogFull]);
    trial.decide();
    assert_eq!(trial.lost(VIEWED), [LossReason::LogFull; 2], "nobody has it");
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 0);
    trial.decide();
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 1);
}

#[test]
fn what_grew_too_old_is_reported_again() {
    let trial = Trial::segment(|builder| builder.max_age(Duration::from_millis(300)));
    trial.stop(Fault::status(500));
    trial.decide();
    wait_until("it is too old", || trial.lost(VIEWED) == [LossReason::Expired]);
    trial.sandbox.clear_faults(Vendor::Segment);
    trial.decide();
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 1);
}

#[test]
fn what_waits_for_a_paused_destination_is_reported_again_when_it_is_lost_and_not_before() {
    let trial = Trial::segment(|builder| builder);
    trial.stop(Fault::status(401));
    wait_until("it is paused", || trial.client.report().destinations[0].paused.is_some());
    trial.decide();
    trial.decide();
    assert_eq!(trial.client.report().kept, 3, "it waits");
    trial.fill();
    assert_eq!(trial.lost(VIEWED), [LossReason::LogFull]);
    trial.decide();
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 1);
}

#[test]
fn what_a_vendor_refused_or_rejected_is_not_reported_for_ever() {
    let trial = Trial::segment(|builder| builder);
    trial.sandbox.fault(Vendor::Segment, Fault::status(400).forever());
    for _ in 0..3 {
        trial.decide();
        trial.client.flush(LONG).unwrap();
    }
    assert_eq!(trial.lost(VIEWED), [LossReason::Refused]);
    assert_eq!(trial.sandbox.requests(Vendor::Segment).len(), 1);
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 0);

    let trial = Trial::new(|builder, sandbox| builder.to(Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url())));
    // Mixpanel takes no event of such an id.
    let decision = Decision::new("null", "checkout").with_variation("on").with_rule("rule");
    for _ in 0..3 {
        trial.client.decided(&decision);
        trial.client.flush(LONG).unwrap();
    }
    assert_eq!(trial.lost(VIEWED).first(), Some(&LossReason::Rejected));
    assert!(trial.lost(VIEWED).len() <= 2, "the event and its person, once each: {:?}", trial.lost(VIEWED));
}

#[test]
fn of_several_destinations_the_one_that_lost_it_is_enough() {
    static IS_LATER: AtomicBool = AtomicBool::new(false);
    let trial = Trial::new(|builder, sandbox| {
        let builder = builder.to(Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url()));
        let builder = builder.to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url()));
        builder.times_for_tests(|| later(&IS_LATER), 20)
    });
    trial.sandbox.fault(Vendor::Segment, Fault::status(500).forever());
    trial.decide();
    assert!(trial.sandbox.wait_for(Vendor::PostHog, 1, LONG));
    IS_LATER.store(true, Ordering::Relaxed);
    wait_until("it is too old", || trial.lost(VIEWED) == [LossReason::Expired]);
    IS_LATER.store(false, Ordering::Relaxed);
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Segment, VIEWED), 1);
    assert_eq!(trial.arrive(Vendor::PostHog, VIEWED), 2, "a repeat, and never an exposure less");
}

#[test]
fn a_person_property_that_was_lost_alone_is_reported_again() {
    static IS_LATER: AtomicBool = AtomicBool::new(false);
    let trial = Trial::new(|builder, sandbox| {
        let builder = builder.times_for_tests(|| later(&IS_LATER), 20);
        builder.to(Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url()))
    });
    trial.sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::status(500).forever());
    trial.decide();
    assert!(trial.sandbox.wait_for(Vendor::Mixpanel, 1, LONG));
    IS_LATER.store(true, Ordering::Relaxed);
    wait_until("it is too old", || trial.lost(VIEWED) == [LossReason::Expired]);
    IS_LATER.store(false, Ordering::Relaxed);
    trial.decide();
    assert_eq!(trial.arrive(Vendor::Mixpanel, VIEWED), 2);
    let people = trial.sandbox.summary(Vendor::Mixpanel).people;
    assert_eq!(people["user-1"]["[Optimizely] checkout"], "on");
}

#[test]
fn what_posthog_is_told_of_a_flag_is_told_again_where_it_was_lost() {
    let trial = Trial::new(|builder, sandbox| {
        let posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
        builder.to(posthog).max_age(Duration::from_millis(300))
    });
    trial.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = trial.client.user("user-1");
    user.load_flags_blocking(LONG).unwrap();
    trial.sandbox.fault_at(Vendor::PostHog, "/batch/", Fault::status(500).forever());
    let _ = user.flag(CHECKOUT);
    wait_until("it is too old", || trial.lost(CALLED) == [LossReason::Expired]);
    trial.sandbox.clear_faults(Vendor::PostHog);
    for _ in 0..3 {
        let _ = user.flag(CHECKOUT);
    }
    assert_eq!(trial.arrive(Vendor::PostHog, CALLED), 1);
}

#[test]
fn what_lies_on_disk_is_not_lost_and_what_another_process_left_takes_nothing_back() {
    let directory = tempfile::tempdir().unwrap();
    let spooling = |max_age| Trial::segment(|builder| builder.spool(Spool::new(directory.path())).max_age(max_age));
    let first = spooling(LONG);
    first.sandbox.fault(Vendor::Segment, Fault::status(500).forever());
    first.decide();
    assert_eq!(first.client.shutdown(Duration::from_millis(100)).kept, 1);
    assert!(first.lost(VIEWED).is_empty());

    // Another address is another lane, so that the record waits for nobody; it is given up there, and told.
    let second =
        Trial::segment(|builder| builder.spool(Spool::new(directory.path()).orphan_after(Duration::from_millis(1))));
    second.decide();
    wait_until("it is given up", || second.lost(VIEWED) == [LossReason::Orphaned]);
    second.decide();
    assert_eq!(second.arrive(Vendor::Segment, VIEWED), 1, "what this process reported stays reported");
}
