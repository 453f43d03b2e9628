//! Events whose delivery somebody waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use taxogen::{Client, DestinationOutcome, Fate, LossReason, Mixpanel, Outcome};
use taxogen_sandbox::{Fault, Sandbox, Vendor};
use taxogen_tests::executor::block_on;

use crate::shop::OrderPlaced;
use crate::vendors::{LONG, Numbered, counts, listen, to, to_all};

fn fates(outcome: &Outcome) -> Vec<(&'static str, Fate)> {
    let fate = |DestinationOutcome { name, fate, .. }: &DestinationOutcome| (*name, fate.clone());
    outcome.destinations.iter().map(fate).collect()
}

/// The ids under which a vendor was sent anything, each once.
fn ids(sandbox: &Sandbox, vendor: Vendor) -> Vec<String> {
    let mut ids: Vec<_> = sandbox.messages(vendor).into_iter().filter_map(|message| message.id).collect();
    ids.sort();
    ids.dedup();
    ids
}

#[test]
fn who_waits_learns_that_all_have_it() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).linger(LONG).build().unwrap();
    let user = client.user("u");
    let start = Instant::now();
    let blocking = user.capture_now(Numbered(0)).wait();
    let awaited = block_on(user.capture_now(Numbered(1)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let on_runtime = runtime.block_on(user.capture_now(Numbered(2)).within(LONG).into_future());
    assert!(start.elapsed() < LONG / 2, "it does not linger");
    let mut known = Vec::new();
    for outcome in [blocking, awaited, on_runtime] {
        let all = ["posthog", "segment", "mixpanel"].map(|name| (name, Fate::Delivered));
        assert_eq!(fates(&outcome), all);
        assert!(outcome.is_delivered() && !outcome.is_lost());
        known.extend(outcome.id);
    }
    known.sort();
    for vendor in Vendor::ALL {
        assert_eq!(ids(&sandbox, vendor), known, "{vendor}");
    }
    assert_eq!(counts(&client.shutdown(LONG)), (9, 0, vec![]));
}

#[test]
fn each_destination_has_its_own_fate_and_the_event_one_id() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(401).forever());
    sandbox.fault(Vendor::Segment, Fault::status(404));
    sandbox.fault(Vendor::Mixpanel, Fault::CutAfter);
    let client = to_all(&sandbox).linger(Duration::from_millis(1)).build().unwrap();
    let outcome = client.user("u").capture_now(OrderPlaced::new("tea", 2, 3.5)).within(LONG).wait();
    let lost = Fate::Lost { reason: LossReason::Refused, detail: "status 404: scripted 404".to_owned() };
    assert_eq!(fates(&outcome), [("posthog", Fate::Kept), ("segment", lost), ("mixpanel", Fate::Delivered)]);
    assert!(!outcome.is_delivered() && outcome.is_lost());

    sandbox.clear_faults(Vendor::PostHog);
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![(LossReason::Refused, 1)]));
    let id = outcome.id.unwrap();
    for vendor in [Vendor::PostHog, Vendor::Mixpanel] {
        let events: Vec<_> =
            sandbox.received(vendor).into_iter().filter(|event| event.name == OrderPlaced::NAME).collect();
        assert_eq!((events.len(), events[0].id.as_deref()), (1, Some(id.as_str())), "{vendor}");
    }
}

#[test]
fn what_is_not_settled_in_time_is_kept_and_comes_later() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(503).times(3));
    let client = to(&sandbox, Vendor::PostHog).linger(Duration::from_millis(1)).build().unwrap();
    let start = Instant::now();
    let outcome = client.user("u").capture_now(Numbered(0)).within(Duration::from_millis(100)).wait();
    assert!(start.elapsed() < LONG / 2);
    assert_eq!(fates(&outcome), [("posthog", Fate::Kept)]);
    // Nobody waits for this one any more, and it is delivered like any other.
    let id = outcome.id.unwrap();
    drop(client.user("u").capture_now(Numbered(1)));
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![]));
    let ids = ids(&sandbox, Vendor::PostHog);
    assert!(ids.len() == 2 && ids.contains(&id));
}

#[test]
fn what_goes_nowhere_says_why() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to(&sandbox, Vendor::PostHog).to(Mixpanel::new("x").host(sandbox.mixpanel_url())));
    let client = builder.build().unwrap();
    let nobody = client.user("").capture_now(Numbered(0)).wait();
    assert_eq!((nobody.refused, fates(&nobody)), (Some(LossReason::EmptyId), vec![]));
    assert!(nobody.id.is_some() && nobody.is_lost() && !nobody.is_delivered());
    // Mixpanel takes nothing of nobody in particular.
    let null = client.user("null").capture_now(Numbered(1)).wait();
    let [(_, Fate::Delivered), ("mixpanel", Fate::Lost { reason: LossReason::Rejected, .. })] = &fates(&null)[..]
    else {
        panic!("{null:?}");
    };
    client.shutdown(LONG);
    let late = client.user("u").capture_now(Numbered(2)).wait();
    assert_eq!(late.refused, Some(LossReason::AfterShutdown));
    assert_eq!(losses.lock().unwrap().len(), 3, "each is told once");
}

#[test]
fn a_recorder_and_a_disabled_client_wait_for_nothing() {
    let (client, recorder) = Client::recorder();
    assert!(block_on(client.user("u").capture_now(Numbered(0))).is_delivered());
    assert_eq!(recorder.len(), 1);
    assert_eq!(Client::disabled().user("u").capture_now(Numbered(0)).wait(), Outcome::default());
}

#[test]
fn who_waits_in_a_hook_is_let_go() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(404));
    let other: Arc<std::sync::OnceLock<Client>> = Arc::default();
    let inner = Arc::clone(&other);
    let client = to(&sandbox, Vendor::PostHog)
        .on_loss(move |_| {
            let outcome = inner.get().unwrap().user("u").capture_now(Numbered(1)).within(LONG).wait();
            assert_eq!(fates(&outcome), [("posthog", Fate::Kept)]);
        })
        .build()
        .unwrap();
    assert!(other.set(client.clone()).is_ok());
    let start = Instant::now();
    assert!(client.user("u").capture_now(Numbered(0)).wait().is_lost());
    assert!(start.elapsed() < LONG / 4);
    assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![(LossReason::Refused, 1)]));
}
