//! What an engine knows of a person, and how much of it Segment is told by plan.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{
    Builder, Client, DecisionOutcome, DecisionPlan, DecisionRule, Destinations, ExposurePolicy, Json, Mixpanel,
    PersonAttribute, PlanId, RuleKind, Segment, Sensitivity,
};
use taxogen_sandbox::{MIXPANEL_TOKEN, SEGMENT_WRITE_KEY, Sandbox, Vendor};

use crate::by_plan::{by_plan, treatment, viewed};

/// What arrives at Segment of a person's attributes, by what the client lets it see.
fn attributes(plan: PlanId, builder: Builder, allow: Option<Sensitivity>) -> Value {
    let sandbox = Sandbox::start().unwrap();
    let segment = Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url());
    let segment = allow.map_or(segment.clone(), |highest| segment.allow(highest));
    let mixpanel = Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url()).allow(Sensitivity::Public);
    let mut policy = DecisionPlan::new(plan, &[]).with_rule(DecisionRule::owned(
        "checkout",
        "checkout_ab",
        RuleKind::Experiment,
        "checkout-flow",
    ));
    for (name, class) in [
        ("tier", Sensitivity::Public),
        ("country", Sensitivity::Internal),
        ("name", Sensitivity::Personal),
        ("email", Sensitivity::Personal),
    ] {
        let attribute = PersonAttribute::owned(name, class);
        policy = policy.with_attribute(if name == "email" { attribute.hashed() } else { attribute });
    }
    let builder = builder.to(segment).to(mixpanel).exposures(ExposurePolicy::by_plan(policy));
    let client = builder.build().unwrap();
    let decision = treatment()
        .with_attribute("tier", &"pro")
        .with_attribute("country", &"DE")
        .with_attribute("name", &"Ada")
        .with_attribute("email", &"ada@example.org")
        .with_attribute("shoe_size", &39);
    assert_eq!(client.decided(&decision), DecisionOutcome::Reported);
    assert!(client.shutdown(Duration::from_secs(20)).is_complete());
    assert_eq!(viewed(&sandbox, Vendor::Mixpanel)["userAttributes"], Value::Null);
    let received = viewed(&sandbox, Vendor::Segment);
    assert!(!received.to_string().contains("shoe"), "no property of the plan");
    received["userAttributes"].clone()
}

#[test]
fn of_a_persons_attributes_goes_what_the_plan_and_the_client_let_the_destination_see() {
    let plan = PlanId::new("shop", "85a93a826095f7c7");
    let personal = plan.allow(Destinations::SEGMENT, Sensitivity::Personal);
    let all = json!({ "tier": "pro", "country": "DE", "name": "Ada", "email": "ada@example.org" });
    let keyed = || Client::builder().hash_key("k");
    let keyless = || Client::builder().hash_key("");

    assert_eq!(attributes(personal, keyed(), None), all);
    assert_eq!(attributes(plan, keyless(), None), json!({ "tier": "pro", "country": "DE" }));
    assert_eq!(attributes(personal, keyless(), Some(Sensitivity::Public)), json!({ "tier": "pro" }));
    for told in [
        attributes(plan, keyed(), None),
        attributes(plan, keyed(), Some(Sensitivity::Personal)),
        attributes(personal, keyed(), Some(Sensitivity::Internal)),
    ] {
        let hash = told["email"].as_str().expect("a hash stands in");
        assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
        assert_eq!(told, json!({ "tier": "pro", "country": "DE", "email": hash }));
    }
}

#[test]
fn attributes_may_be_nested_as_deep_as_json_may_be() {
    let deep = Json::parse("[".repeat(127) + &"]".repeat(127)).unwrap();
    let decision = treatment().with_attribute("tier", &deep);
    for policy in [by_plan(), ExposurePolicy::guide()] {
        let told = policy.preview(&decision, Destinations::SEGMENT).unwrap();
        assert!(told.properties.as_str().contains(&format!(r#""userAttributes":{{"tier":{deep}}}"#)));
        assert!(!format!("{told:?}").contains('['), "nor into logs");
    }
}
