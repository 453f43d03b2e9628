//! What reading a flag gives, whoever answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taxogen::{Assignment, Client, Fallback, FlagSource, FlagValue, LayerAnswer, LocalFlags, Said};
use taxogen_sandbox::FlagAnswer;
use taxogen_tests::checkout::{
    Banner, CHECKOUT, CheckoutExperiment, LIMITS, Limits, NEW_DASHBOARD, PAYMENTS_ENABLED, Stage,
};

use crate::layers::{CANNOT, Company, Person, Scripted, Spy, with_payload};

const OTHER: FlagSource = FlagSource::Other("test");

/// New dashboard for Germany, payments off for everybody, a checkout with a banner, limits, and one flag that asks the server.
pub(crate) const DEFINITIONS: &str = r#"{"flags": [
    {"id": 1, "key": "new-dashboard", "active": true, "version": 4, "has_experiment": false,
     "filters": {"groups": [{"properties": [{"key": "country", "operator": "exact", "value": ["DE"], "type": "person"}]}]}},
    {"id": 2, "key": "payments-enabled", "active": false, "filters": {"groups": [{}]}},
    {"id": 3, "key": "checkout-experiment", "active": true, "version": 7, "has_experiment": true,
     "filters": {"groups": [{"variant": "test"}],
        "multivariate": {"variants": [{"key": "control", "rollout_percentage": 50}, {"key": "test", "rollout_percentage": 50}]},
        "payloads": {"test": "{\"headline\": \"Buy now\"}"}}},
    {"id": 4, "key": "checkout-limits", "active": true,
     "filters": {"groups": [{}], "payloads": {"true": "{\"timeout_ms\": 3000}"}}},
    {"id": 5, "key": "remembered", "active": true, "ensure_experience_continuity": true, "filters": {"groups": [{}]}}
]}"#;

fn assigned(assignment: Option<Assignment>, value: impl Into<FlagValue>) -> LayerAnswer {
    let mut said = Said::new(value);
    said.assignment = assignment;
    LayerAnswer::Says(said)
}

#[test]
fn the_first_layer_that_says_something_is_believed_and_else_the_last_reason_is_kept() {
    let key = NEW_DASHBOARD.key();
    let says = |on: bool| LayerAnswer::says(on);
    let inconclusive = LayerAnswer::CannotSay(Fallback::Inconclusive);
    for (first, second, value, source, assignment) in [
        (says(true), says(false), true, FlagSource::File, Assignment::Assigned),
        (says(false), says(true), false, FlagSource::File, Assignment::Off),
        (LayerAnswer::Silent, says(true), true, OTHER, Assignment::Assigned),
        (CANNOT, says(false), false, OTHER, Assignment::Off),
        (CANNOT, inconclusive, false, FlagSource::Default, Assignment::Fallback(Fallback::Inconclusive)),
        (CANNOT, LayerAnswer::Silent, false, FlagSource::Default, Assignment::Fallback(Fallback::SourceError)),
        (
            LayerAnswer::Silent,
            LayerAnswer::Silent,
            false,
            FlagSource::Default,
            Assignment::Fallback(Fallback::NotLoaded),
        ),
    ] {
        let (client, recorder) = Client::builder()
            .flags_from(Scripted::new(FlagSource::File, [(key, first)]))
            .flags_from(Scripted::new(OTHER, [(key, second)]))
            .recorder();
        let answer = client.user("u1").evaluate(NEW_DASHBOARD);
        assert_eq!((answer.value, answer.source, answer.assignment), (value, source, assignment));
        assert!(recorder.is_empty(), "what layers say is no exposure");
    }
}

#[test]
fn a_source_may_know_how_somebody_came_to_a_value() {
    use Assignment::{Assigned, Delivered, Holdout, Off};
    use CheckoutExperiment::{Control, Test};
    let no = Assignment::Fallback(Fallback::OtherFlag);
    for (how, value, variant, assignment) in [
        (None, "test", Test, Assigned),
        (Some(Assigned), "test", Test, Assigned),
        (Some(Delivered), "test", Test, Delivered),
        (Some(Off), "test", Control, Off),
        (Some(Holdout), "test", Control, Holdout),
        (Some(no), "test", Control, no),
        (None, "holdout-7", Control, Holdout),
        (Some(Delivered), "gold", Control, Assignment::Fallback(Fallback::UnknownVariant)),
    ] {
        let layer = Scripted::new(OTHER, [(CHECKOUT.key(), assigned(how, value))]);
        let answer = Client::builder().flags_from(layer).recorder().0.user("u1").evaluate(CHECKOUT);
        assert_eq!((answer.value, answer.assignment), (variant, assignment), "{how:?} {value}");
    }
    for (how, value, on, assignment) in [
        (None, FlagValue::Boolean(true), true, Assigned),
        (Some(Delivered), true.into(), true, Delivered),
        (Some(Delivered), false.into(), false, Off),
        (Some(Off), true.into(), false, Off),
        (Some(Holdout), true.into(), false, Holdout),
        (Some(no), false.into(), true, no),
        (None, "variant".into(), true, Assigned),
    ] {
        let layer = Scripted::new(OTHER, [(PAYMENTS_ENABLED.key(), assigned(how, value.clone()))]);
        let answer = Client::builder().flags_from(layer).recorder().0.user("u1").evaluate(PAYMENTS_ENABLED);
        assert_eq!((answer.value, answer.assignment), (on, assignment), "{how:?} {value}");
    }
}

#[test]
fn a_kill_switch_is_at_its_default_only_where_nobody_can_be_reached() {
    let key = PAYMENTS_ENABLED.key();
    let read = |builder: taxogen::Builder| builder.recorder().0.user("u1").flag(PAYMENTS_ENABLED);
    assert!(read(Client::builder()), "nobody is asked");
    assert!(read(Client::builder().flags_from(Scripted::new(OTHER, [(key, CANNOT)]))), "nobody can say");
    assert!(read(Client::builder().local_flags(LocalFlags::bytes("<html>"))), "nothing was read");
    assert!(!read(Client::builder().flags_from(Scripted::new(OTHER, [(key, LayerAnswer::says(false))]))));
    assert!(!read(Client::builder().local_flags(LocalFlags::bytes(DEFINITIONS))), "it was switched off");

    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(key, FlagAnswer::off());
    assert!(!stage.loaded("u1").flag(PAYMENTS_ENABLED));
    stage.sandbox.flags().status(500);
    let user = stage.client.user("u2");
    assert!(user.load_flags_blocking(Duration::from_secs(20)).is_err());
    assert!(user.flag(PAYMENTS_ENABLED), "posthog cannot be reached");
}

#[test]
fn payloads_of_layers_are_decoded_and_the_plans_own_goes_with_values_that_have_none() {
    let problems = Arc::new(Mutex::new(Vec::new()));
    let banner = |headline: &'static str| Some(Banner { headline: headline.into() });
    for (answer, payload) in [
        (LayerAnswer::says("test"), banner("Ship faster")),
        (LayerAnswer::says("control"), None),
        (with_payload("test", r#"{"headline": "Buy now"}"#), banner("Buy now")),
        (with_payload("test", r#"{"headline": 7}"#), banner("Ship faster")),
        (with_payload("test", r#"{"headline": 7}"#), banner("Ship faster")),
    ] {
        let told = Arc::clone(&problems);
        let layer = Scripted::new(OTHER, [(CHECKOUT.key(), answer)]);
        let builder = Client::builder().flags_from(layer);
        let (client, _) =
            builder.on_flag_problem(move |told_now| told.lock().unwrap().push(told_now.to_string())).recorder();
        let user = client.user("u1");
        for _ in 0..2 {
            assert_eq!(user.flag_with_payload(CHECKOUT).1, payload);
        }
    }
    let problem = "flag `checkout-experiment`: `headline` of the payload is a number where a text is expected: the plan's \
                   own payload stands in";
    assert_eq!(*problems.lock().unwrap(), [problem, problem], "once for each client");

    let layer = Scripted::new(OTHER, [(LIMITS.key(), with_payload("on", r#"{"timeout_ms": 7}"#))]);
    let (client, recorder) = Client::builder().flags_from(layer).recorder();
    assert_eq!(client.user("u1").flag(LIMITS), Limits { timeout_ms: 7 });
    assert!(recorder.is_empty());
}

#[test]
fn definitions_answer_with_payload_reason_source_and_age() {
    let (client, _) = Client::builder().local_flags(LocalFlags::bytes(DEFINITIONS)).recorder();
    let user = client.user("u1");
    let answer = user.evaluate(CHECKOUT);
    assert_eq!((answer.value, answer.assignment), (CheckoutExperiment::Test, Assignment::Assigned));
    assert_eq!(answer.payload, Some(Banner { headline: "Buy now".into() }));
    assert_eq!((answer.source, answer.reason.unwrap().text()), (FlagSource::Local, "condition_match"));
    assert!(answer.age.is_some_and(|age| age < Duration::from_secs(60)));
    assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 3000 });

    let unknown = user.evaluate(NEW_DASHBOARD);
    assert_eq!(unknown.assignment, Assignment::Fallback(Fallback::Inconclusive), "no country is known");
    assert_eq!((unknown.age, unknown.source), (None, FlagSource::Default));
    user.flag_properties(Person("DE"));
    assert!(user.flag(NEW_DASHBOARD));
    assert!(!client.user("u1").flag(NEW_DASHBOARD), "another handle knows nothing of it");
}

#[test]
fn what_a_handle_says_of_its_person_decides_its_flags() {
    let spy = Spy::default();
    let (client, recorder) = Client::builder().flags_from(spy.clone()).recorder();
    let told = |user: &taxogen::User| {
        let _ = user.flag(NEW_DASHBOARD);
        spy.told()
    };
    let user = client.user("u1");
    assert_eq!(told(&user), "u1 on None: ");
    user.set_once(Person("FR"));
    assert_eq!(told(&user), "u1 on None: ", "there may have been something before");
    user.set(Person("DE"));
    assert_eq!(told(&user), "u1 on None: country=DE");
    user.identify(Person("AT"));
    user.group(Company("acme", 12));
    assert_eq!(told(&user.clone()), "u1 on None: country=AT; company acme: seats=12");
    user.unset(&["country"]);
    let user = user.with_anonymous_id("cookie_7");
    assert_eq!(told(&user), r#"u1 on Some("cookie_7"): ; company acme: seats=12"#);

    let sent = recorder.len();
    let user = user.with_device_id("device_1");
    user.flag_properties(Person("CH"));
    user.flag_group(Company("other", 3));
    assert_eq!(told(&user), r#"u1 on Some("device_1"): country=CH first_visit=2026-01-01; company other: seats=3"#);
    assert_eq!(recorder.len(), sent, "nothing is sent for flags alone");
    user.alias("before");
    let all = recorder.all();
    assert_eq!(all.last().unwrap().groups(), [("company".to_owned(), "acme".to_owned())], "nor does it join a group");
    assert_eq!(told(&client.anonymous("cookie_7")), r#"cookie_7 on Some("cookie_7"): "#);
}

#[test]
fn all_flags_are_what_anybody_can_say() {
    let spoken = [("own", with_payload("a", "1")), ("remembered", LayerAnswer::Silent), ("broken", CANNOT)];
    let (client, recorder) = Client::builder()
        .fix_flag(PAYMENTS_ENABLED, true)
        .flags_from(Scripted::new(OTHER, spoken))
        .local_flags(LocalFlags::bytes(DEFINITIONS))
        .recorder();
    let user = client.override_flags([NEW_DASHBOARD.is(false)]).user("u1");
    user.fix_flag(LIMITS, Limits { timeout_ms: 1 });
    let all = user.all_flags().into_iter().map(|flag| (flag.key, flag.value, flag.payload, flag.source));
    let expected: [(&str, FlagValue, Option<&str>, FlagSource); 4] = [
        ("checkout-experiment", "test".into(), Some(r#"{"headline": "Buy now"}"#), FlagSource::Local),
        ("new-dashboard", false.into(), None, FlagSource::Override),
        ("own", "a".into(), Some("1"), OTHER),
        ("payments-enabled", true.into(), None, FlagSource::Fixed),
    ];
    let expected =
        expected.map(|(key, value, payload, source)| (key.to_owned(), value, payload.map(Into::into), source));
    assert_eq!(all.collect::<Vec<_>>(), expected);
    assert!(recorder.is_empty(), "nothing is exposed by it");
}

#[test]
fn reading_a_flag_again_allocates_nothing() {
    let (client, recorder) = Client::builder().local_flags(LocalFlags::bytes(DEFINITIONS)).recorder();
    let user = client.user("u1");
    user.flag_properties(Person("DE"));
    user.group(Company("acme", 12));
    let read = || {
        for _ in 0..100 {
            assert!(user.flag(NEW_DASHBOARD));
            assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Test);
        }
    };
    read();
    let before = recorder.len();
    assert_eq!(allocation_counter::measure(read).count_total, 0);
    assert_eq!(recorder.len(), before);
}
