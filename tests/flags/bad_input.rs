//! Input that nobody should write, and somebody does: each has an outcome, soon, and the flag beside it keeps its answer.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use taxogen::{Client, Flag, LocalFlags};
use taxogen_flags::{
    CannotSay, Definitions, DefinitionsError, Evaluation, Groups, Person, Properties, ReasonCode, Value,
};

use super::vectors::NOW;

type Outcome = Result<Evaluation, CannotSay>;

/// Definitions of one odd flag, of which these are the filters, and of a healthy one.
fn document(filters: &str) -> Definitions {
    let text = format!(
        r#"{{"flags": [{{"key": "odd", "active": true, "filters": {filters}}},
            {{"key": "healthy", "active": true, "filters": {{"groups": [{{}}]}}}}],
            "group_type_mapping": {{"0": "company"}}}}"#
    );
    Definitions::parse(text.as_bytes()).unwrap()
}

/// What the odd flag says; the healthy one is on.
fn ask(filters: &str, person: &Person<'_>, now: i64) -> Outcome {
    let definitions = document(filters);
    assert_eq!(definitions.evaluate("healthy", person, now), Some(on(0)));
    definitions.evaluate("odd", person, now).unwrap()
}

/// What a flag says whose only filter is this one, about somebody with this value.
fn test(operator: &str, filter: &str, value: &str) -> Outcome {
    test_at(NOW, operator, filter, value)
}

fn test_at(now: i64, operator: &str, filter: &str, value: &str) -> Outcome {
    let properties = Properties::new().with("p", Value::parse(value).unwrap());
    let filter = format!(r#"{{"key": "p", "type": "person", "operator": "{operator}", "value": {filter}}}"#);
    let filters = format!(r#"{{"groups": [{{"properties": [{filter}]}}]}}"#);
    ask(&filters, &Person::new("user_1").with_properties(&properties), now)
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what may be an error")]
fn says(on: bool, reason: ReasonCode, condition_index: Option<u32>) -> Outcome {
    let value = on.into();
    Ok(Evaluation { value, reason, condition_index, payload: None, id: None, version: None, has_experiment: None })
}

fn on(condition: u32) -> Outcome {
    says(true, ReasonCode::ConditionMatch, Some(condition))
}

fn no_match() -> Outcome {
    says(false, ReasonCode::NoConditionMatch, Some(0))
}

fn out_of_rollout() -> Outcome {
    says(false, ReasonCode::OutOfRolloutBound, Some(0))
}

#[test]
fn a_percentage_beyond_its_bounds_is_everybody_or_nobody() {
    let person = Person::new("user_1");
    for (percentage, expected) in [
        ("100.0000001", on(0)),
        ("250", on(0)),
        ("1e300", on(0)),
        ("1e400", on(0)),
        ("0", out_of_rollout()),
        ("-0.0", out_of_rollout()),
        ("-5", out_of_rollout()),
        ("-1e400", out_of_rollout()),
    ] {
        let filters = format!(r#"{{"groups": [{{"rollout_percentage": {percentage}}}]}}"#);
        assert_eq!(ask(&filters, &person, NOW), expected, "{percentage}");
    }
}

#[test]
fn a_variant_beyond_the_whole_takes_what_is_left() {
    let person = Person::new("user_1");
    for (first, second, expected) in [(250, 50, "a"), (-50, 250, "b")] {
        let filters = format!(
            r#"{{"groups": [{{}}], "multivariate": {{"variants": [
                {{"key": "a", "rollout_percentage": {first}}}, {{"key": "b", "rollout_percentage": {second}}}]}}}}"#
        );
        let expected = on(0).map(|evaluation| Evaluation { value: expected.into(), ..evaluation });
        assert_eq!(ask(&filters, &person, NOW), expected);
    }
}

#[test]
fn what_is_not_a_number_is_in_no_order() {
    for (operator, filter, value) in [
        ("gt", "5", r#""NaN""#),
        ("lte", "5", r#""NaN""#),
        ("gt", r#""NaN""#, "5"),
        ("lte", r#""NaN""#, r#""NaN""#),
        ("between", r#"["NaN", 5]"#, "1"),
    ] {
        assert_eq!(test(operator, filter, value), no_match(), "{operator} {filter} {value}");
    }
    assert_eq!(test("exact", r#""nan""#, r#""NaN""#), on(0), "as texts they are the same");
    assert_eq!(Value::from(f64::NAN), Value::Null);
    let bare = Definitions::parse(br#"{"flags": [NaN]}"#).unwrap_err();
    assert_eq!(bare, DefinitionsError::NotJson { line: 1, column: 12 });
}

#[test]
fn a_date_that_is_none_matches_nothing_and_one_that_only_the_server_may_read_is_left_to_it() {
    let left = || Err(CannotSay::UnknownFilter);
    for (date, expected) in [
        (r#""-1é""#, left()),
        (r#""-999999999d""#, left()),
        (r#""-99999999999999999999d""#, left()),
        (r#""-""#, no_match()),
        (r#""-d""#, no_match()),
        (r#""é""#, no_match()),
        ("null", no_match()),
        ("[]", no_match()),
    ] {
        for operator in ["is_date_before", "is_date_after", "is_date_exact"] {
            assert_eq!(test(operator, date, r#""2026-01-01""#), expected, "{operator} {date}");
            assert_eq!(test(operator, r#""2026-01-01""#, date), expected, "{operator} of {date}");
        }
    }
}

#[test]
fn huge_integers_are_compared_as_they_are_spelled_and_ordered_as_they_are_large() {
    const HUGE: &str = "123456789012345678901234567890";
    assert_eq!(test("exact", HUGE, HUGE), on(0));
    assert_eq!(test("exact", HUGE, "123456789012345678901234567891"), no_match());
    assert_eq!(test("gt", "9223372036854775807", HUGE), on(0));
    assert_eq!(test("lt", "-9223372036854775808", &format!("-{HUGE}")), on(0));
    assert_eq!(test("lt", "1e400", HUGE), on(0));
}

#[test]
fn an_id_or_a_version_that_is_too_large_is_none() {
    let definitions = Definitions::parse(
        br#"{"flags": [{"key": "odd", "id": 9223372036854775808, "version": 1e400, "active": true,
            "filters": {"groups": [{}]}}]}"#,
    );
    assert_eq!(definitions.unwrap().evaluate("odd", &Person::new("user_1"), NOW), Some(on(0)));
}

#[test]
fn of_two_flags_of_one_key_the_last_counts_and_it_is_told() {
    let definitions = Definitions::parse(
        br#"{"flags": [{"key": "twice", "id": 1, "active": false, "filters": {}},
            {"key": "healthy", "active": true, "filters": {"groups": [{}]}},
            {"key": "twice", "active": true, "filters": {"groups": [{}]}}]}"#,
    )
    .unwrap();
    let person = Person::new("user_1");
    let answers: Vec<_> = definitions.evaluate_all(&person, NOW).collect();
    assert_eq!(answers, [("twice", on(0)), ("healthy", on(0))]);
    let told: Vec<_> = definitions.troubles().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["flag `twice`: it is defined more than once, the last counts"]);
}

#[test]
fn of_two_members_of_one_name_the_last_counts() {
    let definitions = Definitions::parse(
        br#"{"flags": [], "flags": [{"key": "first", "key": "last", "active": false, "active": true,
            "filters": null, "filters": {"groups": 7, "groups": [{}]}}]}"#,
    )
    .unwrap();
    assert_eq!(definitions.keys().collect::<Vec<_>>(), ["last"]);
    assert_eq!(definitions.evaluate("last", &Person::new("user_1"), NOW), Some(on(0)));
    let properties = Properties::from_json(r#"{"p": 1, "p": 2}"#).unwrap();
    assert_eq!(properties, Properties::new().with("p", 2));
}

#[test]
fn ten_thousand_flags_are_read_and_answered() {
    let mut text = String::from(r#"{"flags": ["#);
    for number in 0..10_000 {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(text, r#"{comma}{{"key": "flag-{number}", "active": true, "filters": {{"groups": [{{}}]}}}}"#);
    }
    text.push_str("]}");
    let start = Instant::now();
    let definitions = Definitions::parse(text.as_bytes()).unwrap();
    let person = Person::new("user_1");
    assert_eq!(definitions.evaluate_all(&person, NOW).filter(|(_, answer)| *answer == on(0)).count(), 10_000);
    assert_eq!(definitions.evaluate("flag-9999", &person, NOW), Some(on(0)));
    assert_eq!(definitions.evaluate("flag-10000", &person, NOW), None);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn ten_thousand_flags_that_depend_on_each_other_have_an_answer() {
    const FLAGS: usize = 10_000;
    let flags: Vec<_> = (0..FLAGS)
        .map(|number| {
            let next = (number + 1) % FLAGS;
            format!(
                r#"{{"key": "flag-{number}", "active": true, "filters": {{"groups": [{{"properties": [{{"key": "flag-{next}",
                    "type": "flag", "operator": "flag_evaluates_to", "value": true, "dependency_chain": ["flag-{next}"]}}]}}]}}}}"#
            )
        })
        .collect();
    let person = Person::new("user_1");
    let circle = Definitions::parse(format!(r#"{{"flags": [{}]}}"#, flags.join(",")).as_bytes()).unwrap();
    assert_eq!(circle.evaluate("flag-0", &person, NOW), Some(Err(CannotSay::Cycle)));
    let chain = format!(r#"{{"flags": [{}]}}"#, flags[..FLAGS - 1].join(","));
    let chain = Definitions::parse(chain.as_bytes()).unwrap();
    assert_eq!(chain.evaluate("flag-0", &person, NOW), Some(Err(CannotSay::TooComplex)));
}

#[test]
fn nobody_without_a_distinct_id_is_in_a_rollout() {
    let filters = r#"{"groups": [{"rollout_percentage": 50}]}"#;
    let properties = Properties::new().with("distinct_id", "user_1");
    let person = Person::new("").with_properties(&properties).with_device_id("device");
    assert_eq!(document(filters).evaluate("odd", &person, NOW), Some(Err(CannotSay::NoDistinctId)));
    // What is switched off is off for everybody.
    let off = Definitions::parse(br#"{"flags": [{"key": "off", "active": false, "filters": {}}]}"#).unwrap();
    assert_eq!(off.evaluate("off", &person, NOW), Some(says(false, ReasonCode::FlagDisabled, None)));
}

#[test]
fn a_group_of_a_type_that_the_definitions_do_not_name_is_not_decided_here() {
    let groups = Groups::new().with("team", "blue", Properties::new());
    let person = Person::new("user_1").with_groups(&groups);
    for number in ["1", "-1", "9223372036854775807"] {
        let filters = format!(r#"{{"aggregation_group_type_index": {number}, "groups": [{{}}]}}"#);
        assert_eq!(ask(&filters, &person, NOW), Err(CannotSay::UnknownGroupType), "{number}");
    }
    let odd = r#"{"aggregation_group_type_index": 9223372036854775808, "groups": [{}]}"#;
    assert_eq!(ask(odd, &person, NOW), Err(CannotSay::OddDefinition));
    let known = r#"{"aggregation_group_type_index": 0, "groups": [{}]}"#;
    assert_eq!(ask(known, &person, NOW), says(false, ReasonCode::NoGroupType, Some(0)), "a company is not given");
}

#[test]
fn dates_count_back_from_a_clock_in_1969_and_in_2100() {
    const IN_1969: i64 = -1;
    const IN_2100: i64 = 4_102_444_800_000;
    for (now, recent, old) in [
        (IN_1969, r#""1969-12-30T00:00:00Z""#, r#""1969-12-01""#),
        (IN_2100, r#""2099-12-31""#, r#""2099-12-01""#),
        (IN_2100, "4102444799", "0"),
    ] {
        assert_eq!(test_at(now, "is_date_after", r#""-7d""#, recent), on(0), "{recent}");
        assert_eq!(test_at(now, "is_date_after", r#""-7d""#, old), no_match(), "{old}");
        assert_eq!(test_at(now, "is_date_before", r#""-7d""#, old), on(0), "{old}");
    }
    for now in [i64::MIN, i64::MAX] {
        for date in [r#""-7d""#, r#""-9999y""#, r#""2026-01-01""#] {
            let outcome = test_at(now, "is_date_after", date, r#""2026-01-02""#);
            assert!([on(0), no_match()].contains(&outcome), "{now} {date}");
        }
    }
}

#[test]
fn a_page_of_a_proxy_is_no_definitions() {
    const PAGE: &str = "<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>";
    const FLAG: Flag<bool> = Flag::boolean("new-dashboard", false);
    let error = Definitions::parse(PAGE.as_bytes()).unwrap_err();
    assert_eq!(error, DefinitionsError::NotJson { line: 1, column: 1 });
    assert_eq!(error.to_string(), "not JSON at line 1 column 1");
    let (client, _recorder) = Client::builder().local_flags(LocalFlags::bytes(PAGE)).recorder();
    assert!(!client.user("user_1").flag(FLAG));
    assert_eq!(client.flag_definitions().flags, None);
}

#[test]
fn a_list_without_a_single_flag_takes_the_place_of_none() {
    for text in [r#"{"flags": [null]}"#, r#"{"flags": ["new-dashboard", 7]}"#, r#"{"flags": [{"active": true}]}"#] {
        assert_eq!(Definitions::parse(text.as_bytes()).unwrap_err(), DefinitionsError::NoKeys, "{text}");
    }
    assert!(Definitions::parse(br#"{"flags": []}"#).unwrap().is_empty());
}

#[test]
fn an_expression_that_is_a_bomb_has_an_end() {
    let text = format!("\"{}!\"", "a".repeat(200));
    let start = Instant::now();
    for pattern in
        [r#""(a+)+$""#, r#""(?=(a+)+$)b""#, r#""((a*)*)*\\1b""#, r#""(?:(?:(?:a{1000}){1000}){1000}){1000}""#]
    {
        for operator in ["regex", "not_regex"] {
            let _ = test(operator, pattern, &text);
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn filters_that_lie_too_deep_are_not_read_and_spoil_nothing() {
    let deep = format!(r#"{{"groups": [{{"properties": {}{}}}]}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(ask(&deep, &Person::new("user_1"), NOW), Err(CannotSay::UnknownFilter));
}
