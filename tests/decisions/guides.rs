//! 992 decisions of an Optimizely SDK in the policy `guide`: what the code of the published guides sends for each.

use std::collections::HashMap;

use serde_json::{Value, json};
use taxogen::{Client, Decision, DecisionOutcome, Destinations, ExposurePolicy, PersonProperty, SkipReason};

use crate::recordings::{Row, notified, rows};

/// A decision's line, and the line of what is expected of it.
fn with_expected(expected: &'static str) -> impl Iterator<Item = (Row, Option<Value>)> {
    let expected: HashMap<u64, Value> =
        rows(expected).map(|row| (row["seq"].as_u64().expect("a number"), row)).collect();
    notified().map(move |row| {
        let line = expected.get(&row.seq).cloned();
        (row, line)
    })
}

/// What a destination is told without regard to what it was told before: event, user, properties, person properties.
fn told(policy: &ExposurePolicy, decision: &Decision, destination: Destinations) -> Result<[Value; 4], SkipReason> {
    let preview = policy.preview(decision, destination)?;
    let read = |json: &str| serde_json::from_str(json).expect("an object");
    Ok([
        json!(preview.event),
        json!(preview.user_id),
        read(preview.properties.as_str()),
        read(preview.person_properties.as_str()),
    ])
}

#[test]
fn posthog_is_told_what_its_guide_tells_it_line_by_line() {
    let mut lines = 0;
    for (row, expected) in with_expected(include_str!("../vectors/decisions/expected_posthog.jsonl")) {
        let mut capture = expected.expect("every decision is one")["capture"].clone();
        let set = capture["properties"].as_object_mut().unwrap().remove("$set").unwrap();
        let expected = [&capture["event"], &capture["distinctId"], &capture["properties"], &set].map(Value::clone);
        let told = told(&ExposurePolicy::guide(), &row.decision, Destinations::POSTHOG);
        assert_eq!(told, Ok(expected), "{}", row.seq);
        lines += 1;
    }
    assert_eq!(lines, 992);
}

#[test]
fn segment_is_told_what_its_guide_tells_it_line_by_line() {
    let (mut told_lines, mut skipped) = (0, 0);
    for (row, expected) in with_expected(include_str!("../vectors/decisions/expected_segment.jsonl")) {
        let told = told(&ExposurePolicy::guide(), &row.decision, Destinations::SEGMENT);
        if let Some(expected) = expected {
            let track = &expected["track"];
            let expected = [&track["event"], &track["userId"], &track["properties"], &json!({})].map(Value::clone);
            assert_eq!(told, Ok(expected), "{}", row.seq);
            told_lines += 1;
        } else {
            let forced = row.decision.variation_key().is_some();
            let reason = if forced { SkipReason::Forced } else { SkipReason::NoRule };
            assert_eq!(told, Err(reason), "{}", row.seq);
            skipped += 1;
        }
    }
    assert_eq!((told_lines, skipped), (796, 196));
}

#[test]
fn mixpanel_is_told_what_its_guide_tells_it_line_by_line() {
    let mut lines = 0;
    for (row, expected) in with_expected(include_str!("../vectors/decisions/expected_mixpanel.jsonl")) {
        let expected = expected.expect("every decision is one");
        let mut track = expected["track"].clone();
        let id = track["properties"].as_object_mut().unwrap().remove("distinct_id").unwrap();
        assert_eq!(expected["people_set"]["distinct_id"], id);
        let people = &expected["people_set"]["properties"];
        let expected = [&track["event"], &id, &track["properties"], people].map(Value::clone);
        let told = told(&ExposurePolicy::guide(), &row.decision, Destinations::MIXPANEL);
        assert_eq!(told, Ok(expected), "{}", row.seq);
        lines += 1;
    }
    assert_eq!(lines, 992);
}

/// Which decisions change what was told last of their person and flag: reckoned here, apart from the client.
fn changes<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<u64> {
    let mut last = HashMap::new();
    let changed = rows.into_iter().filter(|Row { decision, .. }| {
        let value = (decision.variation_key(), decision.rule_key(), decision.enabled());
        last.insert((decision.user_id(), decision.flag_key()), value) != Some(value)
    });
    changed.map(|row| row.seq).collect()
}

/// Which decisions a client reports.
fn reported(policy: ExposurePolicy, rows: &[Row]) -> Vec<u64> {
    let (client, recorder) = Client::recorder();
    let listener = client.exposure_listener(policy);
    let reported = rows.iter().filter(|row| listener.decided(&row.decision) == DecisionOutcome::Reported);
    let reported: Vec<_> = reported.map(|row| row.seq).collect();
    assert_eq!((recorder.len(), client.decision_report().reported), (reported.len(), reported.len() as u64));
    reported
}

#[test]
fn what_was_told_last_is_not_told_again() {
    let rows: Vec<_> = notified().collect();
    let changes = changes(&rows);
    assert_eq!(changes.len(), 677);
    assert_eq!(reported(ExposurePolicy::guide(), &rows), changes);
}

#[test]
fn with_a_gate_only_what_the_engine_recorded_is_told() {
    let gated = ExposurePolicy::guide().only_dispatched();
    let mut passed = Vec::new();
    for (row, expected) in with_expected(include_str!("../vectors/decisions/expected_posthog.jsonl")) {
        let told = told(&gated, &row.decision, Destinations::POSTHOG).map(|_| ());
        let by_guide = expected.unwrap()["modes"]["gated"] == json!(true);
        assert_eq!(told, if by_guide { Ok(()) } else { Err(SkipReason::NotDispatched) }, "{}", row.seq);
        if by_guide {
            passed.push(row);
        }
    }
    assert_eq!(passed.len(), 870);

    // The guide's set has 673: it never tells who comes back to a variation.
    let changes = changes(&passed);
    assert!(changes.len() > 673, "{}", changes.len());
    let rows: Vec<_> = notified().collect();
    assert_eq!(reported(gated, &rows), changes);
}

#[test]
fn in_the_other_form_the_property_is_the_variation_whether_on_or_off() {
    let policy = ExposurePolicy::guide().person_property(PersonProperty::Variation);
    for row in notified() {
        let decision = &row.decision;
        let [.., person] = told(&policy, decision, Destinations::MIXPANEL).unwrap();
        let name = format!("[Optimizely] {}", decision.flag_key());
        let expected = decision.variation_key().map_or(json!({}), |variation| json!({ name: variation }));
        assert_eq!(person, expected, "{}", row.seq);
    }
}
