//! A provider as a source of flags.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::plan::{LIMITS, Limits, NEW_DASHBOARD, PRICING, Pricing, State, Vendor};
use super::*;
use crate::flag::Flag;

async fn vendor(name: &str) -> (Client, Arc<State>) {
    let vendor = Vendor::default();
    let state = Arc::clone(&vendor.state);
    let mut api = OpenFeature::singleton_mut().await;
    api.set_named_provider(name, vendor).await;
    (api.create_named_client(name), state)
}

#[test]
fn what_was_fetched_is_read_without_asking() {
    wait(async {
        let (vendor, state) = vendor("source").await;
        let flags = OpenFeatureFlags::of(vendor).with(NEW_DASHBOARD).with(PRICING).with(LIMITS);
        let (client, recorder) = crate::Client::builder().flags_from(flags.clone()).recorder();
        let person = client.user("user_123");
        assert_eq!(person.evaluate(NEW_DASHBOARD).source, FlagSource::Default, "nobody was asked about them yet");

        flags.prefetch(&user()).await.unwrap();
        assert_eq!(state.asked.load(Ordering::Relaxed), 3);
        for _ in 0..3 {
            let dashboard = person.evaluate(NEW_DASHBOARD);
            assert_eq!((dashboard.value, dashboard.assignment), (true, Assignment::Assigned));
            assert_eq!(dashboard.source, FlagSource::OpenFeature);
            let pricing = person.evaluate(PRICING);
            assert_eq!((pricing.value, pricing.assignment), (Pricing::Bold, Assignment::Delivered));
            assert_eq!(person.flag(LIMITS), Limits { timeout_ms: 7 });
        }
        assert_eq!(state.asked.load(Ordering::Relaxed), 3);
        let other = client.user("user_7").evaluate(NEW_DASHBOARD);
        assert_eq!((other.value, other.source), (false, FlagSource::Default));
        assert!(recorder.is_empty(), "a hook reports, where the provider is asked");
        let shown = r#"OpenFeatureFlags { flags: ["new-dashboard", "pricing", "limits"], remembered: 3, .. }"#;
        assert_eq!(format!("{flags:?}"), shown);
    });
}

#[test]
fn what_fails_leaves_what_is_there_until_it_is_too_old() {
    wait(async {
        let (vendor, state) = vendor("failing").await;
        let flags = OpenFeatureFlags::of(vendor).with(NEW_DASHBOARD).with(PRICING);
        let (client, _) = crate::Client::builder().flags_from(flags.clone()).recorder();
        let answer = |user: &str| {
            let answer = client.user(user).evaluate(NEW_DASHBOARD);
            (answer.value, answer.assignment)
        };
        flags.prefetch(&user()).await.unwrap();
        state.is_down.store(true, Ordering::Relaxed);
        flags.prefetch(&user()).await.unwrap();
        assert_eq!(answer("user_123"), (true, Assignment::Assigned));
        flags.prefetch(&user().with_targeting_key("user_7")).await.unwrap();
        assert_eq!(answer("user_7"), (false, Assignment::Fallback(Fallback::SourceError)));
        state.is_down.store(false, Ordering::Relaxed);
        flags.prefetch(&user().with_targeting_key("user_7")).await.unwrap();
        assert_eq!(answer("user_7"), (true, Assignment::Assigned));

        let short = flags.for_at_most(Duration::ZERO);
        let (client, _) = crate::Client::builder().flags_from(short).recorder();
        thread::sleep(Duration::from_millis(50));
        assert_eq!(client.user("user_123").evaluate(NEW_DASHBOARD).source, FlagSource::Default);
    });
}

#[test]
fn nobody_is_asked_about_nobody() {
    wait(async {
        let (vendor, state) = vendor("nobody").await;
        let flags = OpenFeatureFlags::of(vendor).with(NEW_DASHBOARD);
        for context in [EvaluationContext::default(), user().with_targeting_key("")] {
            let error = flags.prefetch(&context).await.unwrap_err();
            assert!(error.is_input());
            assert_eq!(error.to_string(), "the context has no targeting key: give it the distinct id of the person");
        }
        assert_eq!(state.asked.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_flag_that_the_provider_does_not_have_is_missing() {
    wait(async {
        const ABSENT: Flag<bool> = Flag::boolean("absent", true);
        let flags = OpenFeatureFlags::of(client("absent", &[]).await).with(ABSENT);
        let (client, _) = crate::Client::builder().flags_from(flags.clone()).recorder();
        flags.prefetch(&user()).await.unwrap();
        let answer = client.user("user_123").evaluate(ABSENT);
        assert_eq!((answer.value, answer.assignment), (true, Assignment::Fallback(Fallback::Missing)));
    });
}
