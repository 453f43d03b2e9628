//! What PostHog is told of the flags that are read.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Client, Destinations, Fallback, Flag, FlagSource, LayerAnswer, LocalFlags, Recorder};
use taxogen_sandbox::{FlagAnswer, Vendor};
use taxogen_tests::checkout::{CHECKOUT, Checkout, NEW_DASHBOARD, PAYMENTS_ENABLED, Stage};

use crate::layers::{Company, OrderPlaced, Person, Scripted};
use crate::reading::DEFINITIONS;

const REMEMBERED: Flag<bool> = Flag::boolean("remembered", false);
const UNHEARD_OF: Flag<bool> = Flag::boolean("unheard-of", false);

fn local(definitions: &str) -> (Client, Recorder) {
    Client::builder().local_flags(LocalFlags::bytes(definitions)).recorder()
}

/// What PostHog was told of flags, without when the definitions were loaded.
fn called(recorder: &Recorder) -> Vec<Value> {
    let called = recorder.events("$feature_flag_called").into_iter().map(|event| {
        assert!(event.sent_to(Destinations::SEGMENT).is_none() && event.sent_to(Destinations::MIXPANEL).is_none());
        let mut properties: Value = serde_json::from_str(&event.to_json()).unwrap();
        if let Some(loaded_at) = properties.as_object_mut().unwrap().remove("$feature_flag_definitions_loaded_at") {
            assert!(loaded_at.as_i64().is_some_and(|millis| millis > 1_700_000_000_000), "{loaded_at}");
            properties["loaded"] = json!(true);
        }
        properties
    });
    called.collect()
}

#[test]
fn what_was_evaluated_here_is_told_as_the_sdks_of_posthog_tell_it() {
    let (client, recorder) = local(DEFINITIONS);
    let user = client.user("u1");
    user.flag_properties(Person("DE"));
    assert!(user.flag(NEW_DASHBOARD));
    let _ = user.flag(CHECKOUT);
    assert_eq!(
        called(&recorder),
        [
            json!({
                "$feature_flag": "new-dashboard", "$feature_flag_response": true, "$feature/new-dashboard": true,
                "locally_evaluated": true, "$feature_flag_reason": "Evaluated locally", "$feature_flag_id": 1,
                "$feature_flag_version": 4, "$feature_flag_has_experiment": false, "loaded": true,
            }),
            json!({
                "$feature_flag": "checkout-experiment", "$feature_flag_response": "test",
                "$feature/checkout-experiment": "test", "locally_evaluated": true,
                "$feature_flag_reason": "Evaluated locally", "$feature_flag_id": 3, "$feature_flag_version": 7,
                "$feature_flag_has_experiment": true, "loaded": true,
                "$feature_flag_payload": { "headline": "Buy now" },
            }),
        ]
    );
}

#[test]
fn no_value_is_told_as_null_once_and_with_the_reason_in_the_words_of_posthog() {
    let (client, recorder) = local(DEFINITIONS);
    let null = |key: &str, error: &str| {
        json!({
            "$feature_flag": key, "$feature_flag_response": null, format!("$feature/{key}"): null,
            "locally_evaluated": false, "$feature_flag_error": error,
        })
    };
    let user = client.user("u1");
    for _ in 0..2 {
        let _ = (user.flag(REMEMBERED), user.flag(UNHEARD_OF), user.flag(NEW_DASHBOARD));
    }
    let inconclusive = "local_evaluation_inconclusive";
    let told =
        [null("remembered", inconclusive), null("unheard-of", "flag_missing"), null("new-dashboard", inconclusive)];
    assert_eq!(called(&recorder), told);
    user.flag_properties(Person("FR"));
    assert!(!user.flag(NEW_DASHBOARD));
    assert_eq!(called(&recorder)[3]["$feature_flag_response"], json!(false), "false is another value than none");

    let (client, recorder) = Client::recorder();
    let _ = client.user("u1").flag(NEW_DASHBOARD);
    assert!(recorder.is_empty(), "nobody was asked: there is nothing to tell");
}

#[test]
fn why_loading_failed_is_told_with_a_reading_that_had_to_do_without() {
    let stage = Stage::posthog();
    let load = |user: &taxogen::User| user.load_flags_blocking(Duration::from_secs(20));
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.client.user("u1");
    stage.sandbox.flags().status(500);
    assert!(load(&user).is_err());
    let _ = user.flag(NEW_DASHBOARD);
    stage.sandbox.flags().status(None);
    stage.sandbox.flags().errors_while_computing(true);
    load(&user).unwrap();
    let _ = (user.flag(PAYMENTS_ENABLED), user.flag(CHECKOUT));
    let told = stage.events(Vendor::PostHog, "$feature_flag_called").into_iter();
    let told = told.map(|event| {
        let [key, response, error] =
            ["$feature_flag", "$feature_flag_response", "$feature_flag_error"].map(|name| event[name].clone());
        json!([key, response, error])
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            json!(["new-dashboard", null, "api_error_500"]),
            json!(["payments-enabled", null, "errors_while_computing_flags,flag_missing"]),
            json!(["checkout-experiment", "test", "errors_while_computing_flags"]),
        ]
    );
}

#[test]
fn where_posthog_wants_to_know_less_it_is_told_less() {
    let minimal = DEFINITIONS.replacen('{', r#"{"minimal_flag_called_events": true, "#, 1);
    let (client, recorder) = local(&minimal);
    let user = client.user("u1");
    user.flag_properties(Person("DE"));
    user.stamp_variations();
    let _ = (user.flag(NEW_DASHBOARD), user.flag(CHECKOUT), user.flag(PAYMENTS_ENABLED));
    let told = called(&recorder);
    assert_eq!(
        told[0],
        json!({
            "$feature_flag": "new-dashboard", "$feature_flag_response": true, "locally_evaluated": true,
            "$feature_flag_reason": "Evaluated locally", "$feature_flag_id": 1, "$feature_flag_version": 4,
            "$feature_flag_has_experiment": false,
        })
    );
    assert_eq!(told[1]["$feature_flag_payload"], json!({ "headline": "Buy now" }), "it has an experiment");
    assert_eq!(told[2]["$feature/payments-enabled"], json!(false), "it may have one");
}

#[test]
fn a_value_is_told_once_for_a_person_and_their_groups() {
    let (client, recorder) = local(DEFINITIONS);
    for handle in [client.user("u1"), client.user("u1")] {
        let _ = (handle.flag(PAYMENTS_ENABLED), handle.evaluate(PAYMENTS_ENABLED));
    }
    assert_eq!(called(&recorder).len(), 1);
    let user = client.user("u1");
    let _ = user.peek(CHECKOUT);
    user.group(Company("acme", 12));
    let _ = (user.flag(PAYMENTS_ENABLED), user.flag(PAYMENTS_ENABLED));
    assert_eq!(called(&recorder).len(), 2, "in a group");
    user.group(Company("other", 12));
    let _ = user.flag(PAYMENTS_ENABLED);
    assert_eq!(called(&recorder).len(), 3, "in another one");
    let _ = client.user("u2").flag(PAYMENTS_ENABLED);
    assert_eq!(called(&recorder).len(), 4, "another person");
}

#[test]
fn an_experiment_on_a_local_flag_is_told_to_all_and_a_layer_is_told_to_nobody() {
    let (client, recorder) = local(DEFINITIONS);
    assert_eq!(client.user("u1").experiment::<Checkout>(), Checkout::Test);
    assert_eq!(called(&recorder).len(), 1);
    let viewed = recorder.events("Experiment Viewed");
    assert_eq!(viewed.len(), 1);
    assert!(viewed[0].sent_to(Destinations::POSTHOG).is_none());
    assert!(viewed[0].sent_to(Destinations::MIXPANEL).is_some());

    for source in [FlagSource::Decision, FlagSource::OpenFeature, FlagSource::Environment, FlagSource::File] {
        let layer = Scripted::new(source, [(CHECKOUT.key(), LayerAnswer::says("test"))]);
        let (client, recorder) = Client::builder().flags_from(layer).recorder();
        let user = client.user("u1");
        assert_eq!(user.experiment::<Checkout>(), Checkout::Test);
        let _ = user.flag(CHECKOUT);
        assert!(recorder.is_empty(), "{source}");
    }
    let layer = Scripted::new(FlagSource::Decision, [(CHECKOUT.key(), LayerAnswer::CannotSay(Fallback::Missing))]);
    let (client, recorder) = Client::builder().flags_from(layer).recorder();
    let _ = client.user("u1").flag(CHECKOUT);
    assert!(recorder.is_empty(), "another engine has no value: posthog has nothing to do with it");
}

#[test]
fn flags_go_on_later_events_where_it_is_asked_for() {
    let order = |recorder: &Recorder| {
        let events = recorder.events("order_placed");
        let event = events.last().unwrap();
        (event.sent_to(Destinations::POSTHOG).unwrap(), event.sent_to(Destinations::SEGMENT).unwrap())
    };
    let nothing = "order_placed {}".to_owned();
    let (client, recorder) = local(DEFINITIONS);
    let user = client.user("u1");
    user.flag_properties(Person("DE"));
    let _ = (user.flag(NEW_DASHBOARD), user.flag(PAYMENTS_ENABLED), user.flag(CHECKOUT));
    user.capture(OrderPlaced);
    assert_eq!(order(&recorder), (nothing.clone(), nothing.clone()));
    user.stamp_flags();
    user.capture(OrderPlaced);
    let read = r#"order_placed {"$feature/new-dashboard":true,"$feature/payments-enabled":false,"$feature/checkout-experiment":"test","$active_feature_flags":["checkout-experiment","new-dashboard"]}"#;
    assert_eq!(order(&recorder), (read.to_owned(), nothing));

    let stage = Stage::with(|builder| builder.stamp_flags(true));
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    stage.sandbox.flags().set_default(NEW_DASHBOARD.key(), FlagAnswer::on());
    stage.sandbox.flags().set_default(PAYMENTS_ENABLED.key(), FlagAnswer::off());
    let user = stage.loaded("u1");
    let _ = user.flag(NEW_DASHBOARD);
    user.capture(OrderPlaced);
    assert_eq!(
        stage.events(Vendor::PostHog, "order_placed"),
        [json!({
            "$feature/checkout-experiment": "test", "$feature/new-dashboard": true, "$feature/payments-enabled": false,
            "$active_feature_flags": ["checkout-experiment", "new-dashboard"],
        })]
    );
}
