//! What an engine may say and the recordings do not show, each read from a notification; and what listens to a hub.

use serde_json::{Value, json};
use taxogen::{
    Client, Decision, DecisionHub, DecisionOutcome, DecisionPlan, DecisionRule, Destinations, ExposurePolicy, PlanId,
    RuleKind, SkipReason,
};

fn by_plan() -> ExposurePolicy {
    let rule = |rule: &str, kind| DecisionRule::owned("checkout", rule, kind, "checkout-flow");
    let plan = DecisionPlan::new(PlanId::new("", ""), &[])
        .with_rule(rule("checkout_ab", RuleKind::Experiment))
        .with_rule(rule("checkout_rest", RuleKind::Delivery))
        .with_rule(rule("checkout_bandit", RuleKind::Experiment));
    ExposurePolicy::by_plan(plan)
}

/// A decision as an SDK notifies of it.
fn notified(info: &Value) -> Decision {
    let mut notification = json!({ "type": "flag", "userId": "u1", "attributes": {}, "decisionInfo": {
        "flagKey": "checkout", "enabled": true, "variables": {}, "reasons": [], "decisionEventDispatched": true } });
    for (name, value) in info.as_object().expect("an object") {
        notification["decisionInfo"][name] = value.clone();
    }
    Decision::from_json(&notification.to_string()).expect("a notification").expect("of a flag")
}

/// What the guide's code and the plan make of a decision at each of the vendors.
fn judged(decision: &Decision) -> [Result<(), SkipReason>; 3] {
    let told = |policy: ExposurePolicy, destination| policy.preview(decision, destination).map(|_| ());
    [
        told(ExposurePolicy::guide(), Destinations::POSTHOG),
        told(ExposurePolicy::guide(), Destinations::SEGMENT),
        told(by_plan(), Destinations::SEGMENT),
    ]
}

#[test]
fn who_was_forced_by_a_rule_has_seen_the_variation_as_others_have() {
    let forced = json!({ "variationKey": "test", "ruleKey": "checkout_ab", "experimentId": "1", "variationId": "2" });
    assert_eq!(judged(&notified(&forced)), [Ok(()), Ok(()), Ok(())]);
    let delivered = json!({ "variationKey": "on", "ruleKey": "checkout_rest", "decisionEventDispatched": false });
    assert_eq!(judged(&notified(&delivered)), [Ok(()), Ok(()), Err(SkipReason::Delivery)]);
}

#[test]
fn who_was_forced_on_a_flag_without_rules_is_decided_for_as_if_not_forced() {
    let nothing = json!({ "flagKey": "no_rules", "variationKey": null, "ruleKey": null, "enabled": false });
    let decision = notified(&nothing);
    assert_eq!(judged(&decision), [Ok(()), Err(SkipReason::NoRule), Err(SkipReason::NoRule)]);
    let told = ExposurePolicy::guide().preview(&decision, Destinations::POSTHOG).unwrap();
    assert_eq!(told.person_properties.as_str(), r#"{"[Optimizely] no_rules":"off"}"#);
}

#[test]
fn who_was_forced_on_the_flag_is_seen_by_the_guides_of_two_vendors() {
    let forced = json!({ "variationKey": "test", "ruleKey": null, "experimentId": null, "variationId": "2" });
    assert_eq!(judged(&notified(&forced)), [Ok(()), Err(SkipReason::Forced), Err(SkipReason::Forced)]);
}

#[test]
fn what_go_has_no_word_for_is_nothing() {
    let go = json!({ "variationKey": "", "ruleKey": "", "experimentId": "", "variationId": "", "enabled": false });
    let null = json!({ "variationKey": null, "ruleKey": null, "enabled": false });
    assert_eq!(notified(&go), notified(&null));
    assert_eq!(judged(&notified(&go)), [Ok(()), Err(SkipReason::NoRule), Err(SkipReason::NoRule)]);
}

#[test]
fn a_bandit_is_an_experiment_and_its_id_is_nobodys_business() {
    let bandit = json!({ "variationKey": "test", "ruleKey": "checkout_bandit", "experimentId": "1",
        "variationId": "2", "cmabUuid": "4a1e" });
    assert_eq!(judged(&notified(&bandit)), [Ok(()), Ok(()), Ok(())]);
    for destination in [Destinations::POSTHOG, Destinations::SEGMENT, Destinations::MIXPANEL] {
        let told = by_plan().preview(&notified(&bandit), destination).unwrap();
        assert!(!told.properties.as_str().contains("4a1e"));
    }
}

#[test]
fn nobodys_decision_is_told_to_none() {
    for id in ["", " ", "\t\n"] {
        let decision = Decision::new(id, "checkout").with_variation("test").with_rule("checkout_ab");
        let nobody = Err(SkipReason::EmptyId);
        assert_eq!(judged(&decision), [nobody, nobody, nobody], "{id:?}");
    }
}

#[test]
fn a_listener_that_panics_costs_no_exposure() {
    let (client, recorder) = Client::recorder();
    let hub = DecisionHub::with_replay(10);
    let decision =
        |variation: &str| Decision::new("ü 用户:1", "checkout").with_variation(variation).with_rule("checkout_ab");
    hub.publish(decision("before"));
    let _broken = hub.listen(|decision: &Decision| panic!("{}", decision.flag_key()));
    let exposures = client.exposure_listener(by_plan());
    let listening = hub.listen(move |decision| {
        exposures.decided(decision);
    });
    let _also_broken = hub.listen(|_| panic!("after it"));
    for variation in ["a", "a", "b", "a"] {
        hub.publish(decision(variation));
    }
    listening.remove();
    hub.publish(decision("removed"));

    let told: Vec<_> = recorder.all().iter().map(|one| (one.distinct_id(), read(&one.to_json()))).collect();
    let told: Vec<_> = told.iter().map(|(id, event)| (id.as_str(), event["variation_key"].as_str().unwrap())).collect();
    assert_eq!(told, ["a", "b", "a"].map(|variation| ("ü 用户:1", variation)));
    let report = client.decision_report();
    assert_eq!((report.reported, report.repeated, report.skipped), (3, 1, vec![]));
}

#[test]
fn what_was_decided_before_the_listener_was_there_is_reported() {
    let (client, recorder) = Client::recorder();
    let hub = DecisionHub::with_replay(10);
    for number in 0..12 {
        hub.publish(Decision::new(format!("u{number}"), "checkout").with_variation("a").with_rule("checkout_ab"));
    }
    let exposures = client.exposure_listener(by_plan());
    hub.listen(move |decision| {
        assert_eq!(exposures.decided(decision), DecisionOutcome::Reported);
    });
    assert_eq!((recorder.len(), hub.report().fell_out), (10, 2));
    assert_eq!(recorder.all()[0].distinct_id(), "u2", "the oldest fall out");
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).expect("an object")
}
