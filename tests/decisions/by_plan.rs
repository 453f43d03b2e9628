//! Decisions in the policy by a plan: what counts, what is told of a person, and what is not told is counted.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{
    Builder, Client, Decision, DecisionOutcome, DecisionPlan, DecisionRule, Destinations, Engine, Exposure,
    ExposurePolicy, Json, Mixpanel, PersonAttribute, PersonProperty, PlanId, RuleKind, Segment, Sensitivity,
    SkipReason, Timestamp,
};
use taxogen_sandbox::{MIXPANEL_TOKEN, SEGMENT_WRITE_KEY, Sandbox, Vendor};
use taxogen_tests::checkout::plain;

use crate::recordings::notified;

const PLAN: PlanId = PlanId::new("shop", "85a93a826095f7c7").allow(Destinations::MIXPANEL, Sensitivity::Public);

/// As the compiler of a plan emits it.
const DECISIONS: DecisionPlan = DecisionPlan::new(
    PLAN,
    const {
        &[
            DecisionRule::new("checkout", "checkout_ab", RuleKind::Experiment, "checkout-flow"),
            DecisionRule::new("checkout", "checkout_delivery", RuleKind::Delivery, "checkout-flow"),
            DecisionRule::new("checkout", "quiet", RuleKind::Holdout, "checkout-flow"),
            DecisionRule::new("search", "search_ab", RuleKind::Experiment, "search-order").with_exposure(SEEN),
        ]
    },
)
.with_person(
    const {
        &[
            PersonAttribute::new("tier", Sensitivity::Public),
            PersonAttribute::new("country", Sensitivity::Internal),
            PersonAttribute::new("email", Sensitivity::Personal).hashed(),
            PersonAttribute::new("name", Sensitivity::Personal),
        ]
    },
);

const SEEN: Exposure = Exposure::new("Search Seen").with_properties(|properties| {
    properties.public("surface", "web");
});

pub(crate) fn by_plan() -> ExposurePolicy {
    ExposurePolicy::by_plan(DECISIONS)
}

pub(crate) fn treatment() -> Decision {
    Decision::new("u1", "checkout").with_variation("treatment").with_rule("checkout_ab")
}

/// What Segment is told of a decision.
fn at_segment(policy: &ExposurePolicy, decision: &Decision) -> Result<(String, Value), SkipReason> {
    let preview = policy.preview(decision, Destinations::SEGMENT)?;
    Ok((preview.event, serde_json::from_str(preview.properties.as_str()).unwrap()))
}

#[test]
fn only_what_the_plan_calls_an_experiment_is_an_exposure() {
    let skipped = DecisionOutcome::Skipped;
    let decided = |flag: &str| Decision::new("u1", flag);
    let table = [
        (treatment(), DecisionOutcome::Reported),
        (treatment(), DecisionOutcome::Repeated),
        (treatment().with_variation("control").with_enabled(false), DecisionOutcome::Reported),
        (treatment().with_rule("checkout_delivery"), skipped(SkipReason::Delivery)),
        (treatment().with_rule("quiet").with_enabled(false), skipped(SkipReason::Holdout)),
        (decided("checkout").with_variation("treatment"), skipped(SkipReason::Forced)),
        (decided("checkout").with_enabled(false), skipped(SkipReason::NoRule)),
        (decided("checkout").with_rule("checkout_ab"), skipped(SkipReason::NoVariation)),
        (treatment().with_rule("default-r1"), skipped(SkipReason::UnknownRule)),
        (decided("banner").with_variation("on").with_rule("default-r2"), skipped(SkipReason::UnknownFlag)),
        (decided("search").with_variation("new").with_rule("checkout_ab"), skipped(SkipReason::UnknownRule)),
        (decided("search").with_variation("new").with_rule("search_ab"), DecisionOutcome::Reported),
        (treatment().with_engine(Engine::PostHog), skipped(SkipReason::PostHogKnows)),
        (Decision::new("  ", "checkout").with_variation("a").with_rule("checkout_ab"), skipped(SkipReason::EmptyId)),
    ];
    let (client, recorder) = Client::builder().exposures(by_plan()).recorder();
    for (step, (decision, outcome)) in table.iter().enumerate() {
        assert_eq!(client.decided(decision), *outcome, "step {step}: {decision:?}");
    }

    assert_eq!(recorder.len(), 3);
    let report = client.decision_report();
    assert_eq!((report.reported, report.repeated), (3, 1));
    let skipped = [
        (SkipReason::Delivery, 1),
        (SkipReason::Holdout, 1),
        (SkipReason::NoRule, 1),
        (SkipReason::Forced, 1),
        (SkipReason::NoVariation, 1),
        (SkipReason::UnknownFlag, 1),
        (SkipReason::UnknownRule, 2),
        (SkipReason::EmptyId, 1),
        (SkipReason::PostHogKnows, 1),
    ];
    assert_eq!(report.skipped, skipped);
}

#[test]
fn of_a_real_stream_exactly_the_experiments_are_exposures() {
    let experiments = [
        ("checkout_redesign", "checkout_redesign_exp"),
        ("pricing_page", "pricing_us_test"),
        ("pricing_page", "pricing_premium_test"),
        ("typed_config", "typed_config_exp"),
        ("audience_flag", "audience_exp"),
        ("grouped_flag", "group_exp_a"),
        ("grouped_flag", "group_exp_b"),
    ];
    let empty = DecisionPlan::new(PlanId::new("", ""), &[]);
    let plan = experiments.iter().fold(empty, |plan, (flag, rule)| {
        plan.with_rule(DecisionRule::owned(*flag, *rule, RuleKind::Experiment, *rule))
    });
    let (client, recorder) = Client::builder().exposures(ExposurePolicy::by_plan(plan)).recorder();

    let (mut last, mut expected) = (HashMap::new(), Vec::new());
    let rows: Vec<_> = notified().collect();
    for row in &rows {
        client.decided(&row.decision);
        let decision = &row.decision;
        let (flag, rule) = (decision.flag_key(), decision.rule_key().unwrap_or_default());
        if experiments.contains(&(flag, rule)) {
            let value = (decision.variation_key(), rule, decision.enabled());
            if last.insert((decision.user_id(), flag), value) != Some(value) {
                expected.push((decision.user_id().to_owned(), flag, decision.variation_key()));
            }
        }
    }
    let told: Vec<_> = recorder.all().iter().map(|one| (one.distinct_id(), read(&one.to_json()))).collect();
    let told: Vec<_> = told
        .iter()
        .map(|(user, event)| (user.clone(), event["flag_key"].as_str().unwrap(), event["variation_key"].as_str()))
        .collect();
    assert_eq!(told, expected);

    let report = client.decision_report();
    assert_eq!(report.reported, expected.len() as u64);
    let all: u64 = report.skipped.iter().map(|(_, count)| count).sum();
    assert_eq!(report.reported + report.repeated + all, rows.len() as u64);
    let reasons: Vec<_> = report.skipped.iter().map(|(reason, _)| *reason).collect();
    assert_eq!(reasons, [SkipReason::NoRule, SkipReason::Forced, SkipReason::UnknownFlag, SkipReason::UnknownRule]);
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn segment_gets_both_sets_of_names() {
    let decision = treatment().with_experiment_id("2101").with_variation_id("21011");
    let expected = json!({
        "flagKey": "checkout", "variationKey": "treatment", "enabled": true, "ruleKey": "checkout_ab",
        "optimizelyUserId": "u1",
        "experiment_id": "2101", "experiment_name": "checkout-flow", "variation_id": "21011",
        "variation_name": "treatment",
    });
    assert_eq!(at_segment(&by_plan(), &decision), Ok(("Experiment Viewed".to_owned(), expected)));

    let bare = at_segment(&by_plan(), &treatment().with_engine(Engine::OpenFeature)).unwrap().1;
    let names: Vec<_> = bare.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["enabled", "experiment_name", "flagKey", "ruleKey", "variationKey", "variation_name"]);
}

#[test]
fn an_exposure_is_called_what_the_plan_calls_it() {
    let decision = Decision::new("u1", "search").with_variation("new").with_rule("search_ab");
    let (event, properties) = at_segment(&by_plan(), &decision).unwrap();
    assert_eq!((event.as_str(), &properties["surface"]), ("Search Seen", &json!("web")));

    let rule = DecisionRule::owned("search", "search_ab", RuleKind::Experiment, "search-order");
    let depth = ("depth".to_owned(), Json::parse("2").unwrap());
    let read = DecisionPlan::new(PLAN, &[]).with_rule(rule.with_exposure_of("Search Shown", vec![depth]));
    let (event, properties) = at_segment(&ExposurePolicy::by_plan(read), &decision).unwrap();
    assert_eq!((event.as_str(), &properties["depth"]), ("Search Shown", &json!(2)));
}

#[test]
fn of_two_experiments_that_name_a_rule_the_first_says_what_its_exposure_is_called() {
    let rule = |experiment: &'static str| DecisionRule::new("search", "search_ab", RuleKind::Experiment, experiment);
    let plan = DecisionPlan::new(PLAN, &[]).with_rule(rule("z").with_exposure(SEEN)).with_rule(rule("a"));
    let decision = Decision::new("u1", "search").with_variation("new").with_rule("search_ab");
    let (event, properties) = at_segment(&ExposurePolicy::by_plan(plan), &decision).unwrap();
    assert_eq!((event.as_str(), &properties["experiment_name"]), ("Search Seen", &json!("z")));
}

#[test]
fn a_holdout_is_reported_as_itself_where_the_policy_says_so() {
    let held = treatment().with_rule("quiet").with_variation("holdout").with_enabled(false);
    let policy = by_plan().with_holdouts();
    let (_, told) = at_segment(&policy, &held).unwrap();
    let own = ["ruleKey", "variationKey", "experiment_name", "variation_name"].map(|name| told[name].clone());
    assert_eq!(own, [json!("quiet"), json!("holdout"), json!("quiet"), json!("holdout")]);

    let (client, _) = Client::builder().exposures(policy).recorder();
    assert_eq!(client.decided(&held), DecisionOutcome::Reported);
    assert_eq!(client.decided(&treatment()), DecisionOutcome::Reported);
    assert_eq!(client.decided(&held), DecisionOutcome::Reported);
}

#[test]
fn what_the_engine_did_not_record_is_told_from_what_it_does_not_say() {
    let (client, _) = Client::builder().exposures(by_plan().only_dispatched()).recorder();
    for (decision, outcome) in [
        (treatment(), DecisionOutcome::Skipped(SkipReason::DispatchUnknown)),
        (treatment().with_dispatched(false), DecisionOutcome::Skipped(SkipReason::NotDispatched)),
        (treatment().with_dispatched(true), DecisionOutcome::Reported),
        (treatment().with_dispatched(false).with_rule("quiet"), DecisionOutcome::Skipped(SkipReason::Holdout)),
    ] {
        assert_eq!(client.decided(&decision), outcome, "{decision:?}");
    }
}

#[test]
fn the_property_of_the_person_has_the_name_of_the_engine() {
    let off = treatment().with_variation("control").with_enabled(false);
    for (engine, name) in [
        (Engine::Optimizely, "[Optimizely] checkout"),
        (Engine::OpenFeature, "[OpenFeature] checkout"),
        (Engine::Other("GrowthBook".into()), "[GrowthBook] checkout"),
    ] {
        for (property, value) in [(PersonProperty::OffWhenDisabled, "off"), (PersonProperty::Variation, "control")] {
            let policy = by_plan().person_property(property);
            for destination in [Destinations::POSTHOG, Destinations::MIXPANEL] {
                let told = policy.preview(&off.clone().with_engine(engine.clone()), destination).unwrap();
                assert_eq!(read(told.person_properties.as_str()), json!({ name: value }));
            }
        }
    }
    assert_eq!(by_plan().preview(&off, Destinations::SEGMENT).unwrap().person_properties.as_str(), "{}");
}

/// The one exposure that has arrived.
pub(crate) fn viewed(sandbox: &Sandbox, vendor: Vendor) -> Value {
    let arrived = sandbox.received(vendor).into_iter().filter(|one| one.name == "Experiment Viewed");
    let [one] = arrived.collect::<Vec<_>>().try_into().expect("one exposure");
    plain(one.properties)
}

#[test]
fn an_exposure_has_the_time_of_the_decision() {
    let (client, recorder) = Client::builder().exposures(by_plan()).recorder();
    let time = Timestamp::from_unix_millis(1_262_304_000_000);
    client.decided(&treatment().with_time(time));
    assert_eq!(recorder.all()[0].time(), time);
}

#[test]
fn a_person_is_told_of_under_their_own_id_and_in_their_groups() {
    let (client, recorder) = Client::builder().exposures(by_plan()).recorder();
    let decision = Decision::new("device_7", "checkout").with_variation("treatment").with_rule("checkout_ab");
    let user = client.user("u1");
    assert_eq!(user.decided(&decision), DecisionOutcome::Reported);
    assert_eq!(user.decided(&decision), DecisionOutcome::Repeated);
    assert_eq!(client.decided(&decision), DecisionOutcome::Reported, "another person, for all that is known");
    let told: Vec<_> = recorder.all().iter().map(|one| (one.distinct_id(), segment(one))).collect();
    assert_eq!(told, [("u1".to_owned(), json!("device_7")), ("device_7".to_owned(), json!("device_7"))]);
}

fn segment(one: &taxogen::Recorded) -> Value {
    let sent = one.sent_to(Destinations::SEGMENT).unwrap();
    read(sent.strip_prefix("Experiment Viewed ").unwrap())["optimizelyUserId"].clone()
}

/// What stands in the way of decisions, as the application is told of it.
fn told_of(policy: Option<ExposurePolicy>, decisions: &[Decision]) -> Vec<String> {
    let told = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&told);
    let builder = Client::builder().on_trouble(move |trouble| log.lock().unwrap().push(trouble.to_string()));
    let builder = policy.into_iter().fold(builder, Builder::exposures);
    let (client, recorder) = builder.recorder();
    for decision in decisions {
        client.decided(decision);
    }
    assert!(recorder.is_empty());
    drop(client);
    Arc::into_inner(told).expect("the hook is gone").into_inner().unwrap()
}

#[test]
fn without_a_policy_nothing_is_reported_and_that_is_told_once() {
    let told = told_of(None, &[treatment(), treatment(), Decision::new("u2", "banner")]);
    let expected = "delivery leaves decisions out: the client has no policy that says which are exposures: give it one by \
                    `Builder::exposures`, mostly `ExposurePolicy::by_plan(experiments::DECISIONS)`";
    assert_eq!(told, [expected]);
}

#[test]
fn a_rule_that_the_plan_does_not_know_is_told_once() {
    let unknown = |rule: &str| treatment().with_rule(rule);
    let banner = Decision::new("u1", "banner").with_variation("on").with_rule("default-r2");
    let decisions = [unknown("default-r1"), unknown("new_ab"), unknown("default-r1"), banner];
    let expected = ["default-r1", "new_ab"].map(|rule| {
        format!(
            "delivery leaves decisions out: the plan does not know Optimizely's rule `{rule}` of flag `checkout`: say \
             under `optimizely.rules` of the experiment whether it is an `experiment`, a `delivery` or a `holdout`"
        )
    });
    assert_eq!(told_of(Some(by_plan()), &decisions), expected);
}

#[test]
fn a_client_without_delivery_counts_nothing() {
    let client = Client::disabled();
    assert_eq!(client.decided(&treatment()), DecisionOutcome::Skipped(SkipReason::NoDestination));
    assert_eq!(client.decision_report(), taxogen::DecisionReport::default());
}

#[test]
fn odd_ids_are_ids() {
    let long = "x".repeat(10 * 1024);
    let ids = [long.as_str(), "a:b", "a", "ü 用户 🦀", "\u{0}\n\"\\", "null"];
    let (client, recorder) = Client::builder().exposures(by_plan()).recorder();
    for flag in ["checkout", "search"] {
        let rule = format!("{flag}_ab");
        for id in ids {
            let decision = Decision::new(id, flag).with_variation("b:checkout").with_rule(rule.as_str());
            assert_eq!(client.decided(&decision), DecisionOutcome::Reported, "{flag} {id}");
            assert_eq!(client.decided(&decision), DecisionOutcome::Repeated, "{flag} {id}");
        }
    }
    let told: Vec<_> = recorder.all().iter().map(taxogen::Recorded::distinct_id).collect();
    assert_eq!(told, [ids, ids].concat());
}

#[test]
fn a_million_decisions_of_one_person_are_one_exposure() {
    let (client, recorder) = Client::builder().exposures(by_plan()).recorder();
    let decision = treatment();
    for _ in 0..1_000_000 {
        client.decided(&decision);
    }
    assert_eq!((recorder.len(), client.decision_report().repeated), (1, 999_999));
}

#[test]
fn who_has_opted_out_is_not_seen_and_may_be_later() {
    let (client, recorder) = Client::builder().exposures(by_plan()).opted_out(["u1"]).recorder();
    assert_eq!(client.decided(&treatment()), DecisionOutcome::Skipped(SkipReason::NotRecorded));
    client.opt_in("u1");
    assert_eq!((client.decided(&treatment()), recorder.len()), (DecisionOutcome::Reported, 1));
}

#[test]
fn what_arrives_at_each_vendor_is_what_was_shown_before() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(taxogen::PostHog::new(taxogen_sandbox::POSTHOG_KEY).host(sandbox.posthog_url()))
        .to(Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url()))
        .to(Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url()))
        .exposures(by_plan())
        .build()
        .unwrap();
    let decision = treatment().with_attribute("country", &"DE").with_experiment_id("2101");
    client.decided(&decision);
    client.flush(Duration::from_secs(20)).unwrap();
    let mut people = BTreeMap::new();
    for (vendor, destination) in [
        (Vendor::PostHog, Destinations::POSTHOG),
        (Vendor::Segment, Destinations::SEGMENT),
        (Vendor::Mixpanel, Destinations::MIXPANEL),
    ] {
        let shown = by_plan().preview(&decision, destination).unwrap();
        let mut arrived = viewed(&sandbox, vendor);
        arrived.as_object_mut().unwrap().remove("$set");
        assert_eq!(arrived, read(shown.properties.as_str()), "{vendor}");
        let known = sandbox.summary(vendor).people.remove("u1").unwrap_or_default();
        people.insert(vendor.to_string(), (Value::Object(known), read(shown.person_properties.as_str())));
    }
    for (vendor, (known, shown)) in people {
        assert_eq!(known, shown, "{vendor}");
    }
}
