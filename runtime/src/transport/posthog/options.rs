//! What version 1 takes beside the properties: by names of its own, and of strict types.

use serde_json::Value;

use crate::record::fragments;

/// What a value has to be; PostHog refuses the whole batch for one of another type.
#[derive(Clone, Copy)]
enum Kind {
    /// Also as text or number.
    Flag,
    Text,
}

/// Name of the property, name beside the properties, and kind.
type Lifted = (&'static str, &'static str, Kind);

const OPTIONS: [Lifted; 4] = [
    ("$cookieless_mode", "cookieless_mode", Kind::Flag),
    ("$ignore_sent_at", "disable_skew_correction", Kind::Flag),
    ("$process_person_profile", "process_person_profile", Kind::Flag),
    ("$product_tour_id", "product_tour_id", Kind::Text),
];
const OF_EVENT: [Lifted; 2] = [("$session_id", "session_id", Kind::Text), ("$window_id", "window_id", Kind::Text)];

/// Takes out of the object of properties that ends `bytes` what belongs beside it, and appends it there.
///
/// A value that cannot be read as what PostHog wants is left out: the default holds then.
pub(super) fn lift(bytes: &mut Vec<u8>, properties: usize) {
    let mut options: [Option<Value>; 4] = Default::default();
    let mut of_event: [Option<Value>; 2] = Default::default();
    // Each property begins with a comma, also the first.
    bytes[properties] = b',';
    let (mut cuts, mut at) = (Vec::new(), properties);
    for fragment in fragments(&bytes[properties..bytes.len() - 1]) {
        let range = at..at + fragment.bytes.len();
        at = range.end;
        if fragment.name.first() != Some(&b'$') {
            continue;
        }
        let is_this = |lifted: &Lifted| lifted.0.as_bytes() == fragment.name;
        let found = OPTIONS.iter().zip(&mut options).chain(OF_EVENT.iter().zip(&mut of_event));
        for (lifted, value) in found.filter(|(lifted, _)| is_this(lifted)) {
            // Of two properties of one name the last counts that can be read.
            let found = read(lifted.2, &fragment.bytes[fragment.name.len() + 4..]);
            *value = found.or_else(|| value.take());
            cuts.push(range.clone());
        }
    }
    for cut in cuts.into_iter().rev() {
        bytes.drain(cut);
    }
    match &mut bytes[properties] {
        comma @ b',' => *comma = b'{',
        _ => bytes.insert(properties, b'{'),
    }
    for (lifted, value) in OF_EVENT.iter().zip(of_event) {
        append(bytes, lifted.1, value);
    }
    bytes.extend_from_slice(b",\"options\":");
    let start = bytes.len();
    for (lifted, value) in OPTIONS.iter().zip(options) {
        append(bytes, lifted.1, value);
    }
    match bytes.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => bytes.push(b'{'),
    }
    bytes.push(b'}');
}

fn append(bytes: &mut Vec<u8>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        bytes.extend_from_slice(format!(",\"{name}\":{value}").as_bytes());
    }
}

fn read(kind: Kind, json: &[u8]) -> Option<Value> {
    match (kind, serde_json::from_slice(json).ok()?) {
        (Kind::Text, text @ Value::String(_)) | (Kind::Flag, text @ Value::Bool(_)) => Some(text),
        (Kind::Flag, Value::Number(number)) => Some(Value::Bool(number.as_f64()? != 0.0)),
        (Kind::Flag, Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_the_properties_is_lifted_and_typed() {
        for (properties, expected) in [
            ("{}", r#"{},"options":{}"#),
            (r#"{"a":1,"b":{"$session_id":"x"}}"#, r#"{"a":1,"b":{"$session_id":"x"}},"options":{}"#),
            (
                r#"{"$is_server":true,"$process_person_profile":false,"a":1}"#,
                r#"{"$is_server":true,"a":1},"options":{"process_person_profile":false}"#,
            ),
            (
                r#"{"$session_id":"s","a":",\"$window_id\":","$window_id":"w\n","$ignore_sent_at":" TRUE "}"#,
                r#"{"a":",\"$window_id\":"},"session_id":"s","window_id":"w\n","options":{"disable_skew_correction":true}"#,
            ),
            (
                r#"{"$cookieless_mode":1,"$product_tour_id":"t"}"#,
                r#"{},"options":{"cookieless_mode":true,"product_tour_id":"t"}"#,
            ),
            (r#"{"$cookieless_mode":true,"$cookieless_mode":"0"}"#, r#"{},"options":{"cookieless_mode":false}"#),
            (
                r#"{"$process_person_profile":false,"$process_person_profile":"x"}"#,
                r#"{},"options":{"process_person_profile":false}"#,
            ),
            (
                r#"{"$cookieless_mode":"maybe","$product_tour_id":7,"$session_id":null,"$ignore_sent_at":[1]}"#,
                r#"{},"options":{}"#,
            ),
        ] {
            let mut bytes = [b"before", properties.as_bytes()].concat();
            lift(&mut bytes, 6);
            assert_eq!(String::from_utf8(bytes).unwrap(), format!("before{expected}"), "{properties}");
        }
    }
}
