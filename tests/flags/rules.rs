//! What the recorded answers do not ask: why a flag says what it says, circles, and odd numbers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen_flags::{CannotSay, Definitions, Evaluation, FlagValue, Groups, Person, Properties, ReasonCode};

use super::vectors::NOW;

fn parse(document: &Value) -> Definitions {
    Definitions::parse(document.to_string().as_bytes()).unwrap()
}

/// A document with one flag of these filters, which is called `flag`.
fn one(filters: &Value) -> Definitions {
    let flag = json!({ "id": 7, "key": "flag", "version": 3, "active": true, "filters": filters });
    parse(&json!({ "flags": [flag], "group_type_mapping": { "0": "company" } }))
}

fn ask(definitions: &Definitions, key: &str) -> Result<Evaluation, CannotSay> {
    let properties = Properties::new().with("plan", "pro").with("$feature_enrollment/early", "true");
    definitions.evaluate(key, &Person::new("user_1").with_properties(&properties), NOW).unwrap()
}

fn plan(value: &str) -> Value {
    json!({ "key": "plan", "type": "person", "operator": "exact", "value": value })
}

fn cohort(id: u32) -> Value {
    json!({ "key": "id", "type": "cohort", "value": id })
}

#[test]
fn the_closest_condition_is_the_reason() {
    let on = |evaluation: &Evaluation| evaluation.value.is_on();
    for (filters, expected) in [
        (json!({ "groups": [{}] }), (true, ReasonCode::ConditionMatch, Some(0))),
        (json!({ "groups": [{ "properties": [plan("free")] }, {}] }), (true, ReasonCode::ConditionMatch, Some(1))),
        (json!({ "groups": [] }), (false, ReasonCode::NoConditionMatch, None)),
        (json!({ "groups": [{ "properties": [plan("free")] }] }), (false, ReasonCode::NoConditionMatch, Some(0))),
        (
            json!({ "groups": [{ "rollout_percentage": 0 }, { "properties": [plan("free")] }] }),
            (false, ReasonCode::OutOfRolloutBound, Some(0)),
        ),
        (
            json!({ "groups": [{ "aggregation_group_type_index": 0 }, { "properties": [plan("free")] }] }),
            (false, ReasonCode::NoConditionMatch, Some(1)),
        ),
        (json!({ "groups": [{}], "aggregation_group_type_index": 0 }), (false, ReasonCode::NoGroupType, Some(0))),
        (
            json!({ "groups": [{}], "holdout": { "id": 5, "exclusion_percentage": 100 } }),
            (true, ReasonCode::HoldoutConditionValue, None),
        ),
        (
            json!({ "groups": [], "super_groups": [{ "properties": [
                { "key": "$feature_enrollment/early", "operator": "exact", "value": ["true"] },
            ] }] }),
            (true, ReasonCode::SuperConditionValue, Some(0)),
        ),
    ] {
        let evaluation = ask(&one(&filters), "flag").unwrap();
        assert_eq!((on(&evaluation), evaluation.reason, evaluation.condition_index), expected, "{filters}");
        assert_eq!((evaluation.id, evaluation.version), (Some(7), Some(3)));
    }
}

#[test]
fn percentages_of_any_size_are_shares() {
    for (percentage, on) in
        [("-5", false), ("0", false), ("150", true), ("1e999", true), ("-1e999", false), ("99999999999999999999", true)]
    {
        let document = format!(
            r#"{{"flags": [{{"key": "flag", "active": true, "filters": {{"groups": [{{"rollout_percentage": {percentage}}}]}}}}]}}"#
        );
        let definitions = Definitions::parse(document.as_bytes()).unwrap();
        assert_eq!(ask(&definitions, "flag").map(|evaluation| evaluation.value), Ok(on.into()), "{percentage}");
    }
}

#[test]
fn what_is_not_known_here_is_told_of_that_flag_alone() {
    for (filters, why) in [
        (json!({ "version": 2, "rules": [] }), CannotSay::UnknownRules),
        (json!({ "groups": [{}], "aggregation_group_type_index": 7 }), CannotSay::UnknownGroupType),
        (json!({ "groups": [{}], "feature_enrollment": true }), CannotSay::Enrollment),
        (
            json!({ "groups": [{ "properties": [{ "key": "plan", "operator": "guess", "value": 1 }] }] }),
            CannotSay::UnknownFilter,
        ),
        (json!({ "groups": [{ "properties": [cohort(1)] }] }), CannotSay::UnknownCohort),
        (json!({ "groups": [{ "properties": [{ "key": "age", "value": 1 }] }] }), CannotSay::UnknownProperty),
        (json!({ "groups": 5 }), CannotSay::OddDefinition),
    ] {
        assert_eq!(ask(&one(&filters), "flag"), Err(why), "{filters}");
    }
    let nobody = one(&json!({ "groups": [{}] })).evaluate("flag", &Person::new(""), NOW);
    assert_eq!(nobody, Some(Err(CannotSay::NoDistinctId)));
}

#[test]
fn flags_and_cohorts_in_a_circle_are_told() {
    let depends = |key: &str, on: &str| {
        let property = json!({ "key": on, "type": "flag", "operator": "flag_evaluates_to", "value": true,
            "dependency_chain": [on] });
        json!({ "key": key, "active": true, "filters": { "groups": [{ "properties": [property] }] } })
    };
    let by_cohort = json!({ "key": "c", "active": true, "filters": { "groups": [{ "properties": [cohort(1)] }] } });
    let definitions = parse(&json!({
        "flags": [depends("a", "b"), depends("b", "a"), depends("on-a", "a"), by_cohort],
        "cohorts": {
            "1": { "type": "AND", "values": [cohort(2)] },
            "2": { "type": "OR", "values": [cohort(1), plan("free")] },
        },
    }));
    for key in ["a", "b", "on-a", "c"] {
        assert_eq!(ask(&definitions, key), Err(CannotSay::Cycle), "{key}");
    }
}

#[test]
fn what_is_too_deep_or_too_wide_ends_soon() {
    // Each cohort asks twice for the next: 2^60 steps, were they all taken.
    let wide = |id: u32| json!({ "type": "AND", "values": [cohort(id + 1), cohort(id + 1)] });
    let mut cohorts: serde_json::Map<_, _> = (0..60).map(|id| (id.to_string(), wide(id))).collect();
    cohorts.insert("60".to_owned(), json!({ "type": "AND", "values": [plan("pro")] }));
    let chain = |at: u32| {
        let on = format!("flag-{}", at + 1);
        let property = json!({ "key": on, "type": "flag", "operator": "flag_evaluates_to", "value": true,
            "dependency_chain": [on] });
        json!({ "key": format!("flag-{at}"), "active": true, "filters": { "groups": [{ "properties": [property] }] } })
    };
    let mut flags: Vec<_> = (0..10_000).map(chain).collect();
    flags.push(json!({ "key": "flag-10000", "active": true, "filters": { "groups": [{}] } }));
    flags.push(json!({ "key": "wide", "active": true, "filters": { "groups": [{ "properties": [cohort(0)] }] } }));
    let definitions = parse(&json!({ "flags": flags, "cohorts": cohorts }));
    assert_eq!(definitions.len(), 10_002);
    let start = Instant::now();
    assert_eq!(ask(&definitions, "wide"), Err(CannotSay::TooComplex));
    assert_eq!(ask(&definitions, "flag-0"), Err(CannotSay::TooComplex));
    assert_eq!(ask(&definitions, "flag-9990").map(|evaluation| evaluation.value), Ok(true.into()));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn of_two_flags_of_one_key_the_last_counts_and_both_are_told() {
    let flag = |active| json!({ "key": "flag", "active": active, "filters": { "groups": [{}] } });
    let other = json!({ "key": "other", "active": true, "filters": {} });
    let definitions = parse(&json!({ "flags": [flag(true), other, flag(false), 7] }));
    assert_eq!(definitions.keys().collect::<Vec<_>>(), ["flag", "other"]);
    assert_eq!(ask(&definitions, "flag").unwrap().reason, ReasonCode::FlagDisabled);
    assert_eq!(
        definitions.troubles().iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "flag `flag`: it is defined more than once, the last counts",
            "`flags` holds a number without a `key` at position 3"
        ]
    );
}

#[test]
fn an_answer_of_the_endpoint_is_whole() {
    let flag = json!({ "id": 7, "key": "flag", "version": 3, "active": true, "has_experiment": true, "filters": {
        "groups": [{ "variant": "b" }], "payloads": { "b": "{\"x\": 1}" },
        "multivariate": { "variants": [{ "key": "a", "rollout_percentage": 50 }, { "key": "b", "rollout_percentage": 50 }] },
    } });
    let odd = json!({ "key": "odd", "active": true, "filters": { "version": 2 } });
    let definitions = parse(&json!({ "flags": [flag, odd], "minimal_flag_called_events": true }));
    let groups = Groups::new();
    let person = Person::new("user_1").with_groups(&groups);
    let expected = json!({
        "key": "flag", "enabled": true, "variant": "b",
        "reason": { "code": "condition_match", "condition_index": 0, "description": "Matched condition set 1" },
        "metadata": { "id": 7, "version": 3, "description": null, "payload": "{\"x\": 1}", "has_experiment": true },
    });
    assert_eq!(
        definitions.response(&person, NOW, Some(&["flag"])),
        json!({ "flags": { "flag": expected }, "errorsWhileComputingFlags": false, "minimalFlagCalledEvents": true })
    );
    let all = definitions.response(&person, NOW, None);
    assert_eq!((&all["flags"]["odd"]["failed"], &all["errorsWhileComputingFlags"]), (&true.into(), &true.into()));
    let read = taxogen_flags::Response::decode(all.to_string().as_bytes()).unwrap();
    assert_eq!(read.get("flag").unwrap().unwrap().value, FlagValue::from("b"));
    assert!(read.get("odd").unwrap().is_err());
}
