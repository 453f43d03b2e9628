//! OpenFeature's values as JSON, and back.

use ::open_feature::{StructValue, Value};

/// The text of a value.
pub(super) fn text(value: &Value) -> String {
    json(value).to_string()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        // What is not finite has no word in JSON.
        Value::Float(value) => serde_json::Number::from_f64(*value).into(),
        Value::String(value) => value.as_str().into(),
        Value::Array(values) => values.iter().map(json).collect(),
        Value::Struct(value) => {
            serde_json::Value::Object(value.fields.iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
    }
}

/// The structure that an object is; `None` of anything else. A member that is `null` is left out, and so is an element of
/// a list: OpenFeature has no word for it.
pub(super) fn structure(value: serde_json::Value) -> Option<StructValue> {
    match self::value(value)? {
        Value::Struct(value) => Some(value),
        _ => None,
    }
}

fn value(json: serde_json::Value) -> Option<Value> {
    Some(match json {
        serde_json::Value::Null => return None,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(number.as_f64()?),
        },
        serde_json::Value::String(value) => Value::String(value),
        serde_json::Value::Array(values) => Value::Array(values.into_iter().filter_map(value).collect()),
        serde_json::Value::Object(members) => {
            let fields = members.into_iter().filter_map(|(name, json)| Some((name, value(json)?)));
            Value::Struct(StructValue { fields: fields.collect() })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_there_and_back() {
        let json = r#"{"list":[1,"two",{"three":3.5}],"on":true,"text":"x"}"#;
        let structure = structure(serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(structure.fields["on"], Value::Bool(true));
        assert_eq!(text(&Value::Struct(structure)), json);
    }

    #[test]
    fn what_the_other_has_no_word_for_is_left_out() {
        let read = structure(serde_json::from_str(r#"{"a":null,"b":[null,1],"c":18446744073709551615}"#).unwrap());
        let expected =
            StructValue::default().with_field("b", vec![1_i64]).with_field("c", 18_446_744_073_709_551_615_f64);
        assert_eq!(read, Some(expected));
        assert_eq!(structure(serde_json::json!([1])), None);
        assert_eq!(text(&Value::Float(f64::NAN)), "null");
    }
}
