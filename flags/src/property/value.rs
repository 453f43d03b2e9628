use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use super::Number;
use super::json::{compact, unescape};

/// The value of a property: of a person, of a group, or of a filter.
///
/// It borrows what it can: from text that was parsed, from a `serde_json::Value`, from the code.
///
/// ```
/// use taxogen_flags::Value;
///
/// assert_eq!(Value::from("pro").to_string(), "pro");
/// assert_eq!(Value::parse("1e+21").unwrap().to_string(), "1e+21");
/// assert_eq!(Value::parse(r#"[1, "a"]"#).unwrap().to_string(), r#"[1,"a"]"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`: the property is set, to nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, with its spelling.
    Number(Number<'a>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list or an object: its JSON text without white space.
    Json(Cow<'a, str>),
}

impl<'a> Value<'a> {
    /// Reads JSON text, and keeps the spelling of its numbers; `None` where it is not one JSON value.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::from_raw(serde_json::from_str(text).ok()?)
    }

    /// Reads JSON text that has been checked already; `None` where a text in it is no Unicode (`"\ud800"`), or it
    /// is nested deeper than `serde_json` would read it.
    pub(crate) fn from_raw(raw: &'a RawValue) -> Option<Self> {
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'n' => Self::Null,
            b't' => Self::Boolean(true),
            b'f' => Self::Boolean(false),
            b'"' => Self::Text(unescape(text)?),
            b'[' | b'{' => Self::Json(compact(text)?),
            _ => Self::Number(Number::spelled(text)),
        })
    }

    /// Takes a value of `serde_json`, which has already given its numbers their usual spelling.
    #[must_use]
    pub fn from_json(value: &'a serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(boolean) => Self::Boolean(*boolean),
            serde_json::Value::Number(number) => number
                .as_i64()
                .map(Self::from)
                .or_else(|| number.as_u64().map(Self::from))
                .unwrap_or_else(|| number.as_f64().map_or(Self::Null, Self::from)),
            serde_json::Value::String(text) => Self::Text(Cow::Borrowed(text)),
            nested => Self::Json(Cow::Owned(nested.to_string())),
        }
    }

    /// The same value, which borrows from nothing.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => Value::Boolean(boolean),
            Self::Number(number) => Value::Number(number.into_owned()),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Json(text) => Value::Json(Cow::Owned(text.into_owned())),
        }
    }

    /// The text, where the value is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Hands over the value as text, without allocating: a text as it is, everything else as its JSON.
    pub(super) fn with_text<R>(&self, look: impl FnOnce(&str) -> R) -> R {
        match self {
            Self::Null => look("null"),
            Self::Boolean(true) => look("true"),
            Self::Boolean(false) => look("false"),
            Self::Number(number) => number.with_spelling(look),
            Self::Text(text) | Self::Json(text) => look(text),
        }
    }

    /// The members, where the value is a list.
    pub(super) fn members(&self) -> Option<Vec<Value<'_>>> {
        let Self::Json(text) = self else { return None };
        let members: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        members.into_iter().map(Value::from_raw).collect()
    }
}

impl fmt::Display for Value<'_> {
    /// A text as it is, everything else as its JSON: what PostHog compares.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| formatter.write_str(text))
    }
}

impl fmt::Debug for Value<'_> {
    /// What kind of value it is, and not which: it may be a person's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "Null",
            Self::Boolean(_) => "Boolean(..)",
            Self::Number(_) => "Number(..)",
            Self::Text(_) => "Text(..)",
            Self::Json(_) => "Json(..)",
        })
    }
}

impl From<bool> for Value<'_> {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Value<'_> {
    fn from(number: i32) -> Self {
        Self::from(i64::from(number))
    }
}

impl From<f64> for Value<'_> {
    /// `null` where JSON has no such number: NaN and the infinities.
    fn from(number: f64) -> Self {
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a serde_json::Value> for Value<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        Self::from_json(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_from_json_and_shown_as_posthog_compares_it() {
        for (json, text) in [
            ("null", "null"),
            (" true ", "true"),
            ("false", "false"),
            ("10.0", "10.0"),
            ("-0.0", "-0.0"),
            ("1e+21", "1e+21"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (r#""Pro""#, "Pro"),
            (r#""caf\u00e9 \"x\"""#, "café \"x\""),
            (r#"[ 1.0 , "a b" , [ ] ]"#, r#"[1.0,"a b",[]]"#),
            (r#"{ "b" : "\u0078", "a" : [ 1.5, null ] }"#, r#"{"b":"x","a":[1.5,null]}"#),
        ] {
            assert_eq!(Value::parse(json).unwrap().to_string(), text, "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_no_value() {
        for text in ["", "nope", "[1,", r#""\ud800""#, "1 2", "NaN", r#"["\ud800"]"#] {
            assert_eq!(Value::parse(text), None, "{text}");
        }
        let deep = "[".repeat(1 << 20);
        assert_eq!(Value::parse(&deep), None);
    }

    #[test]
    fn values_of_serde_json_are_the_same_values() {
        for json in ["null", "true", "5", "-5", "18446744073709551615", "10.5", r#""a""#, r#"[1,"a"]"#, r#"{"a":{}}"#] {
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(Value::from(&value), Value::parse(json).unwrap(), "{json}");
        }
        assert_eq!(Value::from(f64::NAN), Value::Null);
    }

    #[test]
    fn what_a_value_is_does_not_show_when_it_is_debugged() {
        let values = [Value::from("secret"), Value::from(42), Value::parse(r#"["secret"]"#).unwrap(), Value::Null];
        assert_eq!(format!("{values:?}"), "[Text(..), Number(..), Json(..), Null]");
    }
}
