//! Flags as the server evaluates them, which knows what is set and what is not.

use serde_json::{Value, json};
use taxogen_flags::{CannotSay, Definitions, FlagValue, Groups, Person, Properties, ReasonCode};

use super::vectors::{Context, NOW, definitions};

/// A document with one flag of these filters, and these members beside them.
fn one(filters: &Value, also: &Value) -> Definitions {
    let mut flag = json!({ "key": "flag", "active": true, "filters": filters });
    flag.as_object_mut().unwrap().extend(also.as_object().cloned().unwrap_or_default());
    let not_pro = json!({ "key": "plan", "type": "person", "operator": "exact", "value": ["pro"], "negation": true });
    let cohorts = json!({ "1": { "type": "AND", "values": [not_pro] } });
    let document = json!({ "flags": [flag], "group_type_mapping": { "0": "company" }, "cohorts": cohorts });
    Definitions::parse(document.to_string().as_bytes()).unwrap()
}

fn filter(key: &str, kind: &str, operator: &str, value: &Value) -> Value {
    json!({ "key": key, "type": kind, "operator": operator, "value": value })
}

type Decided = (FlagValue, ReasonCode, Option<u32>);

fn ask(definitions: &Definitions, person: &Person<'_>) -> Result<Decided, CannotSay> {
    let evaluation = definitions.evaluate("flag", person, NOW).unwrap();
    evaluation.map(|evaluation| (evaluation.value, evaluation.reason, evaluation.condition_index))
}

fn says(on: bool, reason: ReasonCode, condition: Option<u32>) -> Decided {
    (FlagValue::Boolean(on), reason, condition)
}

#[test]
fn who_knows_all_is_never_in_want_of_a_property() {
    for label in ["v1", "v2"] {
        let definitions = definitions(label);
        let mut decided = 0;
        for context in Context::all() {
            let person = context.person();
            let knowing = person.knowing_all();
            let both = definitions.evaluate_all(&person, NOW).zip(definitions.evaluate_all(&knowing, NOW));
            for ((key, client), (_, server)) in both {
                let wanting = [CannotSay::UnknownProperty, CannotSay::Enrollment, CannotSay::NoDeviceId];
                if let Err(why) = server {
                    assert!(!wanting.contains(&why), "{label} {} {key}: {why}", context.id);
                }
                decided += usize::from(client.is_err() && server.is_ok());
            }
        }
        assert!(decided > 0, "{label}: knowing all makes a difference");
    }
}

#[test]
fn a_property_that_is_not_set_decides() {
    use ReasonCode::{ConditionMatch, NoConditionMatch};
    let groups = Groups::new().with("company", "acme", Properties::new().with("plan", "pro"));
    let person = Person::new("user_1").with_groups(&groups);
    for (filter, on) in [
        (filter("plan", "person", "is_not", &json!(["pro"])), true),
        (filter("plan", "person", "exact", &json!(["pro"])), false),
        (filter("plan", "person", "is_not_set", &json!("is_not_set")), true),
        (filter("id", "cohort", "in", &json!(1)), true),
        (filter("id", "cohort", "not_in", &json!(1)), false),
        // Of the group.
        (json!({ "key": "size", "type": "group", "group_type_index": 0, "operator": "gt", "value": 5 }), false),
        (json!({ "key": "plan", "type": "group", "group_type_index": 0, "operator": "exact", "value": "pro" }), true),
        // What is the person's is not looked up in the group, as it is where the person is not known.
        (json!({ "key": "distinct_id", "type": "person", "operator": "exact", "value": "user_1" }), true),
    ] {
        let definitions = one(&json!({ "groups": [{ "properties": [filter] }] }), &json!({}));
        let reason = if on { ConditionMatch } else { NoConditionMatch };
        assert_eq!(ask(&definitions, &person.knowing_all()), Ok(says(on, reason, Some(0))), "{filter}");
    }
    let of_person = filter("plan", "person", "exact", &json!(["pro"]));
    let filters = json!({ "groups": [{ "properties": [of_person] }], "aggregation_group_type_index": 0 });
    let definitions = one(&filters, &json!({}));
    assert_eq!(ask(&definitions, &person), Ok(says(true, ConditionMatch, Some(0))));
    assert_eq!(ask(&definitions, &person.knowing_all()), Ok(says(false, NoConditionMatch, Some(0))));
}

#[test]
fn who_has_not_said_whether_to_enroll_goes_by_the_conditions() {
    use ReasonCode::{ConditionMatch, SuperConditionValue};
    let definitions = one(&json!({ "groups": [{}], "feature_enrollment": true }), &json!({}));
    let with = |value: &'static str| Properties::new().with("$feature_enrollment/flag", value);
    let (joined, left) = (with("true"), with("false"));
    let person = Person::new("user_1");
    assert_eq!(ask(&definitions, &person), Err(CannotSay::Enrollment));
    for (person, expected) in [
        (person, Ok(says(true, ConditionMatch, Some(0)))),
        (person.with_properties(&joined), Ok(says(true, SuperConditionValue, Some(0)))),
        (person.with_properties(&left), Ok(says(false, SuperConditionValue, Some(0)))),
    ] {
        assert_eq!(ask(&definitions, &person.knowing_all()), expected);
    }
}

#[test]
fn without_a_device_nobody_is_in_a_rollout_by_device() {
    let by_device = json!({ "bucketing_identifier": "device_id" });
    let definitions = one(&json!({ "groups": [{}] }), &by_device);
    let person = Person::new("user_1").knowing_all();
    assert_eq!(ask(&definitions, &person), Ok(says(false, ReasonCode::OutOfRolloutBound, Some(0))));
    assert_eq!(ask(&definitions, &person.with_device_id("phone")), Ok(says(true, ReasonCode::ConditionMatch, Some(0))));
    let held_out = json!({ "groups": [{}], "holdout": { "id": 7, "exclusion_percentage": 100 } });
    let expected = Ok((FlagValue::from("holdout-7"), ReasonCode::HoldoutConditionValue, None));
    assert_eq!(ask(&one(&held_out, &by_device), &person), expected);
}

#[test]
fn a_cohort_that_is_a_list_is_unknown_until_it_is_given() {
    let asks = |operator: &str| {
        one(&json!({ "groups": [{ "properties": [filter("id", "cohort", operator, &json!(12))] }] }), &json!({}))
    };
    let person = Person::new("user_1").knowing_all();
    for (operator, members, expected) in [
        ("in", &[][..], Err(CannotSay::UnknownCohort)),
        ("in", &[("13", true)], Err(CannotSay::UnknownCohort)),
        ("in", &[("13", false), ("12", true)], Ok(says(true, ReasonCode::ConditionMatch, Some(0)))),
        ("in", &[("12", false)], Ok(says(false, ReasonCode::NoConditionMatch, Some(0)))),
        ("not_in", &[("12", false)], Ok(says(true, ReasonCode::ConditionMatch, Some(0)))),
    ] {
        assert_eq!(ask(&asks(operator), &person.with_cohorts(members)), expected, "{operator} {members:?}");
    }
}

#[test]
fn what_does_not_lie_in_properties_stays_unknown() {
    let everybody = json!({ "groups": [{}] });
    let person = Person::new("user_1").knowing_all();
    for (filters, also, why) in [
        (&everybody, json!({ "ensure_experience_continuity": true }), CannotSay::ExperienceContinuity),
        (&json!({ "groups": [{}], "aggregation_group_type_index": 3 }), json!({}), CannotSay::UnknownGroupType),
        (&json!({ "groups": 5 }), json!({}), CannotSay::OddDefinition),
        (
            &json!({ "groups": [{ "properties": [filter("plan", "person", "later", &json!(1))] }] }),
            json!({}),
            CannotSay::UnknownFilter,
        ),
    ] {
        assert_eq!(ask(&one(filters, &also), &person), Err(why), "{filters}");
    }
}
