use std::borrow::Cow;
use std::fmt;

use super::{Value, ValueWriter};

/// Any JSON value, as text that was checked.
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
    /// When it is not, or is nested more than 128 deep; the error names line and column.
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Result<Self, JsonError> {
        let text = text.into();
        match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(JsonError { line: error.line(), column: error.column() }),
        }
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
