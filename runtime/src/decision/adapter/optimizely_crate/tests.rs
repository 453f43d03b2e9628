use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ::optimizely::client::UserContext;
use ::optimizely::{AttributeValue, Client, DecideOptions};

use super::*;
use crate::decision::{DecisionHub, Engine};

const DATAFILE: &str = include_str!("../../../../../tests/vectors/decisions/datafile.json");

/// An observer, and what it published.
fn observer() -> (OptimizelyObserver, Arc<Mutex<Vec<Decision>>>) {
    let published = Arc::<Mutex<Vec<Decision>>>::default();
    let kept = Arc::clone(&published);
    let hub = DecisionHub::new();
    let _listening = hub.listen(move |decision| kept.lock().unwrap().push(decision.clone()));
    let observer = OptimizelyObserver::new(&hub).with_rules(RuleKeys::from_datafile(DATAFILE).unwrap());
    (observer, published)
}

fn client() -> ::optimizely::client::UninitializedClient {
    Client::from_string(DATAFILE).unwrap()
}

#[test]
fn what_the_crate_decides_is_published_with_its_rule() {
    let (observer, published) = observer();
    let client = client().with_default_decide_options(silent()).initialize();
    let mut user = observer.observe(client.create_user_context("user_000"));
    user.set_attribute("country", AttributeValue::String("CA".into()));
    user.set_attribute("age", AttributeValue::Integer(40));
    user.set_attribute("unknown to the datafile", AttributeValue::Boolean(true));
    for flag in ["checkout_redesign", "legacy_banner", "no_rules", "grouped_flag", "unheard_of"] {
        let _ = user.decide(flag);
    }

    let known = |flag: &str| {
        Decision::new("user_000", flag)
            .with_attribute("age", &40)
            .with_attribute("country", &"CA")
            .with_dispatched(false)
    };
    let nothing = |flag: &str| known(flag).with_enabled(false);
    let expected = [
        nothing("checkout_redesign")
            .with_variation("off")
            .with_rule("checkout_redesign_exp")
            .with_experiment_id("2101")
            .with_variation_id("21012"),
        nothing("legacy_banner")
            .with_variation("off")
            .with_rule("default-r4")
            .with_experiment_id("3401")
            .with_variation_id("34010"),
        nothing("no_rules"),
        nothing("grouped_flag"),
        nothing("unheard_of"),
    ];
    assert_eq!(*published.lock().unwrap(), expected);
    assert!(expected.iter().all(|decision| *decision.engine() == Engine::Optimizely));
}

/// What Optimizely's own SDK decided, of `decideAll`.
fn recorded() -> Vec<Decision> {
    let lines = include_str!("../../../../../tests/vectors/decisions/js.jsonl").lines();
    let rows = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let rows = rows.filter(|row| row["scenario"] == "decide_all");
    rows.filter_map(|row| Decision::from_json(&row["notification"].to_string()).unwrap()).collect()
}

#[test]
fn it_decides_as_the_sdk_where_one_experiment_or_delivery_is_for_everybody_and_otherwise_not() {
    let (observer, published) = observer();
    let client = client().with_default_decide_options(silent()).initialize();
    let mut differing = BTreeMap::new();
    for recorded in recorded() {
        let mut user = observer.observe(client.create_user_context(recorded.user_id()));
        for (name, value) in recorded.attributes() {
            let value = serde_json::from_str(value.as_str()).unwrap();
            user.set_attribute(name, value);
        }
        let _ = user.decide(recorded.flag_key());
        let decided = published.lock().unwrap().pop().unwrap();
        let said = |decision: &Decision| {
            let texts =
                [decision.variation_key(), decision.rule_key(), decision.experiment_id(), decision.variation_id()];
            (texts.map(|text| text.map(str::to_owned)), decision.enabled())
        };
        let differs = usize::from(said(&decided) != said(&recorded));
        *differing.entry(recorded.flag_key().to_owned()).or_insert(0) += differs;
    }
    let (different, alike): (Vec<_>, Vec<_>) = differing.iter().partition(|(_, count)| **count > 0);
    let flags = |counted: Vec<(&String, &usize)>| counted.into_iter().map(|(flag, _)| flag.clone()).collect::<Vec<_>>();
    assert_eq!(flags(alike), ["checkout_redesign", "legacy_banner", "no_rules", "typed_config"]);
    let wrong = ["audience_flag", "grouped_flag", "new_dashboard", "paused_flag", "pricing_page"];
    assert_eq!(flags(different), wrong, "what this module's page says of the crate");
}

/// So that the crate, where it can send, sends nothing.
fn silent() -> DecideOptions {
    DecideOptions { disable_decision_event: true, ..DecideOptions::default() }
}

#[test]
fn whether_it_was_sent_is_said_where_it_is_known() {
    let client = client().with_default_decide_options(silent()).initialize();
    let vendors = client.create_user_context("user_000").decide("checkout_redesign");
    for dispatched in [None, Some(false), Some(true)] {
        assert_eq!(Decision::from_optimizely("u", &vendors, dispatched).dispatched(), dispatched);
    }
    assert_eq!(Decision::from_optimizely("u", &vendors, None).rule_key(), None, "the crate does not know it");
}

#[test]
fn a_rule_that_has_a_name_keeps_it() {
    let rules = RuleKeys::from_datafile(DATAFILE).unwrap();
    let decision = Decision::new("u", "f").with_experiment_id("2101");
    assert_eq!(rules.name(decision.clone()).rule_key(), Some("checkout_redesign_exp"));
    assert_eq!(rules.name(decision.with_rule("mine")).rule_key(), Some("mine"));
    assert_eq!(rules.name(Decision::new("u", "f").with_experiment_id("0")).rule_key(), None);
    assert_eq!(rules.name(Decision::new("u", "f")).rule_key(), None);
}

#[test]
fn rules_are_found_wherever_a_datafile_has_them() {
    let datafile = r#"{"experiments": [{"id": "1", "key": "a", "status": "Paused"}],
        "groups": [{"experiments": [{"id": "2", "key": "b"}]}, {}],
        "rollouts": [{"id": "r", "experiments": [{"id": "3", "key": "c"}]}]}"#;
    let rules = RuleKeys::from_datafile(datafile).unwrap();
    assert_eq!(["1", "2", "3", "4"].map(|id| rules.get(id)), [Some("a"), Some("b"), Some("c"), None]);
    assert_eq!(RuleKeys::from_datafile("{}").unwrap().get("1"), None);

    for (datafile, message) in [
        ("{", "the datafile cannot be used: the payload is not JSON at line 1 column 1"),
        (
            r#"{"experiments": [{"key": "a"}]}"#,
            "the datafile cannot be used: `experiments[0].id` is missing from the payload",
        ),
        (
            r#"{"groups": [{"experiments": [{"id": "1", "key": 7}]}]}"#,
            "the datafile cannot be used: `groups[0].experiments[0].key` of the payload is a number where a text is expected",
        ),
    ] {
        assert_eq!(RuleKeys::from_datafile(datafile).unwrap_err().to_string(), message);
    }
}

#[test]
fn an_observed_user_shows_no_attribute() {
    let (observer, _) = observer();
    let client = client().initialize();
    let mut user = observer.observe(client.create_user_context("user_000"));
    user.set_attribute("country", AttributeValue::String("CA".into()));
    assert_eq!(format!("{user:?}"), "ObservedUser { user_id: \"user_000\", .. }");
    assert_eq!(user.as_unobserved().user_attributes().len(), 1);
}

#[cfg(feature = "optimizely-crate-online")]
mod online {
    use ::optimizely::Conversion;
    use ::optimizely::event_api::EventDispatcher;

    use super::*;

    /// Sends nothing, and says what it was given.
    #[derive(Clone, Default)]
    struct Dispatched(Arc<Mutex<Vec<String>>>);

    impl EventDispatcher for Dispatched {
        fn send_conversion_event(&self, _: &UserContext<'_>, _: Conversion) {
            self.0.lock().unwrap().push("a conversion".to_owned());
        }

        fn send_decision_event(&self, _: &UserContext<'_>, decision: ::optimizely::Decision) {
            self.0.lock().unwrap().push(decision.flag_key().to_owned());
        }
    }

    #[test]
    fn what_is_dispatched_is_published_as_dispatched() {
        let (observer, published) = observer();
        let inner = Dispatched::default();
        let dispatched = inner.clone();
        let client = client().with_event_dispatcher(|_| observer.dispatcher(inner)).initialize();
        let user = client.create_user_context("user_000");
        let decide = |options: &DecideOptions| {
            for flag in ["checkout_redesign", "legacy_banner", "no_rules"] {
                let _ = user.decide_with_options(flag, options);
            }
        };
        decide(&DecideOptions::default());
        decide(&silent());
        user.track_event("purchase_completed");

        assert_eq!(*dispatched.0.lock().unwrap(), ["checkout_redesign", "a conversion"]);
        let expected = Decision::new("user_000", "checkout_redesign")
            .with_enabled(false)
            .with_variation("off")
            .with_rule("checkout_redesign_exp")
            .with_experiment_id("2101")
            .with_variation_id("21012")
            .with_dispatched(true);
        assert_eq!(*published.lock().unwrap(), [expected]);
    }

    #[test]
    fn an_observed_user_does_not_guess_whether_an_experiments_decision_was_sent() {
        let (observer, published) = observer();
        let client = client().with_event_dispatcher(|_| Dispatched::default()).initialize();
        let user = observer.observe(client.create_user_context("user_000"));
        let _ = (user.decide("checkout_redesign"), user.decide("no_rules"));
        let said: Vec<_> = published.lock().unwrap().iter().map(Decision::dispatched).collect();
        assert_eq!(said, [None, Some(false)]);
    }
}
