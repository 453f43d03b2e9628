use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use taxogen_flags::FlagValue;

use super::{LayerAnswer, Said};

/// What somebody wrote down for a flag: `true`, `"test"`, or `{"value": "test", "payload": {..}}`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    pub(super) value: FlagValue,
    /// JSON text.
    pub(super) payload: Option<Arc<str>>,
}

impl Given {
    /// A flag that is on and hands this out.
    fn on(payload: Option<Arc<str>>) -> Self {
        Self { value: FlagValue::Boolean(true), payload }
    }

    pub(super) fn says(&self) -> LayerAnswer {
        LayerAnswer::Says(Said { payload: self.payload.clone(), is_written: true, ..Said::new(self.value.clone()) })
    }
}

impl From<FlagValue> for Given {
    fn from(value: FlagValue) -> Self {
        Self { value, payload: None }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Given;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`true`, `false`, the name of a variant, or an object with `value` and `payload`")
    }

    fn visit_bool<E>(self, on: bool) -> Result<Given, E> {
        Ok(FlagValue::Boolean(on).into())
    }

    fn visit_str<E: Error>(self, variant: &str) -> Result<Given, E> {
        if variant.trim().is_empty() {
            return Err(E::custom("the name of a variant is empty: write `false` for a flag that is off"));
        }
        Ok(FlagValue::from(variant).into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Given, A::Error> {
        let mut given = Given::on(None);
        while let Some(name) = object.next_key::<String>()? {
            match name.as_str() {
                "value" => {
                    let Given { value, payload: None } = object.next_value()? else {
                        return Err(A::Error::custom("`value` is `true`, `false` or the name of a variant"));
                    };
                    given.value = value;
                }
                "payload" => {
                    let payload: serde_json::Value = object.next_value()?;
                    given.payload = (!payload.is_null()).then(|| payload.to_string().into());
                }
                other => return Err(A::Error::unknown_field(other, &["value", "payload"])),
            }
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_written_down() {
        let variant = FlagValue::from("test");
        for (json, value, payload) in [
            ("true", true.into(), None),
            ("false", false.into(), None),
            (r#""test""#, variant.clone(), None),
            ("{}", true.into(), None),
            (r#"{"payload": {"b": 1, "a": [2.50]}}"#, true.into(), Some(r#"{"a":[2.5],"b":1}"#)),
            (r#"{"payload": 5, "value": "test"}"#, variant, Some("5")),
            (r#"{"value": false, "payload": null}"#, false.into(), None),
        ] {
            let given: Given = serde_json::from_str(json).unwrap();
            assert_eq!(given, Given { value, payload: payload.map(Into::into) }, "{json}");
        }
    }

    #[test]
    fn what_cannot_is_told_with_its_place() {
        let expected = "expected `true`, `false`, the name of a variant, or an object with `value` and `payload`";
        for (json, message) in [
            ("7", format!("invalid type: integer `7`, {expected} at line 1 column 1")),
            ("[true]", format!("invalid type: sequence, {expected} at line 1 column 1")),
            (
                r#""  ""#,
                "the name of a variant is empty: write `false` for a flag that is off at line 1 column 4".to_owned(),
            ),
            (
                "{\n\"valve\": true}",
                "unknown field `valve`, expected `value` or `payload` at line 2 column 7".to_owned(),
            ),
            (
                r#"{"value": {"payload": 5}}"#,
                "`value` is `true`, `false` or the name of a variant at line 1 column 25".to_owned(),
            ),
            ("{\"payload\": {}\n", "EOF while parsing an object at line 2 column 0".to_owned()),
        ] {
            assert_eq!(serde_json::from_str::<Given>(json).unwrap_err().to_string(), message, "{json}");
        }
    }
}
