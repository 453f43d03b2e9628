//! Decisions of another engine: what each vendor is told, once for each change.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use taxogen::{Client, Decision, ExposurePolicy, LossReason};
use taxogen_sandbox::{Kind, Vendor};

use taxogen_tests::checkout::{Stage, plain};

const VIEWED: &str = "Experiment Viewed";

fn treatment() -> Decision {
    Decision::new("user-1", "checkout_redesign")
        .with_variation("treatment")
        .with_rule("exp_rule_1")
        .with_attribute("plan", &"pro")
}

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a vector is JSON"))
}

/// The body of a recorded request of the scenario in which an experiment is viewed.
fn recorded(text: &str, path: &str) -> Value {
    let mut requests = lines(text).filter(|request| request["scenario"] == "05_experiment" && request["path"] == path);
    requests.next().expect("it was recorded")["body"].clone()
}

#[test]
fn a_decision_arrives_as_the_guides_and_the_vendors_sdks_send_it() {
    let stage = Stage::everywhere();
    stage.client.decided(&treatment());

    let posthog = recorded(include_str!("../vectors/wire/posthog-node.jsonl"), "/batch/");
    assert_eq!(stage.events(Vendor::PostHog, VIEWED), [plain(posthog["batch"][0]["properties"].clone())]);

    let segment = recorded(include_str!("../vectors/wire/segment-node.jsonl"), "/v1/batch");
    let message = &segment["batch"][0];
    assert_eq!(stage.events(Vendor::Segment, VIEWED), [message["properties"].clone()]);
    let arrived = stage.arrived(Vendor::Segment);
    assert_eq!(arrived.len(), 1, "an event and no traits");
    assert_eq!((&arrived[0].item["type"], &arrived[0].item["userId"]), (&message["type"], &message["userId"]));

    let mixpanel = include_str!("../vectors/wire/mixpanel-python.jsonl");
    let mut track = plain(recorded(mixpanel, "/track")["data"]["properties"].clone());
    track.as_object_mut().unwrap().retain(|name, _| name != "$lib_version");
    assert_eq!(stage.events(Vendor::Mixpanel, VIEWED), [track]);
    let people: Vec<_> = stage.arrived(Vendor::Mixpanel).into_iter().filter(|one| one.kind != Kind::Event).collect();
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].item["$set"], recorded(mixpanel, "/engage")["data"]["$set"]);
    assert_eq!(people[0].distinct_id.as_deref(), Some("user-1"));
}

#[test]
fn the_persons_attributes_go_only_where_personal_is_allowed() {
    let sandbox = taxogen_sandbox::Sandbox::start().unwrap();
    let segment = taxogen::Segment::new(taxogen_sandbox::SEGMENT_WRITE_KEY).host(sandbox.segment_url());
    let client = Client::builder().to(segment).exposures(ExposurePolicy::guide()).build().unwrap();
    client.decided(&treatment());
    client.flush(std::time::Duration::from_secs(20)).unwrap();
    let properties = json!({
        "flagKey": "checkout_redesign", "variationKey": "treatment", "enabled": true, "ruleKey": "exp_rule_1",
        "optimizelyUserId": "user-1",
    });
    assert_eq!(sandbox.received(Vendor::Segment)[0].properties, properties);
    assert!(!format!("{:?}", treatment()).contains("pro"), "nor into logs");
}

#[test]
fn a_decision_is_reported_when_it_changes() {
    let (client, recorder) = Client::builder().exposures(ExposurePolicy::guide()).recorder();
    let decision = treatment();
    let table = [
        (decision.clone(), true),
        (decision.clone(), false),
        (decision.clone().with_dispatched(true), false),
        (decision.clone().with_attribute("age", &7), false),
        (decision.clone().with_variation("control"), true),
        (decision.clone(), true),
        (decision.clone().with_rule("exp_rule_2"), true),
        (decision.clone().with_rule("exp_rule_2").with_enabled(false), true),
        (Decision::new("user-2", "checkout_redesign").with_variation("treatment").with_rule("exp_rule_1"), true),
        (Decision::new("user-1", "another").with_variation("treatment").with_rule("exp_rule_1"), true),
        (Decision::new("user-1:another", "x"), true),
        (Decision::new("user-1", "another:x"), true),
    ];
    let mut expected = 0;
    for (step, (decision, reported)) in table.into_iter().enumerate() {
        client.decided(&decision);
        expected += usize::from(reported);
        assert_eq!(recorder.len(), expected, "step {step}: {decision:?}");
    }
}

#[test]
fn segment_is_told_where_a_rule_gave_a_variation_and_off_is_the_property_of_what_is_off() {
    let stage = Stage::everywhere();
    let property = "[Optimizely] f";
    let decided = |user: &str| Decision::new(user, "f");
    for (decision, value, at_segment) in [
        (decided("a").with_variation("on").with_rule("r"), json!("on"), true),
        (decided("b").with_variation("control").with_rule("r").with_enabled(false), json!("off"), true),
        (decided("c").with_variation("forced"), json!("forced"), false),
        (decided("d").with_enabled(false), json!("off"), false),
        (decided("e"), Value::Null, false),
    ] {
        stage.client.decided(&decision);
        let last = |vendor| stage.events(vendor, VIEWED).pop().unwrap();
        assert_eq!(last(Vendor::PostHog)["$set"], json!({ property: value }), "{decision:?}");
        assert_eq!(last(Vendor::PostHog)["variation_key"], json!(decision.variation_key()), "{decision:?}");
        assert_eq!(last(Vendor::Mixpanel)["rule_key"], json!(decision.rule_key()), "{decision:?}");
        let told =
            stage.arrived(Vendor::Segment).iter().any(|one| one.distinct_id.as_deref() == Some(decision.user_id()));
        assert_eq!(told, at_segment, "{decision:?}");
    }
}

#[test]
fn a_decision_for_nobody_is_counted_as_lost_each_time() {
    let (client, recorder) = Client::builder().exposures(ExposurePolicy::guide()).recorder();
    client.decided(&Decision::new("", "f"));
    client.decided(&Decision::new("", "f"));
    assert_eq!(client.report().lost, [(LossReason::EmptyId, 2)]);
    assert!(recorder.is_empty());
}

/// 1,043 notifications of an Optimizely SDK, and what the guides' code would send for each.
#[test]
fn a_stream_of_notifications_arrives_as_the_guides_have_it_once_for_each_change() {
    let stage = Stage::everywhere();
    let mut last = HashMap::new();
    let mut changed = Vec::new();
    for row in lines(include_str!("../vectors/decisions/js.jsonl")) {
        let Some(decision) = Decision::from_json(&row["notification"].to_string()).unwrap() else { continue };
        stage.client.decided(&decision);
        let key = (decision.user_id().to_owned(), decision.flag_key().to_owned());
        let value =
            (decision.variation_key().map(str::to_owned), decision.rule_key().map(str::to_owned), decision.enabled());
        if last.insert(key, value.clone()) != Some(value) {
            changed.push(row["seq"].clone());
        }
    }
    assert_eq!(changed.len(), 677);

    let expected = |text, message: &str| -> Vec<(Value, Value)> {
        let rows = lines(text).filter(|row| changed.contains(&row["seq"]));
        rows.filter(|row| row[message].is_object()).map(|row| user_and_properties(&row[message])).collect()
    };
    let posthog = expected(include_str!("../vectors/decisions/expected_posthog.jsonl"), "capture");
    assert_same(&viewed(&stage, Vendor::PostHog), &posthog);
    let segment = expected(include_str!("../vectors/decisions/expected_segment.jsonl"), "track");
    assert_same(&viewed(&stage, Vendor::Segment), &segment);
    let mixpanel = expected(include_str!("../vectors/decisions/expected_mixpanel.jsonl"), "track");
    assert_same(&viewed(&stage, Vendor::Mixpanel), &mixpanel);

    let final_properties: BTreeMap<_, _> = lines(include_str!("../vectors/decisions/final_person_properties.jsonl"))
        .map(|row| (row["user"].as_str().unwrap().to_owned(), row["properties"].clone()))
        .collect();
    for vendor in [Vendor::PostHog, Vendor::Mixpanel] {
        let people = stage.sandbox.summary(vendor).people;
        let people: BTreeMap<_, _> =
            people.into_iter().map(|(id, properties)| (id, Value::Object(properties))).collect();
        assert_eq!(people, final_properties, "{vendor:?}");
    }
}

/// Shows the first difference and not hundreds of messages.
fn assert_same(arrived: &[(Value, Value)], expected: &[(Value, Value)]) {
    for (place, (arrived, expected)) in arrived.iter().zip(expected).enumerate() {
        assert_eq!(arrived, expected, "message {place}");
    }
    assert_eq!(arrived.len(), expected.len());
}

/// Of a message as the vectors have it: in three forms.
fn user_and_properties(message: &Value) -> (Value, Value) {
    let mut properties = message["properties"].clone();
    let inside = properties.as_object_mut().unwrap().remove("distinct_id");
    let user = inside.or_else(|| message.get("distinctId").cloned()).or_else(|| message.get("userId").cloned());
    (user.expect("a message is somebody's"), properties)
}

fn viewed(stage: &Stage, vendor: Vendor) -> Vec<(Value, Value)> {
    let arrived = stage.arrived(vendor).into_iter().filter(|received| received.name == VIEWED);
    arrived.map(|received| (json!(received.distinct_id), plain(received.properties))).collect()
}
