//! What arrives where, and what the client says about it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen::{Client, Destinations, EventSchema, LossReason, Mixpanel, PlanId, PostHog, Region, Segment, Sensitivity};
use taxogen_sandbox::{Fault, Kind, Sandbox, Vendor};
use taxogen_tests::executor::block_on;

use crate::shop::{Company, OrderPlaced, Person};
use crate::vendors::{LONG, Numbered, PLAN, Plain, counts, listen, numbers, to, to_all};

#[test]
fn every_verb_arrives_at_every_vendor() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    let user = client.user("user_1");
    user.identify(Person { country: Some("DE"), signed_up: Some("2026-01-01") });
    user.set(Person { country: Some("FR"), signed_up: Some("2030-01-01") });
    user.group(Company { key: "acme", employees: 12 });
    user.capture(OrderPlaced::new("tea", 2, 3.5));
    client.user("user_2").alias("anonymous_7");
    let report = client.shutdown(LONG);

    assert_eq!(counts(&report), (15, 0, vec![]), "five records for each of three");
    for vendor in Vendor::ALL {
        let summary = sandbox.summary(vendor);
        assert_eq!((summary.repeated, &summary.dropped, &summary.rejected), (0, &[].into(), &[].into()), "{vendor}");
        assert_eq!(summary.count(OrderPlaced::NAME), 1, "{vendor}");
        let person = &summary.people["user_1"];
        assert_eq!(person["country"], "FR", "{vendor}");
        assert_eq!(person["last_item"], "tea", "{vendor}");
        // Segment has no `set_once`.
        let signed_up = if vendor == Vendor::Segment { "2030-01-01" } else { "2026-01-01" };
        assert_eq!(person["signed_up"], signed_up, "{vendor}");
        let group_type = if vendor == Vendor::Segment { "group" } else { "company" };
        let group = &summary.groups[&(group_type.to_owned(), "acme".to_owned())];
        assert_eq!(Value::Object(group.clone()), json!({ "employees": 12 }), "{vendor}");
        assert_eq!(summary.aliases.len(), 1, "{vendor}");
    }
    let order = |vendor| {
        let mut events = sandbox.messages(vendor).into_iter().filter(|message| message.kind == Kind::Event);
        events.next_back().expect("the order").item
    };
    assert_eq!(order(Vendor::PostHog)["properties"]["$groups"], json!({ "company": "acme" }));
    assert_eq!(order(Vendor::Segment)["context"]["groupId"], "acme");
    assert_eq!(order(Vendor::Mixpanel)["properties"]["company"], "acme");
}

#[test]
fn a_destination_sees_what_it_is_allowed_to() {
    const PERSONAL: PlanId = PLAN.allow(Destinations::POSTHOG.and(Destinations::MIXPANEL), Sensitivity::Personal);
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(PostHog::new("phc_x").host(sandbox.posthog_url()).allow(Sensitivity::Personal))
        .to(Segment::new("x").host(sandbox.segment_url()))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()).allow(Sensitivity::Public))
        .build()
        .unwrap();
    let seen = Plain(const { &EventSchema::new("seen", PERSONAL) }, |properties| {
        properties.public("a", &1);
        properties.personal("b", &2);
        properties.internal("c", &3);
        properties.set().personal("email", "a@example.com");
    });
    client.user("u").capture(seen);
    assert_eq!(counts(&client.shutdown(LONG)), (3, 0, vec![]));

    let properties = |vendor| sandbox.messages(vendor).remove(0).properties;
    let posthog = properties(Vendor::PostHog);
    assert_eq!((&posthog["a"], &posthog["b"], &posthog["c"]), (&json!(1), &json!(2), &json!(3)));
    assert_eq!(posthog["$set"], json!({ "email": "a@example.com" }));
    assert_eq!(properties(Vendor::Segment), json!({ "a": 1, "c": 3 }));
    let mixpanel = properties(Vendor::Mixpanel);
    assert_eq!((&mixpanel["a"], &mixpanel["b"], &mixpanel["c"]), (&json!(1), &Value::Null, &Value::Null));
    assert_eq!(sandbox.summary(Vendor::Segment).people.get("u"), None);
    assert_eq!(sandbox.summary(Vendor::Mixpanel).people.get("u"), None);
}

#[test]
fn events_leave_by_themselves_after_a_moment() {
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::PostHog).linger(Duration::from_millis(50)).build().unwrap();
    for number in 0..10 {
        client.user("u").capture(Numbered(number));
    }
    assert!(sandbox.wait_for(Vendor::PostHog, 10, LONG));
    assert_eq!(sandbox.summary(Vendor::PostHog).requests, 1, "together");
    client.user("u").capture(Numbered(10));
    assert!(sandbox.wait_for(Vendor::PostHog, 11, LONG));
    assert_eq!(numbers(&sandbox, Vendor::PostHog), (0..=10).collect::<Vec<_>>());
}

#[test]
fn many_events_of_many_threads_arrive_once_each_and_in_order() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).linger(Duration::from_millis(1)).build().unwrap();
    let each = 1_000;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let user = client.user(format!("user_{thread}"));
            scope.spawn(move || (0..each).for_each(|number| user.capture(Numbered(number))));
        }
    });
    assert_eq!(counts(&client.shutdown(LONG)), (4 * 3 * each.unsigned_abs(), 0, vec![]));
    for vendor in Vendor::ALL {
        let summary = sandbox.summary(vendor);
        assert_eq!((summary.count("numbered"), summary.repeated), (4 * each.unsigned_abs(), 0), "{vendor}");
        let received = sandbox.received(vendor);
        for thread in 0..4 {
            let of_thread = received
                .iter()
                .filter(|received| received.distinct_id.as_deref() == Some(&format!("user_{thread}")))
                .filter_map(|received| received.properties["number"].as_i64());
            assert!(of_thread.eq(0..each), "{vendor}: first in, first out");
        }
    }
}

#[test]
fn a_client_that_lives_for_a_moment_delivers_everything() {
    let sandbox = Sandbox::start().unwrap();
    for number in 0..200 {
        let client = to(&sandbox, Vendor::PostHog).build().unwrap();
        // The lane may be anywhere on its way to sleep.
        std::thread::sleep(Duration::from_micros(number * 3));
        client.user("u").capture(Numbered(1));
        assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![]), "{number}");
    }
    assert_eq!(sandbox.summary(Vendor::PostHog).distinct, 200);
}

#[test]
fn one_destination_that_hangs_costs_the_others_nothing() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::Hang.forever());
    let client = to_all(&sandbox).linger(Duration::from_millis(10)).build().unwrap();
    for number in 0..100 {
        client.user("u").capture(Numbered(number));
    }
    assert!(sandbox.wait_for(Vendor::PostHog, 100, LONG) && sandbox.wait_for(Vendor::Mixpanel, 100, LONG));
    let flushed = client.flush(Duration::from_millis(200)).unwrap_err();
    assert!(flushed.is_timeout());
    let report = client.report();
    assert_eq!((report.delivered, report.kept, report.lost), (200, 100, vec![]));
}

#[test]
fn a_full_log_costs_the_slow_destination_its_oldest_events_and_nobody_else_any() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::Hang.forever());
    let builder = to(&sandbox, Vendor::PostHog).to(Segment::new("x").host(sandbox.segment_url()));
    let (builder, losses) = listen(builder.log_bytes(64 * 1024).linger(Duration::from_millis(1)));
    let client = builder.build().unwrap();
    let all = 2_000;
    let user = client.user("u");
    for number in 0..all {
        user.capture(Numbered(number));
        if number % 100 == 99 {
            let captured = u64::try_from(number + 1).unwrap();
            assert!(sandbox.wait_for(Vendor::Segment, captured, LONG));
        }
    }
    assert_eq!(numbers(&sandbox, Vendor::Segment), (0..all).collect::<Vec<_>>());
    let report = client.shutdown(Duration::from_millis(100));
    let [posthog, segment] = &report.destinations[..] else { panic!("two destinations") };
    assert_eq!((segment.delivered, &segment.lost), (2_000, &vec![]));
    assert_eq!(posthog.delivered, 0);
    assert!(posthog.lost[0].0 == LossReason::LogFull && posthog.lost[0].1 > 500, "{posthog:?}");
    assert_eq!(posthog.lost[0].1 + posthog.kept, 2_000, "each once: {posthog:?}");
    let told: usize = losses.lock().unwrap().iter().map(|(.., events)| events.len()).sum();
    assert_eq!(told, 2_000);
}

#[test]
fn shutdown_tells_what_is_left_and_takes_nothing_more() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.pause();
    let (builder, losses) = listen(to(&sandbox, Vendor::Mixpanel));
    let client = builder.build().unwrap();
    client.user("u").capture(OrderPlaced::new("tea", 2, 3.5));
    let start = Instant::now();
    let report = client.shutdown(Duration::from_millis(300));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(counts(&report), (0, 1, vec![]), "an event is kept once");
    assert_eq!((report.destinations[0].kept_parts, report.destinations[0].accepted), (1, 1));
    assert!(report.destinations[0].queued_bytes > 0 && report.destinations[0].oldest.is_some());

    client.user("u").capture(OrderPlaced::new("tea", 2, 3.5));
    let lost = vec![(LossReason::AfterShutdown, 1)];
    assert_eq!(counts(&client.shutdown(LONG)), (0, 1, lost));
    let start = Instant::now();
    client.flush(LONG).expect_err("something is left, and nobody delivers it any more");
    assert!(start.elapsed() < LONG / 2);
    let order = || vec![OrderPlaced::NAME.to_owned()];
    let mut losses = losses.lock().unwrap().clone();
    losses.sort();
    let trouble = losses[1].2.clone();
    assert!(trouble.to_lowercase().contains("refused"), "{trouble}");
    assert_eq!(
        losses,
        [
            (None, LossReason::AfterShutdown, String::new(), order()),
            (Some("mixpanel"), LossReason::Shutdown, trouble.clone(), order()),
            (
                Some("mixpanel"),
                LossReason::Shutdown,
                format!("what goes there apart from the event: {trouble}"),
                order()
            ),
        ]
    );
}

#[test]
fn a_client_that_is_dropped_delivers_before_it_is_gone() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::Delay(Duration::from_millis(300)));
    let client = to(&sandbox, Vendor::PostHog).linger(LONG).build().unwrap();
    client.user("u").capture(Numbered(1));
    drop(client);
    assert_eq!(sandbox.summary(Vendor::PostHog).distinct, 1);

    let idle = to(&sandbox, Vendor::PostHog).build().unwrap();
    let start = Instant::now();
    drop(idle);
    assert!(start.elapsed() < Duration::from_secs(1), "there is nothing to wait for");
}

#[test]
fn a_client_that_is_dropped_tells_what_it_could_not_deliver_before_it_is_gone() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (on_runtime, longest) in [(false, 3_500), (true, 1_900)] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.fault(Vendor::Segment, Fault::Hang.forever());
        let (builder, losses) = listen(to(&sandbox, Vendor::Segment));
        let client = builder.build().unwrap();
        client.user("u").capture(Numbered(1));
        let start = Instant::now();
        if on_runtime {
            runtime.block_on(async move { drop(client) });
        } else {
            drop(client);
        }
        assert!(start.elapsed() < Duration::from_millis(longest), "{:?}", start.elapsed());
        let told = (Some("segment"), LossReason::Shutdown, String::new(), vec!["numbered".to_owned()]);
        assert_eq!(*losses.lock().unwrap(), [told]);
    }
}

#[test]
fn it_works_awaited_without_a_runtime() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    client.user("u").capture(Numbered(1));
    block_on(client.flush_async(LONG)).unwrap();
    client.user("u").capture(Numbered(2));
    assert_eq!(counts(&block_on(client.shutdown_async(LONG))), (6, 0, vec![]));
}

#[test]
fn it_works_inside_a_runtime_awaited_and_blocking() {
    let sandbox = Sandbox::start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let client = to_all(&sandbox).build().unwrap();
        client.user("u").capture(Numbered(1));
        client.flush(LONG).unwrap();
        client.user("u").capture(Numbered(2));
        client.flush_async(LONG).await.unwrap();
        client.user("u").capture(Numbered(3));
        assert_eq!(counts(&client.shutdown_async(LONG).await), (9, 0, vec![]));
        drop(client);
    });
}

#[test]
fn a_hook_that_waits_for_its_own_thread_is_let_go() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(404));
    let other: Arc<std::sync::OnceLock<Client>> = Arc::default();
    let inner = Arc::clone(&other);
    let client = to(&sandbox, Vendor::PostHog)
        .on_loss(move |_| {
            let late = inner.get().unwrap().flush(LONG).unwrap_err();
            assert!(late.is_timeout());
        })
        .build()
        .unwrap();
    assert!(other.set(client.clone()).is_ok());
    client.user("u").capture(Numbered(1));
    let start = Instant::now();
    client.flush(LONG).unwrap();
    assert!(start.elapsed() < LONG / 2);
    assert_eq!(counts(&client.shutdown(LONG)), (0, 0, vec![(LossReason::Refused, 1)]));
}

#[test]
fn settings_that_cannot_be_used_are_errors_that_name_the_destination_and_no_key() {
    for (builder, sentence) in [
        (
            Client::builder().to(PostHog::new("phc_hidden").host("ftp://x")),
            "the host `ftp://x` of posthog cannot be used: its scheme is neither http nor https",
        ),
        (Client::builder().to(Segment::new("")), "the write key of segment is empty"),
        (
            Client::builder().to(Mixpanel::new("hidden\n")),
            "the token of mixpanel holds spaces or other characters that no key has",
        ),
        (Client::builder().to(Segment::new("x").region(Region::In)), "segment has no region `in`"),
    ] {
        let error = builder.build().unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(error.to_string(), sentence);
    }
    let host = "https://me:k3y@x?token=k3y";
    let (posthog, segment) = (PostHog::new("k3y").host(host), Segment::new("k3y").host(host));
    let hidden = format!("{posthog:?} {segment:?} {:?}", Mixpanel::new("k3y").host(host));
    assert!(!hidden.contains("k3y"), "{hidden}");
}

#[test]
fn settings_show_no_key_and_a_region_is_read_from_text() {
    let builder = Client::builder().to(PostHog::new("phc_k3y")).to(Segment::new("k3y")).to(Mixpanel::new("k3y"));
    let shown = format!("{builder:?}");
    assert!(shown.contains("Mixpanel") && !shown.contains("k3y"), "{shown}");

    for (text, region) in [("us", Region::Us), ("EU", Region::Eu), ("in", Region::In)] {
        assert_eq!(text.parse::<Region>().unwrap(), region);
    }
    let error = "mars".parse::<Region>().unwrap_err();
    assert_eq!(error.to_string(), "there is no region `mars`: it has to be `us`, `eu` or `in`");
    assert!(error.is_configuration());
}

#[test]
fn without_a_destination_nothing_is_delivered_and_nothing_lost() {
    let client = Client::from_env_with(|_| None).unwrap();
    client.user("u").capture(Numbered(1));
    client.flush(LONG).unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (0, 0, vec![]));
}
