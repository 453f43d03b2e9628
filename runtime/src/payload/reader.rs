use serde_json::Value;

use super::{Payload, PayloadError, RuledReader};
use crate::value::Nullable;

/// Reads one value of a payload, and what is below it.
#[derive(Debug)]
pub struct PayloadReader<'a> {
    value: &'a Value,
}

impl<'a> PayloadReader<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self { value }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// The same, for a field that has rules to keep.
    #[must_use]
    pub fn checked(&self) -> RuledReader<'a> {
        RuledReader::new(self.value)
    }

    /// A field that has to be there.
    ///
    /// # Errors
    ///
    /// When it is missing or of another type, or when this is no object.
    pub fn required<T: Payload>(&self, name: &str) -> Result<T, PayloadError> {
        let value = self.field(name)?.ok_or_else(|| PayloadError::missing(name))?;
        below(value, name)
    }

    /// A field that may be missing; `null` counts as missing.
    ///
    /// # Errors
    ///
    /// When it is of another type, or when this is no object.
    pub fn optional<T: Payload>(&self, name: &str) -> Result<Option<T>, PayloadError> {
        match self.field(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(value) => below(value, name).map(Some),
        }
    }

    /// A field that may be missing, and may be `null`.
    ///
    /// # Errors
    ///
    /// When it is of another type, or when this is no object.
    pub fn nullable<T: Payload>(&self, name: &str) -> Result<Nullable<T>, PayloadError> {
        match self.field(name)? {
            None => Ok(Nullable::Absent),
            Some(Value::Null) => Ok(Nullable::Null),
            Some(value) => below(value, name).map(Nullable::Value),
        }
    }

    /// Checks that this is an object, for a type without fields.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn object(&self) -> Result<(), PayloadError> {
        self.value.as_object().map(|_| ()).ok_or_else(|| self.mismatch("an object"))
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// When this is something else.
    pub fn text(&self) -> Result<&'a str, PayloadError> {
        self.value.as_str().ok_or_else(|| self.mismatch("a text"))
    }

    /// An integer.
    ///
    /// # Errors
    ///
    /// When this is something else, or does not fit into 64 bits.
    pub fn integer(&self) -> Result<i64, PayloadError> {
        self.value.as_i64().ok_or_else(|| self.mismatch("an integer"))
    }

    /// A number.
    ///
    /// # Errors
    ///
    /// When this is something else.
    pub fn number(&self) -> Result<f64, PayloadError> {
        self.value.as_f64().ok_or_else(|| self.mismatch("a number"))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    ///
    /// When this is something else.
    pub fn boolean(&self) -> Result<bool, PayloadError> {
        self.value.as_bool().ok_or_else(|| self.mismatch("a boolean"))
    }

    /// The items of a list.
    ///
    /// # Errors
    ///
    /// When this is something else, or an item is of another type.
    pub fn list<T: Payload>(&self) -> Result<Vec<T>, PayloadError> {
        let items = self.value.as_array().ok_or_else(|| self.mismatch("a list"))?;
        items.iter().enumerate().map(|(place, item)| below(item, &format!("[{place}]"))).collect()
    }

    /// The entries of a map, by key.
    ///
    /// # Errors
    ///
    /// When this is something else, or a key or a value is of another type.
    pub fn map<K: Payload + Ord, V: Payload, M: FromIterator<(K, V)>>(&self) -> Result<M, PayloadError> {
        let entries = self.value.as_object().ok_or_else(|| self.mismatch("an object"))?;
        entries.iter().map(|(key, value)| Ok((below(&Value::from(key.as_str()), key)?, below(value, key)?))).collect()
    }

    /// The error for a value that is none of those that the plan has.
    #[must_use]
    pub fn unknown(&self) -> PayloadError {
        PayloadError::unknown()
    }

    pub(crate) fn mismatch(&self, expected: &'static str) -> PayloadError {
        PayloadError::mismatch(kind(self.value), expected)
    }

    fn field(&self, name: &str) -> Result<Option<&'a Value>, PayloadError> {
        self.value.as_object().map(|object| object.get(name)).ok_or_else(|| self.mismatch("an object"))
    }
}

fn below<T: Payload>(value: &Value, step: &str) -> Result<T, PayloadError> {
    T::decode(&PayloadReader::new(value)).map_err(|error| error.under(step))
}

/// What a JSON value is, for messages.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
