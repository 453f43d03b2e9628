//! Documents with one odd flag and one healthy one, and bodies that are no documents.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;
use taxogen_flags::Definitions;

use super::vectors::{Context, parsed};

#[test]
fn one_odd_flag_never_spoils_the_other() {
    let documents: Vec<HashMap<String, &RawValue>> =
        serde_json::from_str(include_str!("vectors/malformed.json")).unwrap();
    let expected = parsed(include_str!("vectors/expected.malformed.json"));
    let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).unwrap();
    let mut healthy = 0;
    for (document, expected) in documents.iter().zip(expected.as_array().unwrap()) {
        let name = text(document["name"]);
        assert_eq!(expected["name"], *name);
        let context = Context::read(document["context"].get());
        let body = text(document["body"]);
        let (odd, control) = match Definitions::parse(body.as_bytes()) {
            Ok(definitions) => (context.answer(&definitions, "odd"), context.answer(&definitions, "control-flag")),
            Err(_) => (Value::Null, Value::Null),
        };
        assert!(expected["odd_accept"].as_array().unwrap().contains(&odd), "{name}: {odd}");
        if expected["control_must_be_true"] == true {
            assert_eq!(control, true, "{name}");
            healthy += 1;
        }
    }
    println!("{healthy} of {} documents with a healthy flag", documents.len());
    assert_eq!((healthy, documents.len()), (70, 76));
}
