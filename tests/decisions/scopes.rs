//! For whom, for how long and for how many an exposure is remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use taxogen::{Builder, Client, Decision, DecisionOutcome, Dedup, Engine, ExposurePolicy, SkipReason, Timestamp};
use taxogen_sandbox::{FlagAnswer, Vendor};

use taxogen_tests::checkout::{CHECKOUT, Stage};

fn builder() -> Builder {
    Client::builder().exposures(ExposurePolicy::guide())
}

fn decision(user: &str) -> Decision {
    Decision::new(user, "checkout").with_variation("on").with_rule("rule")
}

#[test]
fn what_was_reported_counts_until_its_time_is_over() {
    let dedup = Dedup::process().time_to_live(Duration::from_millis(500));
    let (client, recorder) = builder().dedup(dedup).recorder();
    client.decided(&decision("u"));
    std::thread::sleep(Duration::from_millis(700));
    client.decided(&decision("u"));
    assert_eq!(recorder.len(), 2);
    let (client, recorder) = builder().dedup(Dedup::process().time_to_live(Duration::MAX)).recorder();
    client.decided(&decision("u"));
    client.decided(&decision("u"));
    assert_eq!(recorder.len(), 1);
}

#[test]
fn in_the_scope_of_a_request_a_handle_and_its_clones_remember_together() {
    let reports = |dedup: Dedup| {
        let stage = Stage::with(|builder| builder.dedup(dedup));
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
        for _ in 0..2 {
            let user = stage.loaded("u");
            let _ = user.flag(CHECKOUT);
            let _ = user.clone().flag(CHECKOUT);
        }
        stage.events(Vendor::PostHog, "$feature_flag_called").len()
    };
    assert_eq!((reports(Dedup::process()), reports(Dedup::request())), (1, 2));
}

#[test]
fn a_full_memory_forgets_and_what_was_forgotten_is_reported_again() {
    let dedup = Dedup::process().capacity(16);
    assert_eq!(dedup.memory_bytes(), 768);
    let (client, recorder) = builder().dedup(dedup).recorder();
    for round in 1..=2 {
        for user in 0..1_000 {
            client.decided(&decision(&user.to_string()));
        }
        assert!(recorder.len() >= round * 1_000 - 32, "{}", recorder.len());
    }
}

#[test]
fn a_million_decisions_of_one_user_are_one_exposure_and_two_that_alternate_are_all_reported() {
    let (client, recorder) = builder().recorder();
    let same = decision("u");
    for _ in 0..1_000_000 {
        client.decided(&same);
    }
    assert_eq!(recorder.len(), 1);
    let other = decision("u").with_variation("off");
    for _ in 0..500 {
        client.decided(&other);
        client.decided(&same);
    }
    assert_eq!(recorder.len(), 1_001);
}

#[test]
fn ids_are_told_apart_whatever_they_hold() {
    let (client, recorder) = builder().recorder();
    let long = "é".repeat(5_000);
    let ids = ["u", "u:checkout", "u\0", "ü", "u\u{308}", "\u{1f600}", &long, &long[2..]];
    for _ in 0..2 {
        for id in ids {
            client.decided(&decision(id));
        }
    }
    assert_eq!(recorder.len(), ids.len());
}

#[test]
fn what_the_application_drops_is_reported_when_it_lets_it_pass() {
    let has_consent = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&has_consent);
    let consent = move |draft: &mut taxogen::Draft<'_>| {
        if !asked.load(Ordering::Relaxed) {
            draft.discard();
        }
    };
    let (client, recorder) = builder().before_capture(consent).recorder();
    client.decided(&decision("u"));
    client.decided(&decision("u"));
    assert_eq!((recorder.len(), client.report().dropped), (0, 2));
    has_consent.store(true, Ordering::Relaxed);
    client.decided(&decision("u"));
    client.decided(&decision("u"));
    assert_eq!((recorder.len(), client.report().dropped), (1, 2));
}

#[test]
fn a_decision_of_the_future_is_of_now() {
    let (client, recorder) = builder().recorder();
    let tomorrow = SystemTime::now() + Duration::from_secs(24 * 60 * 60);
    client.decided(&decision("u").with_time(tomorrow));
    assert!(recorder.all()[0].time() <= Timestamp::now());
    let long_ago = Timestamp::from_unix_millis(1_262_304_000_000);
    client.decided(&decision("v").with_time(long_ago));
    assert_eq!(recorder.all()[1].time(), long_ago);
}

#[test]
fn an_engine_is_known_by_its_name_too() {
    let (client, recorder) = builder().recorder();
    let by_name = |name: &'static str| decision("u").with_engine(Engine::Other(name.into()));
    assert_eq!(client.decided(&by_name("PostHog")), DecisionOutcome::Skipped(SkipReason::PostHogKnows));
    assert_eq!(client.decided(&by_name("Optimizely")), DecisionOutcome::Reported);
    assert_eq!(client.decided(&decision("u")), DecisionOutcome::Repeated);
    assert_eq!(client.decided(&by_name("GrowthBook")), DecisionOutcome::Reported);
    assert_eq!(recorder.len(), 2);
}
