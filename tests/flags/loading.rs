//! What `load_flags` asks for, what it pins, and what it says of it.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{
    Assignment, Client, Fallback, FlagLoading, FlagSource, Group, LoadOptions, LocalFlags, PlanId, PostHog,
    PropertyWriter, Sensitivity,
};
use taxogen_sandbox::{FlagAnswer, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, Sandbox, Vendor};
use taxogen_tests::executor::block_on;

use crate::stage::{BY_PLAN, HERE, KEPT, NEW, OWN, PATIENCE, Plan, Stage, counts, definitions, question, read, until};

struct Company(&'static str);

impl Group for Company {
    fn plan(&self) -> PlanId {
        OWN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &str {
        self.0
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.public("country", "DE");
        properties.personal("owner", "Ada");
    }
}

#[test]
fn only_what_cannot_be_decided_here_is_asked_for_and_in_one_request() {
    let stage = Stage::deciding_here(FlagLoading::LocalThenRemote);
    let user = stage.client.user("u1");
    let loaded = user.load_flags_blocking(PATIENCE).unwrap();
    assert_eq!(counts(&loaded), (1, 2, 0, 0));
    assert!(loaded.is_complete() && loaded.error.is_none());
    assert_eq!(stage.questions(), [question("u1", Some(&["by-plan", "kept"]))]);
    assert_eq!(read(&user, HERE), (true, FlagSource::Local, Assignment::Assigned));
    assert_eq!(read(&user, BY_PLAN), (false, FlagSource::PostHog, Assignment::Off));
    assert_eq!(read(&user, KEPT), (true, FlagSource::PostHog, Assignment::Assigned));
}

#[test]
fn nobody_is_asked_where_everything_is_decided_here() {
    let stage = Stage::deciding_here(FlagLoading::LocalThenRemote);
    let user = stage.client.user("u1");
    user.flag_properties(Plan("pro"));
    let loaded = user.load_flags_of_blocking(&["here", "by-plan", "here"], PATIENCE).unwrap();
    assert_eq!((counts(&loaded), loaded.is_complete()), ((2, 0, 0, 0), true));
    assert_eq!(counts(&user.load_flags_of_blocking(&[], PATIENCE).unwrap()), (0, 0, 0, 0));
    assert_eq!(stage.questions(), [] as [Value; 0]);
    assert_eq!(read(&user, BY_PLAN), (true, FlagSource::Local, Assignment::Assigned));
}

#[test]
fn a_client_that_decides_here_alone_asks_nobody() {
    let stage = Stage::deciding_here(FlagLoading::LocalOnly);
    let user = stage.client.user("u1");
    let loaded = user.load_flags_blocking(PATIENCE).unwrap();
    assert_eq!((counts(&loaded), loaded.is_complete(), loaded.error.is_none()), ((1, 0, 0, 2), false, true));
    let loaded = user.load_flags_of_blocking(&["here", "kept", "unheard of"], PATIENCE).unwrap();
    assert_eq!(counts(&loaded), (1, 0, 0, 2));
    assert_eq!(stage.questions(), [] as [Value; 0]);
    assert_eq!(read(&user, HERE).1, FlagSource::Local);
    let undecided = Assignment::Fallback(Fallback::Inconclusive);
    assert_eq!(read(&user, KEPT), (false, FlagSource::Default, undecided));
}

#[test]
fn what_comes_from_posthog_goes_before_the_definitions_where_that_is_asked_for() {
    let stage = Stage::deciding_here(FlagLoading::Remote);
    let user = stage.client.user("u1");
    assert_eq!(read(&user, HERE), (true, FlagSource::Local, Assignment::Assigned), "nothing is loaded yet");
    let loaded = user.load_flags_of_blocking(&["here", "gone"], PATIENCE).unwrap();
    assert_eq!(counts(&loaded), (0, 1, 1, 0));
    assert_eq!(read(&user, HERE), (false, FlagSource::PostHog, Assignment::Off));
    let loaded = user.load_flags_blocking(PATIENCE).unwrap();
    assert_eq!(counts(&loaded), (0, 3, 0, 0));
    assert_eq!(stage.questions(), [question("u1", Some(&["here", "gone"])), question("u1", None)]);
}

#[test]
fn a_client_without_definitions_asks_for_everything() {
    for loading in [FlagLoading::LocalThenRemote, FlagLoading::Remote] {
        let stage = Stage::with(|builder| builder.flag_loading(loading));
        stage.sandbox.flags().set_default("here", FlagAnswer::on());
        let user = stage.client.user("u1");
        assert_eq!(counts(&user.load_flags_blocking(PATIENCE).unwrap()), (0, 1, 0, 0));
        assert_eq!(counts(&user.load_flags_of_blocking(&["here", "gone"], PATIENCE).unwrap()), (0, 1, 1, 0));
        assert_eq!(stage.questions(), [question("u1", None), question("u1", Some(&["here", "gone"]))]);
    }
    let stage = Stage::with(|builder| builder.flag_loading(FlagLoading::LocalOnly));
    let error = stage.client.user("u1").load_flags_blocking(PATIENCE).unwrap_err();
    assert_eq!(
        error.to_string(),
        "flags are to be decided here alone, and there are no definitions of them: give the client \
         `Builder::local_flags`, or another `FlagLoading`"
    );
    assert!(error.is_configuration() && stage.questions().is_empty());
}

#[test]
fn a_flag_that_the_definitions_do_not_know_is_asked_for_with_the_whole_list_until_nobody_knows_it() {
    let stage = Stage::deciding_here(FlagLoading::LocalThenRemote);
    stage.sandbox.flags().set_default("new", FlagAnswer::on());
    let user = stage.client.user("u1");
    let loaded = user.load_flags_of_blocking(&["here", "new", "gone"], PATIENCE).unwrap();
    assert_eq!(counts(&loaded), (1, 1, 1, 0));
    assert_eq!(read(&user, HERE).1, FlagSource::Local, "what is decided here is not overwritten");
    assert_eq!(read(&user, NEW), (true, FlagSource::PostHog, Assignment::Assigned));

    let other = stage.client.user("u2");
    assert_eq!(counts(&other.load_flags_of_blocking(&["here", "gone"], PATIENCE).unwrap()), (1, 0, 1, 0));
    assert_eq!(counts(&other.load_flags_of_blocking(&["new", "gone"], PATIENCE).unwrap()), (0, 1, 1, 0));
    assert_eq!(
        stage.questions(),
        [question("u1", Some(&["here", "new", "gone"])), question("u2", Some(&["new", "gone"]))]
    );
}

#[test]
fn word_of_definitions_makes_unheard_of_flags_worth_a_question() {
    let stage = Stage::with(|builder| {
        builder.local_flags(LocalFlags::polled(POSTHOG_PERSONAL_KEY).poll_interval(Duration::from_millis(10)))
    });
    stage.sandbox.flags().define(&definitions());
    stage.client.flags_ready(PATIENCE).unwrap();
    until("there is word of definitions", || stage.client.flag_definitions().flags == Some(3));
    let ask = || {
        let user = stage.client.user("u1");
        counts(&user.load_flags_of_blocking(&["here", "gone"], PATIENCE).unwrap())
    };
    assert_eq!(ask(), (1, 0, 1, 0));
    let asked = stage.questions().len();
    // The definitions are the same: 304.
    until("it is asked for again", || {
        assert_eq!(ask(), (1, 0, 1, 0));
        stage.questions().len() > asked
    });
}

#[test]
fn posthog_is_told_of_a_person_what_it_may_see() {
    let hash = "a hash";
    let person = |seen: Value| seen;
    for (allow, expected, company) in [
        (None, person(json!({ "plan": "pro", "seats": 12, "name": "Ada", "email": "ada@example.com" })), true),
        (Some(Sensitivity::Internal), person(json!({ "plan": "pro", "seats": 12, "email": hash })), false),
        (Some(Sensitivity::Public), person(json!({ "plan": "pro", "email": hash })), false),
    ] {
        let sandbox = Sandbox::start().expect("a free port");
        let mut posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url()).geoip(true);
        if let Some(allow) = allow {
            posthog = posthog.allow(allow);
        }
        let client = Client::builder().to(posthog).hash_key("key").build().expect("a client");
        let user = client.user("u1").with_device_id("device-7");
        user.flag_properties(Plan("pro"));
        user.flag_group(Company("acme"));
        let _ = user.load_flags_blocking(PATIENCE).unwrap();
        let stage = Stage { sandbox, client };
        let mut question = stage.questions().remove(0);
        let email = &mut question["person_properties"]["email"];
        if *email != "ada@example.com" {
            assert!(!email.as_str().unwrap().contains("ada"));
            *email = json!(hash);
        }
        let company = if company { json!({ "country": "DE", "owner": "Ada" }) } else { json!({ "country": "DE" }) };
        assert_eq!(
            question,
            json!({
                "token": POSTHOG_KEY, "distinct_id": "u1", "$device_id": "device-7", "groups": { "company": "acme" },
                "person_properties": expected, "group_properties": { "company": company }, "geoip_disable": false,
            })
        );
        assert!(stage.sandbox.received(Vendor::PostHog).is_empty(), "nothing is recorded of it");
    }
}

#[test]
fn a_group_and_an_earlier_self_are_part_of_the_question() {
    let stage = Stage::with(|builder| builder);
    let user = stage.client.user("u1").with_anonymous_id("cookie-7");
    user.group(Company("acme"));
    let _ = user.load_flags_blocking(PATIENCE).unwrap();
    let _ = stage.client.anonymous("cookie-8").load_flags_blocking(PATIENCE).unwrap();
    let mut first = question("u1", None);
    first["$device_id"] = json!("cookie-7");
    first["groups"] = json!({ "company": "acme" });
    first["group_properties"] = json!({ "company": { "country": "DE", "owner": "Ada" } });
    let mut second = question("cookie-8", None);
    second["$device_id"] = json!("cookie-8");
    assert_eq!(stage.questions(), [first, second]);
}

#[test]
fn no_property_of_who_has_opted_out_is_part_of_the_question() {
    let local = LocalFlags::bytes(definitions().to_string());
    let stage = Stage::with(|builder| builder.local_flags(local));
    let user = stage.client.user("u1");
    user.opt_out().unwrap();
    user.set(Plan("pro"));
    user.flag_group(Company("acme"));
    let _ = user.load_flags_blocking(PATIENCE).unwrap();
    let mut expected = question("u1", Some(&["kept"]));
    expected["groups"] = json!({ "company": "acme" });
    assert_eq!(stage.questions(), [expected]);
    assert!(user.flag(BY_PLAN), "what is decided here goes by them still");
    stage.client.shutdown(PATIENCE);
    assert!(stage.sandbox.received(Vendor::PostHog).is_empty(), "and no exposure is told");
}

#[test]
fn loading_can_be_awaited_without_any_runtime() {
    let stage = Stage::deciding_here(FlagLoading::LocalThenRemote);
    let user = stage.client.user("u1");
    assert_eq!(counts(&block_on(user.load_flags()).unwrap()), (1, 2, 0, 0));
    assert_eq!(counts(&block_on(user.load_flags_of(&["here"])).unwrap()), (1, 0, 0, 0));
    let options = LoadOptions::new().only(["kept"]).within(PATIENCE);
    assert_eq!(counts(&block_on(user.load_flags_with(&options)).unwrap()), (0, 1, 0, 0));
    assert_eq!(counts(&block_on(user.reload_flags()).unwrap()), (1, 2, 0, 0));
    drop(stage.client.user("u2").load_flags());
    assert_eq!(read(&user, KEPT).1, FlagSource::PostHog);
}

#[test]
fn a_recorder_decides_by_the_definitions_it_has_and_asks_nobody() {
    let (client, _) = Client::builder().local_flags(LocalFlags::bytes(definitions().to_string())).recorder();
    let user = client.user("u1");
    assert_eq!(counts(&user.load_flags_blocking(PATIENCE).unwrap()), (1, 0, 0, 2));
    assert_eq!(read(&user, HERE), (true, FlagSource::Local, Assignment::Assigned));
    let (client, _) = Client::builder().flag_loading(FlagLoading::LocalOnly).recorder();
    assert_eq!(counts(&client.user("u1").load_flags_blocking(PATIENCE).unwrap()), (0, 0, 0, 0));
}
