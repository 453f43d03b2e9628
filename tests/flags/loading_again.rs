//! What stays pinned while more is loaded, what is loaded anew, and calls that overtake each other.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Assignment, FlagLoading, FlagSource, LocalFlags};
use taxogen_sandbox::{FlagAnswer, POSTHOG_PERSONAL_KEY};
use taxogen_tests::executor::block_on;

use crate::stage::{BY_PLAN, HERE, KEPT, PATIENCE, Plan, Stage, counts, definitions, question, read, until};

#[test]
fn a_handle_goes_by_what_was_pinned_until_it_is_loaded_anew() {
    let stage = Stage::with(|builder| {
        builder.local_flags(LocalFlags::polled(POSTHOG_PERSONAL_KEY).poll_interval(Duration::from_millis(10)))
    });
    stage.sandbox.flags().define(&definitions());
    until("there is word of definitions", || stage.client.flag_definitions().flags == Some(3));
    let user = stage.client.user("u1");
    let unloaded = stage.client.user("u1");
    assert_eq!(counts(&user.load_flags_of_blocking(&["here"], PATIENCE).unwrap()), (1, 0, 0, 0));

    let off = json!({ "flags": [{ "id": 1, "key": "here", "active": false, "filters": { "groups": [{}] } }] });
    stage.sandbox.flags().define(&off);
    until("others go by the new definitions", || !unloaded.flag(HERE));
    assert!(user.flag(HERE) && user.clone().flag(HERE));
    assert_eq!(counts(&user.load_flags_of_blocking(&["here"], PATIENCE).unwrap()), (1, 0, 0, 0));
    assert!(user.flag(HERE), "loading more keeps what is pinned");

    assert_eq!(counts(&user.reload_flags_blocking(PATIENCE).unwrap()), (1, 0, 0, 0));
    assert!(!user.flag(HERE));
    assert_eq!(stage.questions(), [] as [Value; 0]);
}

#[test]
fn what_is_loaded_anew_is_what_was_loaded_with_the_properties_that_are_known() {
    let stage = Stage::deciding_here(FlagLoading::LocalThenRemote);
    let user = stage.client.user("u1");
    let _ = user.load_flags_of_blocking(&["by-plan"], PATIENCE).unwrap();
    let _ = user.load_flags_of_blocking(&["kept"], PATIENCE).unwrap();
    assert_eq!(read(&user, BY_PLAN), (false, FlagSource::PostHog, Assignment::Off));
    user.flag_properties(Plan("pro"));
    assert_eq!(read(&user, BY_PLAN), (false, FlagSource::PostHog, Assignment::Off), "what was loaded is pinned");

    stage.sandbox.flags().set_default("kept", FlagAnswer::off());
    assert_eq!(counts(&user.reload_flags_blocking(PATIENCE).unwrap()), (1, 1, 0, 0));
    assert_eq!(read(&user, BY_PLAN), (true, FlagSource::Local, Assignment::Assigned));
    assert_eq!(read(&user, KEPT), (false, FlagSource::PostHog, Assignment::Off));
    let mut expected = question("u1", Some(&["kept"]));
    expected["person_properties"] = json!({ "plan": "pro", "seats": 12, "name": "Ada", "email": "ada@example.com" });
    assert_eq!(stage.questions()[2..], [expected]);

    let fresh = stage.client.user("u2");
    assert_eq!(counts(&fresh.reload_flags_blocking(PATIENCE).unwrap()), (1, 2, 0, 0), "all, where nothing was loaded");
}

#[test]
fn what_is_loaded_anew_stays_when_an_earlier_question_is_answered_later() {
    for renews in [true, false] {
        let stage = Stage::deciding_here(FlagLoading::Remote);
        let user = stage.client.user("u1");
        let _ = user.load_flags_blocking(PATIENCE).unwrap();
        assert_eq!(read(&user, KEPT), (true, FlagSource::PostHog, Assignment::Assigned));
        stage.sandbox.flags().delay(Duration::from_millis(500));
        let late = if renews { Ok(user.reload_flags()) } else { Err(user.load_flags_of(&["kept", "new"])) };
        until("the earlier question is asked", || stage.questions().len() == 2);
        stage.sandbox.flags().delay(Duration::ZERO);
        stage.sandbox.flags().set_default("kept", FlagAnswer::off());
        let _ = user.reload_flags_blocking(PATIENCE).unwrap();
        assert_eq!(read(&user, KEPT), (false, FlagSource::PostHog, Assignment::Off));
        let loaded = match late {
            Ok(reloads) => block_on(reloads).unwrap(),
            Err(loads) => block_on(loads).unwrap(),
        };
        assert_eq!(counts(&loaded), if renews { (0, 3, 0, 0) } else { (0, 1, 1, 0) });
        assert_eq!(
            read(&user, KEPT),
            (false, FlagSource::PostHog, Assignment::Off),
            "{renews}: the newer answer stays"
        );
    }
}

#[test]
fn what_was_pinned_first_stays_when_two_calls_began_with_nothing() {
    let stage = Stage::with(|builder| {
        builder.local_flags(LocalFlags::polled(POSTHOG_PERSONAL_KEY).poll_interval(Duration::from_millis(10)))
    });
    stage.sandbox.flags().define(&definitions());
    stage.client.flags_ready(PATIENCE).unwrap();
    until("the definitions have come", || stage.client.user("u2").flag(HERE));
    stage.sandbox.flags().delay(Duration::from_millis(500));
    let user = stage.client.user("u1");
    let late = user.load_flags();
    until("what is not decided here is asked for", || stage.questions().len() == 1);

    let off = json!({ "flags": [{ "id": 1, "key": "here", "active": false, "filters": { "groups": [{}] } }] });
    stage.sandbox.flags().define(&off);
    until("there are newer definitions", || !stage.client.user("u2").flag(HERE));
    assert_eq!(counts(&user.load_flags_of_blocking(&["here"], PATIENCE).unwrap()), (1, 0, 0, 0));
    assert!(!user.flag(HERE));
    let _ = block_on(late).unwrap();
    assert!(!user.flag(HERE), "a reading that was made is made again");
}

#[test]
fn thousands_of_flags_are_loaded_in_little_time() {
    let stage = Stage::with(|builder| builder);
    let keys: Vec<String> = (0..10_000).map(|number| format!("flag-{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for key in &keys {
        stage.sandbox.flags().set_default(*key, FlagAnswer::on());
    }
    let user = stage.client.user("u1");
    for _ in 0..2 {
        assert_eq!(counts(&user.load_flags_blocking(PATIENCE).unwrap()), (0, 10_000, 0, 0));
    }
    assert_eq!(user.all_flags().len(), 10_000);
}
