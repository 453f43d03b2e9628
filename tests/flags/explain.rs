//! Explanations as a person reads them: each is a text of its own, to be read aloud.

use taxogen_flags::{Definitions, Explanation, Groups, Person, Properties};

/// 2026-01-02 at 03:04:05 UTC.
const NOW: i64 = 1_767_323_045_000;

fn definitions() -> Definitions {
    Definitions::parse(include_bytes!("explain/definitions.json")).expect("they are definitions")
}

/// Explains a flag to somebody with these properties.
fn explain(key: &str, distinct_id: &str, properties: &str) -> Explanation {
    let properties = Properties::from_json(properties).expect("they are properties");
    let person = Person::new(distinct_id).with_properties(&properties);
    let definitions = definitions();
    let explanation = definitions.explain(key, &person, NOW).expect("there is such a flag");
    assert_eq!(Some(&explanation.flag.decision), definitions.evaluate(key, &person, NOW).as_ref());
    explanation
}

fn reads(name: &str, explanation: &Explanation) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("explain");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, explanation.to_string()));
}

#[test]
fn a_condition_that_matches_and_a_variant_by_number() {
    let person = r#"{"email": "ada@shop.test", "plan": "pro", "age": 36}"#;
    reads("matched", &explain("checkout-flow", "user_11", person));
}

#[test]
fn a_condition_that_names_its_variant_and_hands_out_a_payload() {
    reads("named-variant", &explain("checkout-flow", "user_7", r#"{"email": "bob@example.com"}"#));
}

#[test]
fn nobody_is_inside_a_rollout_by_wishing() {
    let person = r#"{"email": "eve@shop.test", "plan": "pro", "age": 52, "country": "FR"}"#;
    reads("out-of-rollout", &explain("checkout-flow", "user_42", person));
}

#[test]
fn a_property_that_is_not_given_leaves_it_to_the_server() {
    reads("missing-property", &explain("checkout-flow", "user_1", r#"{"email": "eve@shop.test", "plan": "pro"}"#));
}

#[test]
fn a_holdout_goes_before_the_conditions() {
    reads("held-out", &explain("pricing-page", "user_5", "{}"));
    reads("not-held-out", &explain("pricing-page", "user_42", "{}"));
}

#[test]
fn a_flag_about_companies_looks_at_the_company() {
    let seats = Properties::from_json(r#"{"seats": 25}"#).expect("they are properties");
    let groups = Groups::new().with("company", "initech", seats);
    let person = Person::new("user_42").with_groups(&groups);
    let explained = |person| definitions().explain("team-billing", person, NOW).expect("there is such a flag");
    reads("company", &explained(&person));
    reads("no-company", &explained(&Person::new("user_42")));
}

#[test]
fn a_cohort_to_be_outside_of_is_looked_into() {
    reads("cohort", &explain("new-search", "user_42", r#"{"country": "US", "email": "a@example.com", "plan": "pro"}"#));
    reads("cohort-unknown", &explain("new-search", "user_42", r#"{"country": "US", "email": "a@shop.test"}"#));
}

#[test]
fn a_flag_that_asks_another_flag_tells_how_that_came_to_its_answer() {
    let person = r#"{"country": "DE", "plan": "pro", "app_version": "2.4.1"}"#;
    reads("dependency", &explain("search-ranking", "user_42", person));
}

#[test]
fn what_is_switched_off_is_a_line() {
    reads("inactive", &explain("old-banner", "user_42", "{}"));
}

#[test]
fn an_early_exit_says_what_was_not_looked_at() {
    reads("early-exit", &explain("careful", "user_42", r#"{"signed_up_at": "2026-01-01"}"#));
}

#[test]
fn an_enrollment_goes_before_all() {
    reads("enrolled", &explain("beta-editor", "user_42", r#"{"$feature_enrollment/beta-editor": "true"}"#));
    reads("enrollment-unknown", &explain("beta-editor", "user_42", "{}"));
}

#[test]
fn what_only_the_server_remembers_is_said_so() {
    reads("continuity", &explain("sticky", "user_42", "{}"));
}

#[test]
fn odd_words_and_odd_truths_are_told() {
    reads("truth", &explain("truth", "a b", r#"{"opted_out": "banana", "later": 5}"#));
}

#[test]
fn there_is_nothing_to_tell_of_a_flag_that_is_not_there() {
    assert!(definitions().explain("unheard-of", &Person::new("user_42"), NOW).is_none());
}

#[test]
fn what_is_known_about_somebody_does_not_show_when_an_explanation_is_debugged() {
    let debugged = format!("{:?}", explain("truth", "secret-id", r#"{"opted_out": "secret", "later": 5}"#));
    assert!(!debugged.contains("secret"), "{debugged}");
}
