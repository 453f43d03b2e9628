//! Sources of flags beside PostHog: the environment, a file, and decisions of another engine.

use std::env;
use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use taxogen::{
    Answer, Assignment, Client, Decision, DecisionFlags, DecisionHub, DecisionPlan, DecisionRule, EnvironmentFlags,
    Experiment, ExposurePolicy, Fallback, FlagFile, FlagSource, LocalFlags, PlanId, Recorder, RuleKind,
};
use taxogen_tests::checkout::{
    Banner, CHECKOUT, Checkout, CheckoutExperiment, LIMITS, Limits, NEW_DASHBOARD, PAYMENTS_ENABLED,
};

use crate::reading::DEFINITIONS;

use Assignment::{Assigned, Delivered, Holdout, Off};
use CheckoutExperiment::{Control, Test};

const PLAN: DecisionPlan = DecisionPlan::new(
    PlanId::new("shop", "85a93a826095f7c7"),
    const {
        &[
            DecisionRule::new("checkout-experiment", "ab", RuleKind::Experiment, "checkout-flow-redesign"),
            DecisionRule::new("checkout-experiment", "everybody", RuleKind::Delivery, "checkout-flow-redesign"),
            DecisionRule::new("checkout-experiment", "kept out", RuleKind::Holdout, "checkout-flow-redesign"),
        ]
    },
);

fn environment(variables: &[(&str, &str)]) -> EnvironmentFlags {
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
    EnvironmentFlags::from_variables(EnvironmentFlags::PREFIX, variables).expect("they can be used")
}

fn shown<T, P>(answer: Answer<T, P>) -> (T, Assignment, FlagSource) {
    (answer.value, answer.assignment, answer.source)
}

#[test]
fn a_variable_is_read_as_the_flag_has_it() {
    let problems = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&problems);
    let (client, recorder) = Client::builder()
        .flags_from(environment(&[
            ("TAXOGEN_FLAG_NEW_DASHBOARD", "true"),
            ("TAXOGEN_FLAG_PAYMENTS_ENABLED", "off"),
            ("TAXOGEN_FLAG_CHECKOUT_EXPERIMENT", r#"{"value": "test", "payload": {"headline": "Now"}}"#),
            ("TAXOGEN_FLAG_CHECKOUT_LIMITS", r#"{"payload": {"timeout_ms": 7}}"#),
        ]))
        .flags_from(environment(&[("TAXOGEN_FLAG_NEW_DASHBOARD", "false")]))
        .recorder();
    let user = client.user("user_123");
    assert_eq!(shown(user.evaluate(NEW_DASHBOARD)), (true, Assigned, FlagSource::Environment), "the first is believed");
    assert_eq!(shown(user.evaluate(PAYMENTS_ENABLED)), (false, Off, FlagSource::Environment), "a `false` is an answer");
    assert_eq!(user.flag_with_payload(CHECKOUT), (Test, Some(Banner { headline: "Now".into() })));
    assert_eq!(user.experiment::<Checkout>(), Checkout::Test);
    assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 7 });

    let (client, _) = Client::builder()
        .flags_from(environment(&[("TAXOGEN_FLAG_CHECKOUT_EXPERIMENT", "gold")]))
        .on_flag_problem(move |problem| told.lock().unwrap().push(problem.to_string()))
        .recorder();
    let unknown = Assignment::Fallback(Fallback::UnknownVariant);
    assert_eq!(shown(client.user("user_123").evaluate(CHECKOUT)), (Control, unknown, FlagSource::Default));
    let expected = "flag `checkout-experiment`: the plan has no variant `gold`: the default stands in";
    assert_eq!(*problems.lock().unwrap(), [expected]);
    assert!(recorder.is_empty(), "what is set by hand exposes nobody");
}

#[test]
fn a_client_of_the_environment_has_its_flags_too() {
    if env::var_os("TAXOGEN_FLAG_NEW_DASHBOARD").is_none() {
        // A process's own variables cannot be changed while its threads run.
        let ran = Command::new(env::current_exe().unwrap())
            .args(["--exact", "sources::a_client_of_the_environment_has_its_flags_too"])
            .envs([("TAXOGEN_FLAG_NEW_DASHBOARD", "true"), ("TAXOGEN_DISABLED", "true")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    for client in [Client::from_env().unwrap(), Client::builder().with_env().unwrap().recorder().0] {
        assert_eq!(shown(client.user("user_123").evaluate(NEW_DASHBOARD)), (true, Assigned, FlagSource::Environment));
    }
}

#[test]
fn a_variant_without_a_payload_has_the_plans_own() {
    let flags = environment(&[("TAXOGEN_FLAG_CHECKOUT_EXPERIMENT", "test")]);
    let (client, _) = Client::builder().flags_from(flags).recorder();
    let own = Some(Banner { headline: "Ship faster".into() });
    assert_eq!(client.user("user_123").flag_with_payload(CHECKOUT), (Test, own));
}

#[test]
fn a_file_is_followed_by_whoever_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flags.json");
    let write = |text: &str| {
        fs::write(folder.path().join("next"), text).unwrap();
        fs::rename(folder.path().join("next"), &path).unwrap();
    };
    write(r#"{"checkout-experiment": {"value": "test", "payload": {"headline": "Now"}}, "new-dashboard": true}"#);
    let file = FlagFile::open(&path).unwrap().every(Duration::from_millis(10)).on_problem(|_| {});
    let (client, recorder) = Client::builder().flags_from(file.clone()).recorder();
    let user = client.user("user_123");
    assert_eq!(user.flag_with_payload(CHECKOUT), (Test, Some(Banner { headline: "Now".into() })));
    assert_eq!(shown(user.evaluate(NEW_DASHBOARD)), (true, Assigned, FlagSource::File));

    write(r#"{"checkout-experiment": "control", "new-dashboard": 7}"#);
    while file.problem().is_none() {
        sleep(Duration::from_millis(5));
    }
    assert_eq!(user.flag(CHECKOUT), Test, "what was good stays");
    write(r#"{"checkout-experiment": "control"}"#);
    while file.problem().is_some() {
        sleep(Duration::from_millis(5));
    }
    let answer = shown(user.evaluate(CHECKOUT));
    assert_eq!(answer, (Control, Assigned, FlagSource::File));
    assert_eq!(shown(user.evaluate(NEW_DASHBOARD)).2, FlagSource::Default, "it says nothing of this any more");
    assert!(recorder.is_empty());
}

/// A client whose flags a hub decides, by the rules of the plan.
fn deciding(hub: &DecisionHub) -> (Client, Recorder) {
    Client::builder().flags_from(DecisionFlags::of(hub).by_plan(PLAN)).recorder()
}

fn decision(flag: &str, variation: &str, rule: &str) -> Decision {
    Decision::new("user_123", flag).with_variation(variation).with_rule(rule)
}

#[test]
fn a_decision_means_for_a_flag_what_it_means_for_an_experiment() {
    let no = Assignment::Fallback;
    let decided = FlagSource::Decision;
    let default = FlagSource::Default;
    for (variation, rule, enabled, variant, on) in [
        ("test", "ab", true, (Test, Assigned, decided), (true, Assigned)),
        // A control is a variation, although its feature is off.
        ("control", "ab", false, (Control, Assigned, decided), (false, Off)),
        ("test", "everybody", true, (Test, Delivered, decided), (true, Delivered)),
        ("test", "a new one", true, (Test, Delivered, decided), (true, Delivered)),
        ("test", "", true, (Test, Assigned, decided), (true, Assigned)),
        ("off", "everybody", false, (Control, Off, default), (false, Off)),
        ("ho_off", "kept out", false, (Control, Holdout, default), (false, Holdout)),
        ("gold", "ab", true, (Control, no(Fallback::UnknownVariant), default), (true, Assigned)),
        ("", "ab", true, (Control, no(Fallback::NoVariant), default), (true, Assigned)),
        ("", "", false, (Control, no(Fallback::NoRule), default), (false, Off)),
    ] {
        let case = format!("{variation} {rule} {enabled}");
        let hub = DecisionHub::new();
        let (client, _) = deciding(&hub);
        let made = decision(CHECKOUT.key(), variation, rule).with_enabled(enabled);
        hub.publish(made.clone());
        let user = client.user("user_123");
        assert_eq!(shown(user.evaluate(CHECKOUT)), variant, "{case}");
        // The same key as one that is on or off.
        let read = user.evaluate(taxogen::Flag::boolean(CHECKOUT.key(), true));
        assert_eq!((read.value, read.assignment, read.source), (on.0, on.1, decided), "{case}");
        // The experiment here knows no rules: each assigns.
        let experiment = user.evaluate_experiment::<Checkout>();
        let expected = Checkout::from_decision(&made);
        if !matches!(rule, "everybody" | "a new one" | "kept out") {
            assert_eq!((experiment.variant, experiment.assignment), (expected.variant, expected.assignment), "{case}");
        }
        assert_eq!(read.to_decision("user_123"), made, "{case}");
    }
}

#[test]
fn the_variables_of_a_decision_are_the_payload() {
    let hub = DecisionHub::new();
    let (client, _) = deciding(&hub);
    let user = client.user("user_123");
    hub.publish(decision(CHECKOUT.key(), "test", "ab").with_variable("headline", &"Now"));
    hub.publish(decision(LIMITS.key(), "low", "everybody").with_variable("timeout_ms", &7));
    assert_eq!(user.flag_with_payload(CHECKOUT), (Test, Some(Banner { headline: "Now".into() })));
    assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 7 });
    hub.publish(decision(CHECKOUT.key(), "test", "ab"));
    hub.publish(decision(LIMITS.key(), "low", "everybody").with_variable("timeout_ms", &7).with_enabled(false));
    assert_eq!(user.flag_with_payload(CHECKOUT), (Test, Some(Banner { headline: "Ship faster".into() })));
    assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 5000 });
}

#[test]
fn nobody_is_exposed_twice_to_what_an_engine_decided() {
    let hub = DecisionHub::new();
    let (client, recorder) = deciding(&hub);
    let exposures = client.exposure_listener(ExposurePolicy::by_plan(PLAN));
    let _listening = hub.listen(move |decision| _ = exposures.decided(decision));
    hub.publish(decision(CHECKOUT.key(), "test", "ab"));
    let user = client.user("user_123");
    for _ in 0..3 {
        assert_eq!(user.flag(CHECKOUT), Test);
        assert_eq!(user.experiment::<Checkout>(), Checkout::Test);
    }
    let told: Vec<_> = recorder.all().iter().map(taxogen::Recorded::name).collect();
    assert_eq!(told, ["Experiment Viewed"], "the listener's, and no `$feature_flag_called`");
}

#[test]
fn a_decision_counts_for_its_time_its_person_and_its_flag() {
    let hub = DecisionHub::new();
    let flags = DecisionFlags::remembering(4, &hub).for_at_most(Duration::from_secs(3600));
    assert_eq!(format!("{flags:?}"), "DecisionFlags { remembered: 0, time_to_live: 3600s, .. }");
    let (client, _) = Client::builder().flags_from(flags).recorder();
    let source = |user: &str| client.user(user).peek(NEW_DASHBOARD).source;
    let ago = |seconds| SystemTime::now() - Duration::from_secs(seconds);
    let of = |user: &str| Decision::new(user, NEW_DASHBOARD.key());

    hub.publish(of("ann").with_time(ago(3000)));
    hub.publish(of("bob").with_time(ago(4000)));
    assert_eq!(
        (source("ann"), source("bob"), source("cem")),
        (FlagSource::Decision, FlagSource::Default, FlagSource::Default)
    );
    let age = client.user("ann").peek(NEW_DASHBOARD).age.expect("a decision has an age");
    assert!((2999..3100).contains(&age.as_secs()), "{age:?}");
    assert_eq!(client.user("ann").peek(PAYMENTS_ENABLED).source, FlagSource::Default);
    for user in ["1", "2", "3", "4"] {
        hub.publish(of(user));
    }
    assert_eq!((source("ann"), source("4")), (FlagSource::Default, FlagSource::Decision), "there is room for four");
    drop(client);
    assert_eq!(hub.report().listeners, 0);
}

#[test]
fn an_engine_that_decides_at_once_is_asked_when_a_flag_is_read() {
    let flags = DecisionFlags::asking(|question| match question.key() {
        "new-dashboard" => Some(Decision::new(question.distinct_id(), question.key())),
        "payments-enabled" => Some(Decision::new("somebody else", question.key()).with_enabled(false)),
        "checkout-experiment" => Some(Decision::new(question.distinct_id(), "another flag").with_variation("test")),
        _ => None,
    });
    let (client, recorder) = Client::builder().flags_from(flags).recorder();
    let user = client.user("user_123");
    assert_eq!(shown(user.evaluate(NEW_DASHBOARD)), (true, Assigned, FlagSource::Decision));
    assert_eq!(shown(user.evaluate(PAYMENTS_ENABLED)).2, FlagSource::Default);
    assert_eq!(shown(user.evaluate(CHECKOUT)).2, FlagSource::Default);
    assert_eq!(user.evaluate(LIMITS).source, FlagSource::Default);
    assert!(recorder.is_empty());
}

#[test]
fn what_posthog_decided_is_asked_of_posthog_again() {
    let hub = DecisionHub::new();
    let (client, recorder) = Client::builder()
        .decisions(&hub)
        .flags_from(DecisionFlags::of(&hub))
        .local_flags(LocalFlags::bytes(DEFINITIONS))
        .recorder();
    for _ in 0..2 {
        let answer = client.user("u1").evaluate_experiment::<Checkout>();
        assert_eq!((answer.variant, answer.source), (Checkout::Test, FlagSource::Local));
    }
    assert_eq!(recorder.events("$feature_flag_called").len(), 1);
    hub.publish(Decision::new("u1", CHECKOUT.key()).with_variation("control").with_rule("ab"));
    assert_eq!(shown(client.user("u1").evaluate(CHECKOUT)), (Control, Assigned, FlagSource::Decision));
}

#[test]
fn a_word_that_is_misspelt_switches_nothing() {
    let problems = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&problems);
    let (client, _) = Client::builder()
        .flags_from(environment(&[("TAXOGEN_FLAG_NEW_DASHBOARD", "flase"), ("TAXOGEN_FLAG_PAYMENTS_ENABLED", "{}")]))
        .on_flag_problem(move |problem| told.lock().unwrap().push(problem.to_string()))
        .recorder();
    let user = client.user("user_123");
    let unknown = Assignment::Fallback(Fallback::UnknownVariant);
    assert_eq!(shown(user.evaluate(NEW_DASHBOARD)), (false, unknown, FlagSource::Default));
    assert!(user.flag(PAYMENTS_ENABLED));
    let expected = "flag `new-dashboard`: the plan has no variant `flase`: the default stands in";
    assert_eq!(*problems.lock().unwrap(), [expected]);
}
