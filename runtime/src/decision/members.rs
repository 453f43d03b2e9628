use std::fmt;

use serde_json::Number;

use crate::value::{Json, Value};

/// Names and their values, in the order of the names, each name once. Their values are not shown: they may be a person's.
#[derive(Clone, Default)]
pub(crate) struct Members(Vec<(String, Json<'static>)>);

impl Members {
    /// Gives a name its value, as it would be sent, instead of the one that it had.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: &impl Value) {
        let (name, value) = (name.into(), Json::of(value));
        match self.0.binary_search_by(|(known, _)| known.as_str().cmp(&name)) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (name, value)),
        }
    }

    pub(crate) fn as_slice(&self) -> &[(String, Json<'static>)] {
        &self.0
    }
}

impl From<&serde_json::Map<String, serde_json::Value>> for Members {
    fn from(object: &serde_json::Map<String, serde_json::Value>) -> Self {
        let mut members: Vec<_> = object.iter().map(|(name, value)| (name.clone(), value.into())).collect();
        // They are sorted already, unless some other crate of the program asks `serde_json` to keep an order.
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(members)
    }
}

/// By what the values say: `1` and `1.0` are one number, as one SDK writes it and the other.
impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        let same = |((name, value), (other_name, other)): (&(String, Json<'_>), &(String, Json<'_>))| {
            name == other_name && (value == other || same_json(value, other))
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}

fn same_json(one: &Json<'_>, other: &Json<'_>) -> bool {
    let read = |json: &Json<'_>| serde_json::from_str::<serde_json::Value>(json.as_str());
    matches!((read(one), read(other)), (Ok(one), Ok(other)) if same_value(&one, &other))
}

fn same_value(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (one, other) {
        (Number(one), Number(other)) => one == other || same_number(one, other),
        (Array(one), Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        (Object(one), Object(other)) => {
            let same = |(name, value)| other.get(name).is_some_and(|other| same_value(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

/// Two integers are told apart to the last digit; a fraction is as near as JavaScript has it.
fn same_number(one: &Number, other: &Number) -> bool {
    let is_fraction = one.is_f64() || other.is_f64();
    is_fraction && one.as_f64() == other.as_f64()
}

impl fmt::Debug for Members {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(object: &str) -> Members {
        let value: serde_json::Value = serde_json::from_str(object).unwrap();
        value.as_object().unwrap().into()
    }

    #[test]
    fn a_name_stands_once_and_in_order() {
        let mut set = Members::default();
        for (name, value) in [("b", 1), ("a", 2), ("c", 3), ("b", 4)] {
            set.set(name, &value);
        }
        let text = |members: &Members| -> Vec<_> {
            members.as_slice().iter().map(|(name, value)| format!("{name}={value}")).collect()
        };
        assert_eq!(text(&set), ["a=2", "b=4", "c=3"]);
        assert_eq!(set, members(r#"{"c": 3, "b": 1, "a": 2, "b": 4}"#));
        assert_eq!(format!("{set:?}"), r#"{"a", "b", "c"}"#, "and not what they are");
    }

    #[test]
    fn values_are_equal_that_say_the_same() {
        for (one, other, same) in [
            (r#"{"a": 1}"#, r#"{"a": 1.0}"#, true),
            (r#"{"a": [1, {"b": 2.0, "c": "x"}]}"#, r#"{"a": [1.0, {"c": "x", "b": 2}]}"#, true),
            (r#"{"a": "ü"}"#, r#"{"a": "\u00fc"}"#, true),
            (r#"{"a": 9007199254740993}"#, r#"{"a": 9007199254740992}"#, false),
            (r#"{"a": 1}"#, r#"{"a": "1"}"#, false),
            (r#"{"a": 1}"#, r#"{"a": true}"#, false),
            (r#"{"a": 1}"#, r#"{"b": 1}"#, false),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 1}"#, false),
            (r#"{"a": [1]}"#, r#"{"a": [1, 2]}"#, false),
            (r#"{"a": {}}"#, r#"{"a": {"b": null}}"#, false),
        ] {
            assert_eq!(members(one) == members(other), same, "{one} and {other}");
            assert_eq!(members(other) == members(one), same, "{other} and {one}");
        }
    }
}
