use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{FlagValue, Reason, ReasonCode};

/// What a source said about one flag.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedFlag {
    /// The answer.
    pub value: FlagValue,
    /// Why.
    pub reason: Option<Reason>,
    /// The flag's number at the source.
    pub id: Option<i64>,
    /// Which version of the flag was evaluated.
    pub version: Option<i64>,
    /// What the flag hands out with this value: JSON text, as it came.
    pub payload: Option<Arc<str>>,
    /// Whether an experiment runs on the flag, where the source says so.
    pub has_experiment: Option<bool>,
}

/// What a source said about one flag, and why it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unusable {
    /// The source could not evaluate the flag.
    Failed,
    /// The answer has another shape; which field.
    Odd(&'static str),
}

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => formatter.write_str("the source could not evaluate the flag"),
            Self::Odd(field) => write!(formatter, "`{field}` is missing or of another type"),
        }
    }
}

impl From<FlagValue> for ServedFlag {
    /// A value alone, as one fixes it by hand.
    fn from(value: FlagValue) -> Self {
        Self { value, reason: None, id: None, version: None, payload: None, has_experiment: None }
    }
}

impl ServedFlag {
    /// Whether somebody is held out of the experiment on this flag.
    #[must_use]
    pub fn is_holdout(&self) -> bool {
        matches!(self.reason, Some(Reason { code: ReasonCode::HoldoutConditionValue, .. }))
            || self.value.variant().is_some_and(|variant| variant.starts_with("holdout-"))
    }

    /// Reads one member of `flags`. With a `value` it is of version 4, where the value has a type; without one it is of
    /// version 2, where the value is the variant, or else whether the flag is enabled.
    pub(crate) fn from_json(flag: &Value) -> Result<Self, Unusable> {
        let flag = flag.as_object().ok_or(Unusable::Odd("flags"))?;
        if flag.get("failed") == Some(&Value::Bool(true)) {
            return Err(Unusable::Failed);
        }
        let metadata = flag.get("metadata");
        let member = |name| metadata.and_then(|metadata| metadata.get(name));
        let (value, typed) = match flag.get("value") {
            Some(value) => of_type(value)?,
            None => (of_variant(flag)?, None),
        };
        Ok(Self {
            value,
            reason: flag.get("reason").and_then(Reason::from_json),
            id: member("id").and_then(Value::as_i64),
            version: member("version").or_else(|| member("config_version")).and_then(Value::as_i64),
            payload: typed.or_else(|| member("payload").and_then(payload)),
            has_experiment: member("has_experiment").and_then(Value::as_bool),
        })
    }
}

/// A value of version 4, and the payload that it is. A number or an object turns the flag on and is its own payload, as
/// versions before 4 answer it; a flag whose value is `null` has none, and is off.
fn of_type(value: &Value) -> Result<(FlagValue, Option<Arc<str>>), Unusable> {
    match value {
        Value::Null => Ok((FlagValue::Boolean(false), None)),
        Value::Bool(on) => Ok((FlagValue::Boolean(*on), None)),
        Value::String(variant) => Ok((FlagValue::Variant(variant.as_str().into()), None)),
        Value::Number(_) | Value::Object(_) => Ok((FlagValue::Boolean(true), Some(value.to_string().into()))),
        Value::Array(_) => Err(Unusable::Odd("value")),
    }
}

fn of_variant(flag: &Map<String, Value>) -> Result<FlagValue, Unusable> {
    match flag.get("variant") {
        Some(Value::String(variant)) => Ok(FlagValue::Variant(variant.as_str().into())),
        None | Some(Value::Null) => {
            let enabled = flag.get("enabled").and_then(Value::as_bool);
            enabled.map(FlagValue::Boolean).ok_or(Unusable::Odd("enabled"))
        }
        Some(_) => Err(Unusable::Odd("variant")),
    }
}

/// A payload is JSON inside a text; some servers unpack it.
pub(crate) fn payload(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.as_str().into()),
        unpacked => Some(unpacked.to_string().into()),
    }
}
