//! Experiments: who is reported as having seen a variant, and to whom.

use serde_json::{Value, json};
use taxogen::{Experiment, ExperimentKey, Exposure, NoPayload};
use taxogen_sandbox::{FlagAnswer, Vendor};
use taxogen_tests::golden::exposure::experiments;

use taxogen_tests::checkout::{CHECKOUT, Checkout, CheckoutExperiment, REDESIGN, Stage};

const VIEWED: &str = "Experiment Viewed";

/// The variations that a vendor was told of, in order.
fn variations(stage: &Stage, vendor: Vendor) -> Vec<Value> {
    let name = if vendor == Vendor::Segment { "variationKey" } else { "variation_key" };
    stage.events(vendor, VIEWED).iter().map(|event| event[name].clone()).collect()
}

#[test]
fn an_assigned_variant_is_one_exposure_in_each_vendors_form() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    for _ in 0..3 {
        assert_eq!(user.experiment::<Checkout>(), Checkout::Test);
        assert_eq!(user.variant(REDESIGN), CheckoutExperiment::Test);
        assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Test);
        assert_eq!(stage.loaded("u1").experiment::<Checkout>(), Checkout::Test);
    }

    let told: Vec<_> = stage.arrived(Vendor::PostHog).into_iter().map(|received| received.name).collect();
    assert_eq!(told, ["$feature_flag_called"]);
    let camel = json!({
        "flagKey": "checkout-experiment", "variationKey": "test", "enabled": true,
        "ruleKey": "checkout-flow-redesign",
    });
    assert_eq!(stage.events(Vendor::Segment, VIEWED), [camel]);
    let snake = json!({
        "flag_key": "checkout-experiment", "variation_key": "test", "rule_key": "checkout-flow-redesign",
        "enabled": true,
    });
    assert_eq!(stage.events(Vendor::Mixpanel, VIEWED), [snake]);
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        let arrived = stage.arrived(vendor);
        assert_eq!(arrived.len(), 1, "{vendor:?}");
        assert_eq!(arrived[0].distinct_id.as_deref(), Some("u1"));
    }
}

#[test]
fn reading_the_flag_alone_is_no_exposure_of_the_experiment() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let _ = stage.loaded("u1").flag(CHECKOUT);
    assert_eq!(stage.arrived(Vendor::PostHog).len(), 1);
    assert_eq!((stage.arrived(Vendor::Segment), stage.arrived(Vendor::Mixpanel)), (vec![], vec![]));
}

#[test]
fn a_fallback_is_no_exposure_anywhere() {
    let stage = Stage::everywhere();
    let flags = stage.sandbox.flags();
    flags.set("off", CHECKOUT.key(), FlagAnswer::off());
    flags.set("on", CHECKOUT.key(), FlagAnswer::on());
    flags.set("unknown", CHECKOUT.key(), FlagAnswer::variant("gold"));
    flags.set("held out", CHECKOUT.key(), FlagAnswer::variant("holdout-7").reason("holdout_condition_value", ""));
    for user in ["off", "on", "unknown", "held out", "missing"] {
        assert_eq!(stage.loaded(user).experiment::<Checkout>(), Checkout::Control, "{user}");
        assert_eq!(stage.loaded(user).variant(REDESIGN), CheckoutExperiment::Control, "{user}");
    }
    assert_eq!(stage.client.user("not loaded").experiment::<Checkout>(), Checkout::Control);

    let fixed = stage.client.user("fixed");
    fixed.fix_flag(CHECKOUT, CheckoutExperiment::Test);
    assert_eq!(fixed.experiment::<Checkout>(), Checkout::Test, "the application's enum is read from what was fixed");

    for vendor in Vendor::ALL {
        assert_eq!(stage.arrived(vendor), [], "{vendor:?}");
    }
    let counted: u64 = stage.client.flag_report().fallbacks.iter().map(|(_, count)| count).sum();
    assert_eq!(counted, 11);
}

#[test]
fn a_change_and_a_change_back_are_reported() {
    let stage = Stage::everywhere();
    let user = stage.client.user("u1");
    for variant in ["test", "test", "control", "test"] {
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant(variant));
        user.load_flags_blocking(std::time::Duration::from_secs(20)).unwrap();
        let _ = user.experiment::<Checkout>();
    }
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        assert_eq!(variations(&stage, vendor), ["test", "control", "test"], "{vendor:?}");
    }
    assert_eq!(stage.arrived(Vendor::PostHog).len(), 2, "PostHog's own rule: once for each value");
}

#[test]
fn two_experiments_over_one_flag_are_one_exposure_each() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let pricing = ExperimentKey::new("checkout-pricing", CHECKOUT);
    let user = stage.loaded("u1");
    for _ in 0..10 {
        let _ = (user.variant(REDESIGN), user.variant(pricing));
    }
    let rules: Vec<_> = stage.events(Vendor::Mixpanel, VIEWED).iter().map(|event| event["rule_key"].clone()).collect();
    assert_eq!(rules, ["checkout-flow-redesign", "checkout-pricing"]);
    assert_eq!(stage.arrived(Vendor::PostHog).len(), 1);
}

/// What the plan's `exposure:` makes of the experiment, by either way to read it.
const SEEN: Exposure = Exposure::new("Checkout Seen").with_properties(|properties| {
    properties.public("surface", "web");
    properties.public("step", &2_i64);
});

struct Seen(Checkout);

impl Experiment for Seen {
    const KEY: &'static str = Checkout::KEY;
    const FLAG: &'static str = Checkout::FLAG;
    const EXPOSURE: Exposure = SEEN;

    type Payload = NoPayload;

    fn from_name(name: &str) -> Option<Self> {
        Checkout::from_name(name).map(Self)
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn fallback() -> Self {
        Self(Checkout::fallback())
    }
}

#[test]
fn an_exposure_has_the_name_and_the_properties_that_the_plan_gives_it() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    assert_eq!(stage.loaded("u1").variant(REDESIGN.with_exposure(SEEN)), CheckoutExperiment::Test);
    assert_eq!(stage.loaded("u2").experiment::<Seen>().0, Checkout::Test);

    let camel = json!({
        "flagKey": "checkout-experiment", "variationKey": "test", "enabled": true,
        "ruleKey": "checkout-flow-redesign", "surface": "web", "step": 2,
    });
    assert_eq!(stage.events(Vendor::Segment, "Checkout Seen"), [camel.clone(), camel]);
    let snake = json!({
        "flag_key": "checkout-experiment", "variation_key": "test", "rule_key": "checkout-flow-redesign",
        "enabled": true, "surface": "web", "step": 2,
    });
    assert_eq!(stage.events(Vendor::Mixpanel, "Checkout Seen"), [snake.clone(), snake]);
    let told: Vec<_> = stage.arrived(Vendor::PostHog).into_iter().map(|received| received.name).collect();
    assert_eq!(told, ["$feature_flag_called"; 2], "PostHog knows the exposure by its own event");
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        assert_eq!(stage.events(vendor, VIEWED), [] as [Value; 0]);
    }
}

#[test]
fn what_the_plan_says_of_an_exposure_arrives() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default("checkout", FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    let _ = (user.variant(experiments::FLOW), user.variant(experiments::LOOK), user.variant(experiments::WORDS));

    let added = |name: &str, properties: [&str; 4]| {
        let events = stage.events(Vendor::Mixpanel, name);
        assert_eq!(events.len(), 1, "{name}");
        properties.map(|property| events[0].get(property).cloned().unwrap_or_default())
    };
    let shown = added("Checkout Shown", ["surface", "depth", "share", "first"]);
    assert_eq!(shown, [json!("web"), json!(2), json!(0.5), json!(true)]);
    let seen = added("checkout_seen", ["surface", "revision", "rule_key", "depth"]);
    assert_eq!(seen, [json!("app"), json!("3.10"), json!("look"), Value::Null], "as the event declares them");
    assert_eq!(added(VIEWED, ["surface", "rule_key", "revision", "depth"])[..2], [json!("1.0"), json!("words")]);
}

#[test]
fn as_many_are_reported_as_were_assigned() {
    let stage = Stage::everywhere();
    let mut assigned = [0, 0];
    for number in 0..300 {
        let user = format!("u{number}");
        let answer = match number % 4 {
            0 => FlagAnswer::variant("control"),
            1 => FlagAnswer::variant("test"),
            2 => FlagAnswer::off(),
            _ => FlagAnswer::variant("holdout-1"),
        };
        stage.sandbox.flags().set(user.as_str(), CHECKOUT.key(), answer);
        let user = stage.loaded(&user);
        let variant = user.variant(REDESIGN);
        if number % 4 < 2 {
            assigned[variant as usize] += 1;
        }
    }
    assert_eq!(assigned, [75, 75]);
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        let told = variations(&stage, vendor);
        let of = |variant: &str| told.iter().filter(|told| **told == variant).count();
        assert_eq!([of("control"), of("test")], assigned, "{vendor:?}");
    }
}
