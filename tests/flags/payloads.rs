//! What a flag hands out with a value.

use serde_json::Value;
use taxogen_flags::FlagValue;

use super::vectors::{Context, NOW, definitions, parsed};

/// A payload as whoever asked gets it: JSON, or the text itself where it is none.
fn decoded(payload: &str) -> Value {
    serde_json::from_str(payload).unwrap_or_else(|_| payload.into())
}

#[test]
fn payloads_are_those_of_the_definitions() {
    let (v1, v2) = (definitions("v1"), definitions("v2"));
    let expected = parsed(include_str!("vectors/expected.payloads.json"));
    let expected = expected.as_array().unwrap();
    assert!(!expected.is_empty());
    for case in expected {
        let definitions = if case["d"] == "v1" { &v1 } else { &v2 };
        let value = FlagValue::from_json(&case["value"]).unwrap();
        let payload = definitions.payload(case["flag"].as_str().unwrap(), &value);
        // No payload and `null` are the same.
        assert_eq!(payload.map_or(Value::Null, decoded), case["parsed"], "{case}");
    }
}

#[test]
fn an_answer_brings_the_payload_of_its_value() {
    let definitions = definitions("v1");
    let mut payloads = 0;
    for context in Context::all() {
        let person = context.person();
        for (key, result) in definitions.evaluate_all(&person, NOW) {
            let Ok(evaluation) = result else { continue };
            assert_eq!(evaluation.payload.as_deref(), definitions.payload(key, &evaluation.value), "{key}");
            assert!(evaluation.value.is_on() || evaluation.payload.is_none(), "{key} is off");
            payloads += usize::from(evaluation.payload.is_some());
        }
    }
    assert!(payloads > 1_000, "{payloads}");
}

#[test]
fn whole_numbers_of_any_size_stay_as_they_are_written() {
    let payload = definitions("v1").payload("payload-1004-278", &true.into()).map(ToOwned::to_owned);
    assert_eq!(payload.as_deref(), Some(r#"{"big":12345678901234567890}"#));
}
