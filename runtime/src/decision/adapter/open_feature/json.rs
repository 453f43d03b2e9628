//! OpenFeature's values as JSON.

use ::open_feature::Value;

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
