use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Value, ValueWriter};

/// Any JSON value, as text that was checked. It prints as that text.
///
/// It is not `FromStr` on purpose: `text.parse()?` would then fit a parameter of it as it fits one of a number, and
/// a plan that is reordered could move a value from one property to another.
///
/// ```compile_fail,E0277
/// let json: taxogen::Json<'_> = "1".parse()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```
/// use taxogen::Json;
///
/// let json = Json::parse(r#"{"cart": [1, 2]}"#)?;
/// assert_eq!(json.as_str(), r#"{"cart": [1, 2]}"#);
/// assert!(Json::parse("{cart}").is_err());
/// # Ok::<(), taxogen::JsonError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json<'a>(Cow<'a, str>);

impl<'a> Json<'a> {
    /// Takes a text that is one JSON value.
    ///
    /// # Errors
    ///
    /// When it is not, is nested more than 127 deep, or holds what a vendor could not read and would refuse a
    /// whole batch for: a number beyond 64-bit floating point, or half of a surrogate pair. The error names line
    /// and column.
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Result<Self, JsonError> {
        let text = text.into();
        match serde_json::from_str(&text) {
            Ok(Checked) => Ok(Self(text)),
            Err(error) => Err(JsonError { line: error.line(), column: error.column() }),
        }
    }

    /// A text that this library has written. It may be nested deeper than what is parsed.
    pub(crate) const fn written(text: String) -> Json<'static> {
        Json(Cow::Owned(text))
    }

    /// A value of a property as it would be sent.
    pub(crate) fn of(value: &impl Value) -> Json<'static> {
        let (mut bytes, mut left_out) = (Vec::new(), Vec::new());
        value.write(&mut ValueWriter::new(&mut bytes, &mut left_out));
        let text = String::from_utf8(bytes).unwrap_or_default();
        Json(Cow::Owned(if text.is_empty() { "null".to_owned() } else { text }))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same value, owning its text.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        Json(Cow::Owned(self.0.into_owned()))
    }
}

/// Reads any value in full and keeps nothing. `IgnoredAny` only looks for its end, and lets pass what no reader takes.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while let Some(Self) = items.next_element()? {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while let Some((Self, Self)) = members.next_entry()? {}
        Ok(self)
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&serde_json::Value> for Json<'static> {
    fn from(value: &serde_json::Value) -> Self {
        Self(Cow::Owned(value.to_string()))
    }
}

impl fmt::Debug for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Value for Json<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.raw(&self.0);
    }
}

/// A text that is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    line: usize,
    column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not JSON at line {} column {}", self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        "[".repeat(depth) + &"]".repeat(depth)
    }

    #[test]
    fn what_every_reader_takes_is_json() {
        for text in [
            "null",
            " true ",
            "-7",
            "18446744073709551615",
            "123456789012345678901234567890",
            "1e308",
            r#""ü\ud83d\ude00\n""#,
            r#"{"a": [1, {"b": null}], "a": false, "": 0.5}"#,
            &nested(127),
        ] {
            assert_eq!(Json::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_would_spoil_a_batch_is_no_json() {
        for (text, message) in [
            ("", "not JSON at line 1 column 0"),
            ("{} {}", "not JSON at line 1 column 4"),
            ("1e999", "not JSON at line 1 column 5"),
            (r#"{"a": [1e999]}"#, "not JSON at line 1 column 12"),
            (r#""\ud800""#, "not JSON at line 1 column 8"),
            (r#"{"\udfff": 1}"#, "not JSON at line 1 column 8"),
            ("{\n1: 2}", "not JSON at line 2 column 1"),
            (&nested(128), "not JSON at line 1 column 128"),
            (&nested(5_000), "not JSON at line 1 column 128"),
        ] {
            assert_eq!(Json::parse(text).unwrap_err().to_string(), message, "{text:.20}");
        }
    }
}
