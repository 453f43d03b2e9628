//! Flags: what reading one gives, and what PostHog is told of it.

use std::thread::{self};
use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Answer, Assignment, Client, Decision, Engine, Fallback, Flag, FlagSource, LossReason, PostHog, Segment};
use taxogen_sandbox::{FlagAnswer, POSTHOG_KEY, SEGMENT_WRITE_KEY, Vendor};

use crate::scripted::{Reply, Scripted};
use crate::shop::Company;
use taxogen_tests::checkout::{
    Banner, CHECKOUT, CheckoutExperiment, LIMITS, Limits, NEW_DASHBOARD, PAYMENTS_ENABLED, Stage, plain,
};
use taxogen_tests::executor::block_on;

const SECOND: Duration = Duration::from_secs(1);
/// For what a busy machine does late.
const PATIENCE: Duration = Duration::from_secs(20);

fn called(stage: &Stage) -> Vec<Value> {
    stage.events(Vendor::PostHog, "$feature_flag_called")
}

/// The responses that PostHog was told, with the flag.
fn responses(stage: &Stage) -> Vec<(String, Value)> {
    let pair =
        |event: &Value| (event["$feature_flag"].as_str().unwrap().to_owned(), event["$feature_flag_response"].clone());
    called(stage).iter().map(pair).collect()
}

#[test]
fn what_a_flag_answers_is_read_as_the_plan_has_it() {
    use Assignment::{Assigned, Holdout, Off};
    use CheckoutExperiment::{Control, Test};
    let no = |reason| Assignment::Fallback(reason);
    let table = [
        (FlagAnswer::variant("test"), Test, Assigned, FlagSource::PostHog),
        (FlagAnswer::variant("control"), Control, Assigned, FlagSource::PostHog),
        (FlagAnswer::off(), Control, Off, FlagSource::Default),
        (FlagAnswer::on(), Control, no(Fallback::NoVariant), FlagSource::Default),
        (FlagAnswer::variant("gold"), Control, no(Fallback::UnknownVariant), FlagSource::Default),
        (FlagAnswer::variant("holdout-7"), Control, Holdout, FlagSource::Default),
        (
            FlagAnswer::variant("test").reason("holdout_condition_value", "Held out"),
            Control,
            Holdout,
            FlagSource::Default,
        ),
    ];
    let stage = Stage::posthog();
    for (place, (answer, ..)) in table.iter().enumerate() {
        stage.sandbox.flags().set(format!("u{place}"), CHECKOUT.key(), answer.clone());
    }
    for (place, (answer, value, assignment, source)) in table.into_iter().enumerate() {
        let read = stage.loaded(&format!("u{place}")).peek(CHECKOUT);
        assert_eq!((read.value, read.assignment, read.source), (value, assignment, source), "{answer:?}");
        assert!(read.reason.is_some(), "{answer:?}");
    }
    let report = stage.client.flag_report();
    let counted = [(Holdout, 2), (Off, 1), (no(Fallback::UnknownVariant), 1), (no(Fallback::NoVariant), 1)];
    assert_eq!(report.fallbacks, counted);
}

#[test]
fn false_is_an_answer_and_the_default_stands_in_only_where_there_is_none() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(PAYMENTS_ENABLED.key(), FlagAnswer::off());

    let user = stage.client.user("u1");
    assert!(user.flag(PAYMENTS_ENABLED), "nothing is loaded: the default");
    user.load_flags_blocking(PATIENCE).unwrap();
    assert!(!user.flag(PAYMENTS_ENABLED), "the answer");
    let read = user.evaluate(PAYMENTS_ENABLED);
    assert_eq!((read.assignment, read.source), (Assignment::Off, FlagSource::PostHog));
    assert_eq!(read.reason.unwrap().text(), "No matching condition set");

    assert!(!user.flag(NEW_DASHBOARD), "not in the answer: the default");
    let missing = Assignment::Fallback(Fallback::Missing);
    assert_eq!(user.evaluate(NEW_DASHBOARD).assignment, missing);

    let report = stage.client.flag_report();
    assert_eq!(report.fallbacks, [(Assignment::Fallback(Fallback::NotLoaded), 1), (missing, 2)]);
    assert_eq!(report.fallbacks_for(Assignment::Off), 0, "`false` is no fallback of a boolean flag");
    let told = [(PAYMENTS_ENABLED, json!(false)), (NEW_DASHBOARD, Value::Null)];
    assert_eq!(responses(&stage), told.map(|(flag, response)| (flag.key().to_owned(), response)));
}

#[test]
fn a_variant_of_a_boolean_flag_counts_as_on_and_a_holdout_as_off() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set("u1", NEW_DASHBOARD.key(), FlagAnswer::variant("a"));
    stage.sandbox.flags().set("u2", NEW_DASHBOARD.key(), FlagAnswer::variant("holdout-7"));
    assert!(stage.loaded("u1").flag(NEW_DASHBOARD));
    let held_out = stage.loaded("u2");
    assert!(!held_out.flag(NEW_DASHBOARD));
    assert_eq!(held_out.peek(NEW_DASHBOARD).assignment, Assignment::Holdout);
    let told = ["a", "holdout-7"].map(|response| (NEW_DASHBOARD.key().to_owned(), json!(response)));
    assert_eq!(responses(&stage), told, "PostHog is told what it answered");
}

#[test]
fn two_readings_are_one_report_and_a_new_value_another() {
    let stage = Stage::posthog();
    let flags = stage.sandbox.flags();
    let key = CHECKOUT.key();
    flags.set_default(key, FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    for _ in 0..3 {
        assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Test);
        let _ = user.clone().flag_with_payload(CHECKOUT);
        let _ = stage.loaded("u1").evaluate(CHECKOUT);
    }
    assert_eq!(called(&stage).len(), 1, "one person, one value");

    let _ = stage.loaded("u2").flag(CHECKOUT);
    assert_eq!(called(&stage).len(), 2, "another person");

    flags.set_default(key, FlagAnswer::variant("control"));
    let _ = user.flag(CHECKOUT);
    assert_eq!(called(&stage).len(), 2, "pinned until it is loaded again");
    user.load_flags_blocking(PATIENCE).unwrap();
    let _ = user.flag(CHECKOUT);
    assert_eq!(called(&stage).len(), 3, "another value");

    flags.set_default(key, FlagAnswer::variant("test"));
    user.load_flags_blocking(PATIENCE).unwrap();
    let _ = user.flag(CHECKOUT);
    assert_eq!(called(&stage).len(), 3, "a value that was told before");

    user.group(Company { key: "acme", employees: 12 });
    let _ = user.flag(CHECKOUT);
    let reports = called(&stage);
    assert_eq!(reports.len(), 4, "other groups");
    assert_eq!(reports[3]["$groups"], json!({ "company": "acme" }));
}

#[test]
fn the_report_has_what_the_sdks_of_posthog_say() {
    let recording = include_str!("../vectors/wire/posthog-python.jsonl").lines();
    let mut recording = recording.map(|line| serde_json::from_str::<Value>(line).expect("a recording is JSON"));
    let request = recording.find(|request| request["scenario"] == "11_flag" && request["path"] == "/batch/").unwrap();
    let mut expected = plain(request["body"]["batch"][0]["properties"].clone());
    // The host's properties are not ours to send, and the sandbox does not say when it evaluated.
    expected.as_object_mut().unwrap().retain(|name, _| {
        !name.starts_with("$python_") && !name.starts_with("$os") && name != "$feature_flag_evaluated_at"
    });

    let stage = Stage::posthog();
    let answer = FlagAnswer::variant("treatment").numbered(7, 3).payload(json!({ "color": "blue" }));
    stage.sandbox.flags().set("user-1", "checkout_redesign", answer);
    let _ = stage.loaded("user-1").flag(Flag::boolean("checkout_redesign", false));
    assert_eq!(called(&stage), [expected]);
    let arrived = stage.arrived(Vendor::PostHog);
    assert_eq!(arrived[0].distinct_id.as_deref(), Some("user-1"));
}

#[test]
fn the_question_is_the_one_that_the_sdks_of_posthog_ask() {
    let recording = include_str!("../vectors/wire/posthog-node.jsonl").lines();
    let mut recording = recording.map(|line| serde_json::from_str::<Value>(line).expect("a recording is JSON"));
    let request = recording.find(|request| request["path"] == "/flags/").unwrap();
    let mut expected = request["body"].clone();
    // All flags are asked for, and only Node says that it is a server.
    expected.as_object_mut().unwrap().retain(|name, _| name != "flag_keys_to_evaluate" && name != "evaluation_runtime");
    expected["token"] = json!(POSTHOG_KEY);
    expected["groups"] = json!({ "company": "acme" });
    expected["group_properties"] = json!({ "company": { "employees": 12 } });

    let stage = Stage::posthog();
    let user = stage.client.user("user-1");
    user.group(Company { key: "acme", employees: 12 });
    user.load_flags_blocking(PATIENCE).unwrap();
    let requests = stage.sandbox.requests(Vendor::PostHog);
    let question = requests.iter().find(|request| request.path.starts_with("/flags")).unwrap();
    assert_eq!((question.json(), question.query.as_str()), (expected, "v=2"));
    assert_eq!(question.header("authorization"), None);
}

#[test]
fn answers_that_do_not_fit_the_plan_are_counted_told_once_and_not_reported() {
    let stage = Stage::posthog();
    let flags = stage.sandbox.flags();
    flags.set_default(CHECKOUT.key(), FlagAnswer::variant("gold"));
    flags.set_default(LIMITS.key(), FlagAnswer::on().payload(json!({ "timeout_ms": "long" })));
    for user in ["u1", "u2"] {
        let user = stage.loaded(user);
        for _ in 0..5 {
            assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Control);
            assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 5000 });
        }
    }
    flags.set_default(CHECKOUT.key(), FlagAnswer::on());
    flags.set_default(LIMITS.key(), FlagAnswer::on());
    let user = stage.loaded("u3");
    let _ = (user.flag(CHECKOUT), user.flag(LIMITS));

    assert_eq!(
        stage.problems(),
        [
            "flag `checkout-experiment`: the plan has no variant `gold`: the default stands in",
            "flag `checkout-limits`: `timeout_ms` of the payload is a text where an integer is expected: the default \
             stands in",
            "flag `checkout-experiment`: it is on and has no variant, and the plan has variants: the default stands in",
            "flag `checkout-limits`: it is on and hands out no settings: the default stands in",
        ]
    );
    let report = stage.client.flag_report();
    let counted = [
        (Fallback::UnknownVariant, 10),
        (Fallback::NoVariant, 1),
        (Fallback::NoPayload, 1),
        (Fallback::InvalidPayload, 10),
    ];
    assert_eq!(report.fallbacks, counted.map(|(reason, count)| (Assignment::Fallback(reason), count)));
    assert_eq!(report.invalid_payloads, 10);
    assert_eq!(called(&stage), [] as [Value; 0]);
}

#[test]
fn payloads_come_from_the_source_and_else_from_the_plan() {
    let plans = Some(Banner { headline: "Ship faster".into() });
    let served = Some(Banner { headline: "Buy now".into() });
    let test = FlagAnswer::variant("test");
    let stage = Stage::posthog();
    for (answer, expected) in [
        (test.clone().payload(json!({ "headline": "Buy now", "new": 1 })), (CheckoutExperiment::Test, served)),
        (test.clone(), (CheckoutExperiment::Test, None)),
        (test.payload(json!({ "headline": 7 })), (CheckoutExperiment::Test, plans)),
        (FlagAnswer::off().payload(json!({ "headline": "Buy now" })), (CheckoutExperiment::Control, None)),
    ] {
        stage.sandbox.flags().set_default(CHECKOUT.key(), answer.clone());
        assert_eq!(stage.loaded("u1").flag_with_payload(CHECKOUT), expected, "{answer:?}");
    }
    assert_eq!(
        stage.problems(),
        ["flag `checkout-experiment`: `headline` of the payload is a number where a text is expected: the plan's own \
          payload stands in"]
    );
    assert_eq!(stage.client.flag_report().invalid_payloads, 1);
}

#[test]
fn settings_are_read_from_the_payload_and_their_reading_is_not_reported() {
    let stage = Stage::posthog();
    for (answer, timeout_ms, assignment) in [
        (FlagAnswer::on().payload(json!({ "timeout_ms": 3000 })), 3000, Assignment::Assigned),
        (FlagAnswer::off(), 5000, Assignment::Off),
        (FlagAnswer::on(), 5000, Assignment::Fallback(Fallback::NoPayload)),
    ] {
        stage.sandbox.flags().set_default(LIMITS.key(), answer);
        let read = stage.loaded("u1").evaluate(LIMITS);
        assert_eq!((read.value, read.assignment), (Limits { timeout_ms }, assignment));
    }
    assert_eq!(called(&stage), [] as [Value; 0]);
}

#[test]
fn fixed_values_go_before_everything_and_are_not_reported() {
    let stage =
        Stage::with(|builder| builder.fix_flag(PAYMENTS_ENABLED, false).fix_flag(CHECKOUT, CheckoutExperiment::Test));
    stage.sandbox.flags().set_default(PAYMENTS_ENABLED.key(), FlagAnswer::on());
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("control"));

    let user = stage.loaded("u1");
    assert!(!user.flag(PAYMENTS_ENABLED));
    let Answer { value, payload, assignment, reason, source, .. } = user.evaluate(CHECKOUT);
    assert_eq!((value, assignment, reason), (CheckoutExperiment::Test, Assignment::Assigned, None));
    assert_eq!((payload, source), (Some(Banner { headline: "Ship faster".into() }), FlagSource::Fixed));

    let other = stage.loaded("u1");
    user.fix_flag(CHECKOUT, CheckoutExperiment::Control);
    user.fix_flag(LIMITS, Limits { timeout_ms: 1 });
    assert_eq!(user.clone().flag(CHECKOUT), CheckoutExperiment::Control, "clones share what was fixed");
    assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 1 });
    assert_eq!(other.flag(CHECKOUT), CheckoutExperiment::Test, "other handles do not");
    assert_eq!(called(&stage), [] as [Value; 0]);
    assert_eq!(stage.client.flag_report(), taxogen::FlagReport::default());
}

#[test]
fn a_quiet_reading_reports_nothing() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    assert_eq!(user.peek(CHECKOUT).value, CheckoutExperiment::Test);
    assert_eq!(called(&stage), [] as [Value; 0]);
    let _ = user.flag(CHECKOUT);
    assert_eq!(called(&stage).len(), 1);
}

#[test]
fn a_report_that_the_log_refused_is_not_remembered() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    let _ = stage.client.shutdown(SECOND);
    let _ = (user.flag(CHECKOUT), user.flag(CHECKOUT));
    assert_eq!(stage.client.report().lost, [(LossReason::AfterShutdown, 2)]);
}

#[test]
fn every_failure_to_load_is_a_clear_error_and_the_defaults_stand() {
    let network = |stage: &Stage, message: &str| {
        let user = stage.client.user("u1");
        let error = user.load_flags_blocking(PATIENCE).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.is_network()), (message, true));
        assert!(!user.flag(NEW_DASHBOARD) && user.flag(PAYMENTS_ENABLED));
        assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Control);
    };
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(NEW_DASHBOARD.key(), FlagAnswer::on());
    for (status, message) in [
        (500, "posthog gives no flags for now: status 500"),
        (
            429,
            "posthog gave no flags: there were too many requests (status 429); load flags once for each person, or \
             decide them here with `Builder::local_flags`",
        ),
        (
            401,
            "posthog does not take the project's key for flags: status 401; look whether the key is of a project on \
             this host",
        ),
    ] {
        stage.sandbox.flags().status(status);
        network(&stage, message);
    }
    assert_eq!(stage.sandbox.summary(Vendor::PostHog).flag_requests, 3, "none of these is tried again");
    stage.sandbox.flags().status(None);
    stage.sandbox.flags().quota_limited(true);
    network(
        &stage,
        "posthog gave no flags: the project has used up its quota of flag requests; raise the limit in its billing \
         settings, or decide flags here with `Builder::local_flags`",
    );
    stage.sandbox.flags().quota_limited(false);

    stage.sandbox.flags().delay(SECOND * 2);
    let user = stage.client.user("u1");
    let error = user.load_flags_blocking(SECOND / 5).unwrap_err();
    assert_eq!(
        error.to_string(),
        "posthog did not answer about flags in time: look at the network, or give it longer with \
         `Builder::flag_timeout`"
    );
    assert!(error.is_timeout() && !user.flag(NEW_DASHBOARD));
    stage.sandbox.flags().delay(Duration::ZERO);

    let empty = stage.client.user("").load_flags_blocking(SECOND).unwrap_err();
    assert_eq!(empty.to_string(), "the distinct id is empty: flags are loaded for a person");
    assert!(empty.is_input());

    user.load_flags_blocking(PATIENCE).unwrap();
    assert!(user.flag(NEW_DASHBOARD), "and then it works");
    stage.sandbox.pause();
    let gone = user.load_flags_blocking(PATIENCE).unwrap_err();
    assert!(gone.is_network() && gone.to_string().starts_with("posthog cannot be asked about flags: "), "{gone}");
    assert!(user.flag(NEW_DASHBOARD), "what was loaded before stays");

    let _ = stage.client.shutdown(Duration::ZERO);
    let late = user.load_flags_blocking(SECOND).unwrap_err();
    assert_eq!(late.to_string(), "nobody asks posthog about flags after `shutdown`");
}

const FLAGS: &str = r#"{"flags": {"new-dashboard": {"enabled": true}, "odd": {"enabled": "yes"}}}"#;
const PAGE: &str = "<!doctype html><title>Sign in</title>";

#[test]
fn only_what_passes_by_itself_is_tried_again_and_once() {
    use Reply::{Answer, Cut};
    let page = "a web page came instead of flags: something between here and posthog answers; let `/flags/` through, \
                or name another host";
    let empty = "the answer of posthog about flags cannot be read: not JSON at line 1 column 0; look at the host, and \
                 at what stands before it";
    for (script, attempts, problem) in [
        (&[Answer(200, FLAGS)][..], 1, None),
        (&[Answer(502, PAGE), Answer(200, FLAGS)], 2, None),
        (&[Answer(504, ""), Answer(200, FLAGS)], 2, None),
        (&[Cut, Answer(200, FLAGS)], 2, None),
        (
            &[Answer(502, ""), Answer(502, ""), Answer(200, FLAGS)],
            2,
            Some("posthog gives no flags for now: status 502"),
        ),
        (&[Answer(503, ""), Answer(200, FLAGS)], 1, Some("posthog gives no flags for now: status 503")),
        (&[Answer(408, ""), Answer(200, FLAGS)], 1, Some("posthog gives no flags for now: status 408")),
        (&[Answer(200, PAGE), Answer(200, FLAGS)], 1, Some(page)),
        (&[Answer(200, ""), Answer(200, FLAGS)], 1, Some(empty)),
    ] {
        let server = Scripted::answering(script);
        let client = Client::builder().to(PostHog::new(POSTHOG_KEY).host(server.url())).build().unwrap();
        let user = client.user("u1");
        let error = user.load_flags_blocking(PATIENCE).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), problem);
        assert_eq!(user.flag(NEW_DASHBOARD), problem.is_none());
        let asked = server.asked();
        assert_eq!(asked.len(), attempts);
        assert!(attempts == 1 || asked[1] - asked[0] >= Duration::from_millis(300), "there is a pause");
    }
}

#[test]
fn an_odd_flag_spoils_no_other() {
    let server = Scripted::answering(&[Reply::Answer(200, FLAGS)]);
    let client = Client::builder().to(PostHog::new(POSTHOG_KEY).host(server.url())).build().unwrap();
    let user = client.user("u1");
    user.load_flags_blocking(PATIENCE).unwrap();
    assert!(user.flag(NEW_DASHBOARD));
    let odd = user.evaluate(Flag::boolean("odd", true));
    assert_eq!((odd.value, odd.assignment), (true, Assignment::Fallback(Fallback::SourceError)));
}

#[test]
fn what_could_not_be_evaluated_stays_as_it_was_loaded() {
    let whole = r#"{"flags": {"new-dashboard": {"enabled": true}, "payments-enabled": {"enabled": true}}}"#;
    let part = r#"{"flags": {"payments-enabled": {"enabled": false}}, "errorsWhileComputingFlags": true}"#;
    let server = Scripted::answering(&[Reply::Answer(200, whole), Reply::Answer(200, part)]);
    let client = Client::builder().to(PostHog::new(POSTHOG_KEY).host(server.url())).build().unwrap();
    let user = client.user("u1");
    for (new_dashboard, payments_enabled) in [(true, true), (true, false)] {
        user.load_flags_blocking(PATIENCE).unwrap();
        assert_eq!((user.flag(NEW_DASHBOARD), user.flag(PAYMENTS_ENABLED)), (new_dashboard, payments_enabled));
    }
    let missing = user.evaluate(Flag::boolean("unheard-of", false));
    assert_eq!(missing.assignment, Assignment::Fallback(Fallback::SourceError));
}

#[test]
fn persons_do_not_see_each_others_flags() {
    let stage = Stage::posthog();
    for number in 0..16 {
        let answer = if number % 2 == 0 { "control" } else { "test" };
        stage.sandbox.flags().set(format!("u{number}"), CHECKOUT.key(), FlagAnswer::variant(answer));
    }
    thread::scope(|scope| {
        for number in 0..16 {
            let stage = &stage;
            scope.spawn(move || {
                let user = stage.loaded(&format!("u{number}"));
                for _ in 0..100 {
                    assert_eq!(user.flag(CHECKOUT) == CheckoutExperiment::Test, number % 2 == 1);
                }
            });
        }
    });
    assert_eq!(called(&stage).len(), 16);

    let loaded = stage.loaded("u1");
    let unloaded = stage.client.user("u1");
    assert_eq!(loaded.clone().flag(CHECKOUT), CheckoutExperiment::Test, "clones share what was loaded");
    assert_eq!(unloaded.flag(CHECKOUT), CheckoutExperiment::Control, "other handles do not");
}

#[test]
fn loading_can_be_awaited_without_any_runtime() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set("u1", NEW_DASHBOARD.key(), FlagAnswer::on());
    let user = stage.client.user("u1");
    block_on(user.load_flags()).unwrap();
    assert!(user.flag(NEW_DASHBOARD));

    stage.sandbox.flags().status(500);
    assert!(block_on(user.load_flags()).unwrap_err().is_network());
    drop(user.load_flags());
}

#[test]
fn a_client_without_posthog_says_so_and_one_without_delivery_loads_nothing() {
    let client = Client::builder().to(Segment::new(SEGMENT_WRITE_KEY).host("http://127.0.0.1:9")).build().unwrap();
    let error = client.user("u1").load_flags_blocking(SECOND).unwrap_err();
    let sentence = "no destination answers for flags: give the client a `PostHog`, or fix the flags by hand";
    assert_eq!((error.to_string().as_str(), error.is_configuration()), (sentence, true));

    for client in [Client::disabled(), Client::recorder().0] {
        let user = client.user("u1");
        user.load_flags_blocking(PATIENCE).unwrap();
        assert!(user.flag(PAYMENTS_ENABLED));
    }
}

#[test]
fn an_answer_becomes_a_decision() {
    let stage = Stage::posthog();
    let flags = stage.sandbox.flags();
    flags.set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    flags.set_default(NEW_DASHBOARD.key(), FlagAnswer::on());
    flags.set("off", NEW_DASHBOARD.key(), FlagAnswer::off());
    flags.set("held out", NEW_DASHBOARD.key(), FlagAnswer::variant("holdout-7"));
    flags.set("unknown", CHECKOUT.key(), FlagAnswer::variant("gold"));
    let decided = |user: &str, flag: &str| Decision::new(user, flag).with_engine(Engine::PostHog);
    let (dashboard, checkout) = (NEW_DASHBOARD.key(), CHECKOUT.key());
    for (user, expected) in [
        ("in", decided("in", dashboard)),
        ("off", decided("off", dashboard).with_enabled(false)),
        (
            "held out",
            decided("held out", dashboard).with_variation("holdout-7").with_rule("holdout-7").with_enabled(false),
        ),
    ] {
        assert_eq!(stage.loaded(user).evaluate(NEW_DASHBOARD).to_decision(user), expected);
    }
    let variant = stage.loaded("in").peek(CHECKOUT).to_decision("in");
    assert_eq!(variant, decided("in", checkout).with_variation("test"));
    let unknown = stage.loaded("unknown").peek(CHECKOUT).to_decision("unknown");
    assert_eq!(unknown, decided("unknown", checkout).with_enabled(false), "nobody decided for the default");
    let fixed = stage.client.user("fixed");
    fixed.fix_flag(CHECKOUT, CheckoutExperiment::Control);
    assert_eq!(fixed.evaluate(CHECKOUT).to_decision("fixed"), decided("fixed", checkout).with_variation("control"));
}
