//! Properties that no plan declares, of events that are `open: true`.

use std::borrow::Cow;

use crate::value::{Json, Rule, Timestamp, Value, ValueWriter};

/// Properties that an open event was given beside those of the plan: what generated code keeps for `.with_extra`.
///
/// They are `internal`, and stand in the order in which they were given first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra<'a> {
    properties: Vec<(Cow<'a, str>, ExtraValue<'a>)>,
}

/// The value of a property that no plan declares.
#[derive(Clone, Debug, PartialEq)]
pub enum ExtraValue<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// A number; one that is not finite is left out.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// Any JSON.
    Json(Json<'a>),
}

impl<'a> Extra<'a> {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { properties: Vec::new() }
    }

    /// Adds a property; of several with one name the last has its value.
    pub fn add(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ExtraValue<'a>>) {
        let (key, value) = (key.into(), value.into());
        match self.properties.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => self.properties.push((key, value)),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &ExtraValue<'a>)> {
        self.properties.iter().map(|(key, value)| (&**key, value))
    }
}

impl Value for ExtraValue<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self {
            Self::Text(text) => out.text(text),
            Self::Integer(value) => out.integer(*value),
            Self::Number(value) => out.number(*value),
            Self::Boolean(value) => out.boolean(*value),
            Self::Json(json) => json.write(out),
        }
    }

    fn broken_rule(&self) -> Option<Rule> {
        match self {
            Self::Number(value) => value.broken_rule(),
            _ => None,
        }
    }
}

impl<'a> From<&'a str> for ExtraValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for ExtraValue<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for ExtraValue<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<Cow<'a, str>> for ExtraValue<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

/// As RFC 3339 has it.
impl From<Timestamp> for ExtraValue<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Text(time.to_string().into())
    }
}

impl<'a> From<Json<'a>> for ExtraValue<'a> {
    fn from(json: Json<'a>) -> Self {
        Self::Json(json)
    }
}

impl From<bool> for ExtraValue<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<f64> for ExtraValue<'_> {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<f32> for ExtraValue<'_> {
    fn from(value: f32) -> Self {
        Self::Number(value.into())
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for ExtraValue<'_> {
            fn from(value: $integer) -> Self {
                Self::Integer(value.into())
            }
        }
    )*};
}

from_integers! { i64 i32 i16 i8 u32 u16 u8 }
