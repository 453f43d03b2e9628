//! The fourteen mistakes in the published guides that join Optimizely to PostHog, Segment and Mixpanel, by number.
//!
//! Six of them cannot be made here, because there is nothing to be named or called wrongly:
//!
//! - 3: modules and constants of Python's SDK that do not exist. A name that this library does not have does not compile.
//! - 4: `createInstance({ sdkKey })` throws. No client of Optimizely is made here: decisions come in as values.
//! - 5: `enums` is not exported. As 3; the type of a notification is read from the notification.
//! - 11: packages of vendors that are out of date. One crate speaks to all three vendors.
//! - 12, 14: what the vendors' own pages call their settings, and how often Mixpanel sends a cohort. Nothing here depends on
//!   either: a write key is all that Segment asks for, and the module of the cohort webhook takes what comes, when it comes.

use serde_json::{Value, json};
use taxogen::{
    Client, Decision, DecisionOutcome, DecisionPlan, DecisionRule, Destinations, ExposurePolicy, PlanId, RuleKind,
    SkipReason,
};

use crate::recordings::{notified, rows};

/// What the plan would say of the recordings' datafile.
fn by_plan() -> ExposurePolicy {
    let rule = |flag: &str, rule: &str, kind| DecisionRule::owned(flag, rule, kind, "experiment");
    let plan = DecisionPlan::new(PlanId::new("", ""), &[])
        .with_rule(rule("checkout_redesign", "checkout_redesign_exp", RuleKind::Experiment))
        .with_rule(rule("checkout_redesign", "default-r1", RuleKind::Delivery))
        .with_rule(rule("pricing_page", "pricing_us_test", RuleKind::Experiment))
        .with_rule(rule("pricing_page", "pricing_page_ca_delivery", RuleKind::Delivery))
        .with_rule(rule("pricing_page", "global_holdout", RuleKind::Holdout));
    ExposurePolicy::by_plan(plan)
}

fn properties(policy: &ExposurePolicy, decision: &Decision, destination: Destinations) -> Result<Value, SkipReason> {
    let preview = policy.preview(decision, destination)?;
    Ok(serde_json::from_str(preview.properties.as_str()).expect("an object"))
}

fn person(policy: &ExposurePolicy, decision: &Decision) -> Value {
    let preview = policy.preview(decision, Destinations::MIXPANEL).expect("it is told");
    serde_json::from_str(preview.person_properties.as_str()).expect("an object")
}

/// 1 and 2: Python's listener is called with four arguments, in `snake_case`; the guides' take two and read camelCase, and
/// are told nothing.
#[test]
fn mistakes_1_and_2_pythons_notifications_are_reported_as_javascripts() {
    let python: Vec<_> = rows(include_str!("../vectors/decisions/python.jsonl"))
        .filter_map(|row| Decision::from_json(&row["notification"].to_string()).expect("a notification"))
        .collect();
    let javascript: Vec<_> = notified().map(|row| row.decision).collect();
    assert_eq!(python.len(), 992);
    assert_eq!(python, javascript);

    let (client, recorder) = Client::builder().exposures(ExposurePolicy::guide()).recorder();
    for decision in &python {
        client.decided(decision);
    }
    assert_eq!(recorder.len(), 677);
}

/// 6: "a delivery always has `decisionEventDispatched: false`". Not with `sendFlagDecisions`; the plan tells them apart.
#[test]
fn mistake_6_a_gate_does_not_keep_deliveries_out_and_the_plan_does() {
    let deliveries: Vec<_> = notified()
        .map(|row| row.decision)
        .filter(|decision| decision.rule_key() == Some("pricing_page_ca_delivery"))
        .filter(|decision| decision.dispatched() == Some(true))
        .collect();
    assert!(!deliveries.is_empty());
    for decision in &deliveries {
        let gated = ExposurePolicy::guide().only_dispatched();
        assert!(gated.preview(decision, Destinations::POSTHOG).is_ok());
        assert_eq!(by_plan().preview(decision, Destinations::POSTHOG), Err(SkipReason::Delivery));
    }
}

/// 7: "false, typically because the user was already counted". It says nothing of that: who is seen for the first time is
/// reported, and who was is not.
#[test]
fn mistake_7_what_the_engine_did_not_dispatch_is_still_seen_for_the_first_time() {
    let (client, _) = Client::builder().exposures(by_plan()).recorder();
    let decision = Decision::new("u", "checkout_redesign").with_variation("control").with_rule("checkout_redesign_exp");
    assert_eq!(client.decided(&decision.clone().with_dispatched(false)), DecisionOutcome::Reported);
    assert_eq!(client.decided(&decision.with_dispatched(true)), DecisionOutcome::Repeated);
}

/// 8: "without a rule and a variation there is no experiment" lets deliveries and holdouts pass, and drops who was forced.
#[test]
fn mistake_8_deliveries_are_no_exposures_and_the_forced_are_dropped_with_a_reason() {
    let (mut passed, mut told) = (0, 0);
    for row in notified() {
        let of_pricing = matches!(row.decision.rule_key(), Some("pricing_page_ca_delivery" | "global_holdout"));
        if row.decision.flag_key() == "pricing_page" && of_pricing {
            passed += usize::from(ExposurePolicy::guide().preview(&row.decision, Destinations::SEGMENT).is_ok());
            told += usize::from(by_plan().preview(&row.decision, Destinations::SEGMENT).is_ok());
        }
    }
    assert_eq!((passed, told), (12, 0));

    let forced = Decision::new("u", "checkout_redesign").with_variation("treatment");
    for policy in [ExposurePolicy::guide(), by_plan()] {
        assert_eq!(policy.preview(&forced, Destinations::SEGMENT), Err(SkipReason::Forced));
    }
    let (client, _) = Client::builder().exposures(by_plan()).recorder();
    client.decided(&forced);
    assert_eq!(client.decision_report().skipped, [(SkipReason::Forced, 1)]);
}

/// 9: "no rule: the variation is an empty text". It is null in three SDKs and empty in Go: both are none.
#[test]
fn mistake_9_an_empty_text_and_null_are_the_same_decision() {
    let of = |none: &str| {
        let json = json!({ "type": "flag", "userId": "u", "attributes": null, "decisionInfo": {
            "flagKey": "no_rules", "enabled": false, "variationKey": "?", "ruleKey": "?",
            "decisionEventDispatched": true } });
        Decision::from_json(&json.to_string().replace("\"?\"", none)).unwrap().unwrap()
    };
    let (client, recorder) = Client::builder().exposures(ExposurePolicy::guide()).recorder();
    assert_eq!(client.decided(&of("null")), DecisionOutcome::Reported);
    assert_eq!(client.decided(&of("\"\"")), DecisionOutcome::Repeated);
    let told = recorder.all()[0].sent_to(Destinations::MIXPANEL).unwrap();
    let expected = r#"{"flag_key":"no_rules","variation_key":null,"rule_key":null,"enabled":false,"#;
    assert_eq!(told, format!("Experiment Viewed {expected}\"$set\":{{\"[Optimizely] no_rules\":\"off\"}}}}"));
    assert_eq!(by_plan().preview(&of("\"\""), Destinations::MIXPANEL), Err(SkipReason::NoRule));
}

/// 10: the listing that reports once sets the bare variation and leaves out rule and `enabled`. Here it is one and the same
/// report, made once.
#[test]
fn mistake_10_what_is_reported_once_is_reported_whole() {
    let off = Decision::new("u", "checkout_redesign")
        .with_variation("off")
        .with_rule("checkout_redesign_exp")
        .with_enabled(false);
    assert_eq!(person(&ExposurePolicy::guide(), &off), json!({ "[Optimizely] checkout_redesign": "off" }));
    let control = off.with_variation("control");
    assert_eq!(person(&ExposurePolicy::guide(), &control), json!({ "[Optimizely] checkout_redesign": "off" }));
    assert_eq!(
        properties(&ExposurePolicy::guide(), &control, Destinations::MIXPANEL),
        Ok(json!({
            "flag_key": "checkout_redesign", "variation_key": "control", "rule_key": "checkout_redesign_exp",
            "enabled": false,
        }))
    );
}

/// 13: Segment's guide has camelCase, and the description of the event in its spec has other names: both are sent by plan.
#[test]
fn mistake_13_segment_gets_both_sets_of_names() {
    let decision = Decision::new("u", "checkout_redesign")
        .with_variation("treatment")
        .with_rule("checkout_redesign_exp")
        .with_experiment_id("2101")
        .with_variation_id("21011");
    let told = properties(&by_plan(), &decision, Destinations::SEGMENT).unwrap();
    let both = ["variationKey", "variation_name", "ruleKey", "experiment_name", "experiment_id", "variation_id"];
    let expected = ["treatment", "treatment", "checkout_redesign_exp", "experiment", "2101", "21011"];
    assert_eq!(both.map(|name| told[name].clone()), expected.map(Value::from));
}
