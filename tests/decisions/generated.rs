//! From a plan in YAML to the wire: `tests/golden/decisions.yaml`, as the compiler emits it, and what each vendor is told.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Client, Decision, DecisionOutcome, ExposurePolicy, Mixpanel, PostHog, Segment, SkipReason};
use taxogen_sandbox::{MIXPANEL_TOKEN, POSTHOG_KEY, SEGMENT_WRITE_KEY, Sandbox, Vendor};
use taxogen_tests::checkout::plain;
use taxogen_tests::golden::decisions::experiments::DECISIONS;

fn by_rule(rule: &str) -> Decision {
    Decision::new("u1", "checkout").with_variation("test").with_rule(rule)
}

#[test]
fn what_the_plan_says_of_decisions_arrives() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url()))
        .to(Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url()))
        .to(Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url()))
        .hash_key("k")
        .exposures(ExposurePolicy::by_plan(DECISIONS))
        .build()
        .unwrap();
    let seen = by_rule("checkout_ab")
        .with_experiment_id("2101")
        .with_attribute("country", &"DE")
        .with_attribute("plan_tier", &"pro")
        .with_attribute("email", &"ada@example.org")
        .with_attribute("password", &"secret")
        .with_attribute("shoe_size", &39);
    for (decision, outcome) in [
        (&seen, DecisionOutcome::Reported),
        (&by_rule("checkout_rest"), DecisionOutcome::Skipped(SkipReason::Delivery)),
        (&by_rule("global holdout"), DecisionOutcome::Skipped(SkipReason::Holdout)),
        (&seen, DecisionOutcome::Repeated),
        (&by_rule("checkout_words"), DecisionOutcome::Reported),
    ] {
        assert_eq!(client.decided(decision), outcome, "{decision:?}");
    }
    assert!(client.shutdown(Duration::from_secs(20)).is_complete());

    let flat =
        |rule: &str| json!({ "flag_key": "checkout", "variation_key": "test", "rule_key": rule, "enabled": true });
    let mut words = flat("checkout_words");
    words["surface"] = json!("web");
    let expected = [("Experiment Viewed".to_owned(), flat("checkout_ab")), ("Checkout Seen".to_owned(), words)];
    assert_eq!(events(&sandbox, Vendor::Mixpanel), expected);

    let property = json!({ "[Optimizely] checkout": "test" });
    let with_person = expected.map(|(name, mut properties)| {
        properties["$set"] = property.clone();
        (name, properties)
    });
    assert_eq!(events(&sandbox, Vendor::PostHog), with_person);
    for vendor in [Vendor::PostHog, Vendor::Mixpanel] {
        assert_eq!(json!(sandbox.summary(vendor).people), json!({ "u1": property }), "{vendor}");
    }

    let mut segment = events(&sandbox, Vendor::Segment);
    let email = segment[0].1["userAttributes"]["email"].take();
    assert!(email.as_str().is_some_and(|hash| hash.len() == 32), "{email}");
    let camel = |rule: &str, experiment: &str| {
        json!({
            "flagKey": "checkout", "variationKey": "test", "enabled": true, "ruleKey": rule,
            "optimizelyUserId": "u1", "experiment_name": experiment, "variation_name": "test",
        })
    };
    let (mut flow, mut words) = (camel("checkout_ab", "flow"), camel("checkout_words", "words"));
    flow["experiment_id"] = json!("2101");
    flow["userAttributes"] = json!({ "country": "DE", "plan_tier": "pro", "email": null });
    words["surface"] = json!("web");
    assert_eq!(segment, [("Experiment Viewed".to_owned(), flow), ("Checkout Seen".to_owned(), words)]);
}

/// The events that have arrived: name and properties.
fn events(sandbox: &Sandbox, vendor: Vendor) -> Vec<(String, Value)> {
    let arrived = sandbox.received(vendor).into_iter().filter(|one| one.kind == taxogen_sandbox::Kind::Event);
    arrived.map(|one| (one.name, plain(one.properties))).collect()
}
