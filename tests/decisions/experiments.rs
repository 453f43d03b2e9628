//! Experiments: who is reported as having seen a variant, and to whom.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use taxogen::{
    Assignment, Decision, DecisionHub, DecisionPlan, DecisionRule, Dedup, Destinations, Engine, Experiment,
    ExperimentKey, Exposure, ExposurePolicy, Fallback, FlagSource, NoPayload, PlanId, RuleKind, SkipReason, Variant,
};
use taxogen_sandbox::{FlagAnswer, Vendor};
use taxogen_tests::checkout::{Banner, CHECKOUT, Checkout, CheckoutExperiment, REDESIGN, Stage};
use taxogen_tests::executor::block_on;
use taxogen_tests::golden::exposure::experiments;

use crate::recordings::{Row, notified};

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

/// Who is in what, as an engine would assign it: a tenth is held out, half of the others are outside the rollout.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lot {
    HeldOut,
    Outside,
    In(&'static str),
}

impl Lot {
    /// By a hash, so that the lots are as uneven as they are in life.
    fn of(number: u64) -> Self {
        let mut hash = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        match (hash >> 33) % 100 {
            0..10 => Self::HeldOut,
            10..55 => Self::Outside,
            share if share % 2 == 0 => Self::In("control"),
            _ => Self::In("test"),
        }
    }

    fn answer(self) -> FlagAnswer {
        match self {
            Self::HeldOut => FlagAnswer::variant("holdout-7").reason("holdout_condition_value", ""),
            Self::Outside => FlagAnswer::off().reason("out_of_rollout_bound", ""),
            Self::In(variant) => FlagAnswer::variant(variant),
        }
    }
}

/// How many exposures of each variant a vendor was told.
fn exposures(stage: &Stage, vendor: Vendor) -> BTreeMap<String, usize> {
    let (event, variant) = match vendor {
        Vendor::PostHog => ("$feature_flag_called", "$feature_flag_response"),
        Vendor::Segment => (VIEWED, "variationKey"),
        _ => (VIEWED, "variation_key"),
    };
    let mut exposures = BTreeMap::new();
    for properties in stage.events(vendor, event) {
        *exposures.entry(properties[variant].as_str().expect("a variant").to_owned()).or_default() += 1;
    }
    exposures
}

const TRACKERS: [Vendor; 3] = [Vendor::PostHog, Vendor::Segment, Vendor::Mixpanel];

#[test]
fn of_ten_thousand_people_each_vendor_is_told_of_as_many_as_were_assigned() {
    const PEOPLE: u64 = 10_000;
    let stage = Stage::everywhere();
    let mut assigned = BTreeMap::<String, usize>::new();
    for number in 0..PEOPLE {
        stage.sandbox.flags().set(format!("u{number}"), CHECKOUT.key(), Lot::of(number).answer());
    }
    // A cold start: a third is shown something before anything was loaded, and does not come back.
    let (early, later): (Vec<_>, Vec<_>) = (0..PEOPLE).partition(|number| number % 3 == 0);
    for number in &early {
        let shown: Checkout = stage.client.user(format!("u{number}")).experiment();
        assert_eq!(shown, Checkout::Control);
    }
    // Of the others many ask at once, as they would.
    for some in later.chunks(250) {
        let users: Vec<_> = some.iter().map(|number| stage.client.user(format!("u{number}"))).collect();
        let loading: Vec<_> = users.iter().map(taxogen::User::load_flags).collect();
        for loading in loading {
            block_on(loading).expect("the sandbox answers");
        }
        for (number, user) in some.iter().zip(&users) {
            let answer = user.evaluate_experiment::<Checkout>();
            let (lot, name) = (Lot::of(*number), answer.variant.name());
            let shown = match lot {
                Lot::HeldOut => (Assignment::Holdout, "control"),
                Lot::Outside => (Assignment::Off, "control"),
                Lot::In(variant) => (Assignment::Assigned, variant),
            };
            assert_eq!((answer.assignment, name), shown, "u{number}");
            if answer.assignment.is_assigned() {
                *assigned.entry(name.to_owned()).or_default() += 1;
            }
            assert_eq!(user.variant(REDESIGN).name(), name, "a second look tells nobody");
        }
    }
    assert!(assigned.values().all(|count| (1_300..1_700).contains(count)), "{assigned:?}");
    for vendor in TRACKERS {
        assert_eq!(exposures(&stage, vendor), assigned, "{vendor:?}");
    }
    assert_eq!(stage.client.report().total_lost(), 0);
    let report = stage.client.flag_report();
    assert_eq!(report.fallbacks_for(Assignment::Fallback(Fallback::NotLoaded)), early.len() as u64);
}

#[test]
fn in_an_outage_of_the_flags_nobody_is_exposed() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    for status in [500, 404, 401] {
        stage.sandbox.flags().status(status);
        let users: Vec<_> = (0..300).map(|number| stage.client.user(format!("u{number}"))).collect();
        let loading: Vec<_> = users.iter().map(taxogen::User::load_flags).collect();
        assert!(loading.into_iter().all(|loading| block_on(loading).is_err()));
        for user in &users {
            let answer = user.evaluate_experiment::<Checkout>();
            let fallback = Assignment::Fallback(Fallback::NotLoaded);
            assert_eq!((answer.variant, answer.assignment), (Checkout::Control, fallback));
            assert_eq!((answer.source, answer.reason), (FlagSource::Default, None));
        }
    }
    for vendor in TRACKERS {
        assert_eq!(exposures(&stage, vendor), BTreeMap::new(), "{vendor:?}");
    }
    assert_eq!(stage.client.flag_report().fallbacks, [(Assignment::Fallback(Fallback::NotLoaded), 900)]);
}

#[test]
fn the_payload_goes_with_the_variant() {
    let banner = |headline: &'static str| Some(Banner { headline: headline.into() });
    let stage = Stage::posthog();
    let served = |payload: Value| FlagAnswer::variant("test").payload(payload);
    for (user, answer, shown) in [
        ("served", served(json!({ "headline": "Now" })), (Checkout::Test, banner("Now"))),
        ("without one", FlagAnswer::variant("test"), (Checkout::Test, None)),
        ("of another type", served(json!({ "headline": 7 })), (Checkout::Test, banner("Ship faster"))),
        ("off", FlagAnswer::off().payload(json!({ "headline": "Now" })), (Checkout::Control, None)),
    ] {
        stage.sandbox.flags().set(user, CHECKOUT.key(), answer);
        let user = stage.loaded(user);
        assert_eq!(user.experiment_with_payload::<Checkout>(), shown);
        let (variant, payload) = user.variant_with_payload(REDESIGN);
        assert_eq!((variant.name(), payload), (shown.0.name(), shown.1), "the plan's enum says the same");
    }
    let fixed = stage.client.user("fixed");
    fixed.fix_flag(CHECKOUT, CheckoutExperiment::Test);
    assert_eq!(fixed.experiment_with_payload::<Checkout>(), (Checkout::Test, banner("Ship faster")), "the plan's own");

    let told = "flag `checkout-experiment`: `headline` of the payload is a number where a text is expected: the plan's \
                own payload stands in";
    assert_eq!(stage.problems(), [told], "once");
    assert_eq!(stage.client.flag_report().invalid_payloads, 2);
    let answer = stage.loaded("of another type").evaluate_experiment::<Checkout>();
    let error = answer.payload_error.expect("it is none").to_string();
    assert_eq!(error, "`headline` of the payload is a number where a text is expected");
}

#[test]
fn the_long_form_says_how_and_why_and_becomes_a_decision() {
    let stage = Stage::posthog();
    let flags = stage.sandbox.flags();
    flags.set("in", CHECKOUT.key(), FlagAnswer::variant("test").reason("condition_match", "Matched condition set 1"));
    flags.set("held out", CHECKOUT.key(), FlagAnswer::variant("holdout-7").reason("holdout_condition_value", ""));
    flags.set("off", CHECKOUT.key(), FlagAnswer::off());
    let decided = |user: &str| Decision::new(user, CHECKOUT.key()).with_engine(Engine::PostHog);
    let (variant, rule) = ("test", "checkout-flow-redesign");
    for (user, assignment, decision) in [
        ("in", Assignment::Assigned, decided("in").with_variation(variant).with_rule(rule)),
        (
            "held out",
            Assignment::Holdout,
            decided("held out").with_variation("holdout-7").with_rule("holdout-7").with_enabled(false),
        ),
        ("off", Assignment::Off, decided("off").with_enabled(false)),
    ] {
        let answer = stage.loaded(user).evaluate_experiment::<Checkout>();
        assert_eq!(answer.assignment, assignment);
        assert_eq!(answer.to_decision(user), decision);
        assert_eq!(stage.loaded(user).evaluate_variant(REDESIGN).to_decision(user), decision);
    }
    let answer = stage.loaded("in").evaluate_experiment::<Checkout>();
    assert_eq!(answer.reason.unwrap().text(), "Matched condition set 1");
    assert_eq!((answer.variant, answer.source), (Checkout::Test, FlagSource::PostHog));

    let fixed = stage.client.user("fixed");
    fixed.fix_flag(CHECKOUT, CheckoutExperiment::Test);
    let answer = fixed.evaluate_experiment::<Checkout>();
    assert_eq!((answer.source, answer.assignment), (FlagSource::Fixed, Assignment::Assigned));
    assert_eq!(answer.to_decision("fixed"), decided("fixed").with_variation("test"), "forced, by no rule");
}

#[test]
fn an_exposure_is_told_to_the_hub_once_and_no_listener_reports_it_again() {
    let hub = DecisionHub::new();
    // A memory of each handle: the listener, which has none of the person, cannot know what was reported.
    let settings = |builder: taxogen::Builder| builder.decisions(&hub).dedup(Dedup::request());
    let stage = Stage::everywhere_with(settings);
    let told = Arc::<Mutex<Vec<Decision>>>::default();
    let decisions = Arc::clone(&told);
    let listener = stage.client.exposure_listener(ExposurePolicy::guide());
    let listening = hub.listen(move |decision| {
        decisions.lock().unwrap().push(decision.clone());
        listener.decided(decision);
    });
    let variants = ["test", "control", "test"];
    for variant in variants {
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant(variant));
        let user = stage.loaded("u1");
        for _ in 0..3 {
            let _ = (user.experiment::<Checkout>(), user.variant(REDESIGN), user.flag(CHECKOUT));
        }
    }
    stage.sandbox.flags().set("off", CHECKOUT.key(), FlagAnswer::off());
    let _ = (stage.loaded("off").experiment::<Checkout>(), stage.client.user("cold").experiment::<Checkout>());
    listening.remove();

    let expected = variants.map(|variant| {
        let decision = Decision::new("u1", CHECKOUT.key()).with_engine(Engine::PostHog).with_variation(variant);
        decision.with_rule("checkout-flow-redesign")
    });
    assert_eq!(*told.lock().unwrap(), expected);
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        assert_eq!(variations(&stage, vendor), variants, "{vendor:?}");
    }
    assert_eq!(stage.events(Vendor::PostHog, VIEWED), [] as [Value; 0]);
    assert_eq!(stage.client.decision_report().skipped_for(SkipReason::PostHogKnows), 3);
}

#[test]
fn the_hub_is_told_of_what_is_recorded_and_of_nothing_else() {
    let hub = DecisionHub::new();
    let posthog = Stage::with(|builder| builder.decisions(&hub).opted_out(["out"]));
    let all = Stage::everywhere_with(|builder| builder.decisions(&hub).opted_out(["out"]));
    for (published, stage) in [&posthog, &all].into_iter().enumerate() {
        let published = published as u64;
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
        assert_eq!(stage.loaded("out").experiment::<Checkout>(), Checkout::Test);
        let fixed = stage.client.user("fixed");
        fixed.fix_flag(CHECKOUT, CheckoutExperiment::Test);
        assert_eq!(fixed.experiment::<Checkout>(), Checkout::Test);
        assert!(stage.loaded("looks").peek_experiment::<Checkout>().assignment.is_assigned());
        assert_eq!(hub.report().published, published, "opted out, fixed, and no reading");
        assert_eq!(stage.loaded("in").experiment::<Checkout>(), Checkout::Test);
        assert_eq!(hub.report().published, published + 1);
    }
}

/// The flag of the recordings, with the rules that its datafile has.
#[derive(Debug, PartialEq)]
enum Redesign {
    Control,
    Treatment,
    Off,
}

impl Experiment for Redesign {
    const KEY: &'static str = "checkout-redesign";
    const FLAG: &'static str = "checkout_redesign";
    const RULES: &'static [(&'static str, RuleKind)] = &[
        ("checkout_redesign_exp", RuleKind::Experiment),
        ("default-r1", RuleKind::Delivery),
        ("global_holdout", RuleKind::Holdout),
    ];

    type Payload = NoPayload;

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "control" => Some(Self::Control),
            "treatment" => Some(Self::Treatment),
            "off" => Some(Self::Off),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Treatment => "treatment",
            Self::Off => "off",
        }
    }

    fn fallback() -> Self {
        Self::Control
    }
}

#[test]
fn what_is_assigned_by_a_decision_is_what_the_policy_of_the_plan_reports() {
    let rules = Redesign::RULES.iter().fold(DecisionPlan::new(PlanId::new("", ""), &[]), |plan, (rule, kind)| {
        plan.with_rule(DecisionRule::owned(Redesign::FLAG, *rule, *kind, Redesign::KEY))
    });
    let policy = ExposurePolicy::by_plan(rules);
    let mut answers = BTreeMap::<String, usize>::new();
    for Row { decision, .. } in notified() {
        if decision.flag_key() != Redesign::FLAG {
            assert_eq!(Redesign::from_decision(&decision).assignment, Assignment::Fallback(Fallback::OtherFlag));
            continue;
        }
        let answer = Redesign::from_decision(&decision);
        let is_exposure = answer.assignment.is_assigned() && answer.source == FlagSource::Decision;
        assert_eq!(policy.preview(&decision, Destinations::MIXPANEL).is_ok(), is_exposure, "{decision:?}");
        let key = format!("{} {} by {:?}", answer.variant.name(), answer.assignment, answer.source);
        *answers.entry(key).or_default() += 1;
    }
    let expected = [
        ("control assigned by Decision", 63),
        ("control holdout by Default", 2),
        // The variation of the experiment whose feature is off, and what everyone else gets.
        ("off assigned by Decision", 32),
        ("off delivered by Decision", 38),
        ("treatment assigned by Decision", 58),
        ("treatment assigned by Fixed", 1),
    ];
    assert_eq!(answers, expected.map(|(key, count)| (key.to_owned(), count)).into());
}
