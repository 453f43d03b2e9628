//! [`Payload`] for the types that generated code uses.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Payload, PayloadError, PayloadReader};
use crate::value::{Json, Timestamp};

impl Payload for bool {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.boolean()
    }
}

impl Payload for i64 {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.integer()
    }
}

impl Payload for f64 {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.number()
    }
}

impl Payload for String {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.text().map(str::to_owned)
    }
}

impl Payload for Cow<'static, str> {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.text().map(|text| Cow::Owned(text.to_owned()))
    }
}

impl Payload for Timestamp {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Self::parse(reader.text()?).map_err(|_| reader.mismatch("a time such as `2026-01-02T03:04:05Z`"))
    }
}

impl Payload for Json<'static> {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(reader.value().into())
    }
}

/// `None` is `null`.
impl<T: Payload> Payload for Option<T> {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        match reader.value() {
            Value::Null => Ok(None),
            _ => T::decode(reader).map(Some),
        }
    }
}

impl<T: Payload> Payload for Box<T> {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        T::decode(reader).map(Self::new)
    }
}

impl<T: Payload> Payload for Vec<T> {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.list()
    }
}

impl<K: Payload + Ord, V: Payload> Payload for BTreeMap<K, V> {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        reader.map()
    }
}
