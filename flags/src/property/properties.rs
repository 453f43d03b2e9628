use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

use super::Value;

/// Up to how many properties are looked through one by one.
const FEW: usize = 16;

/// The properties of a person or of a group, by name.
///
/// A small sorted list: looking something up allocates nothing.
///
/// ```
/// use taxogen_flags::{Properties, Value};
///
/// let mut properties = Properties::from_json(r#"{"plan": "pro", "seats": 12}"#)?;
/// properties.insert("plan", "team");
/// assert_eq!(properties.get("plan"), Some(&Value::from("team")));
/// assert_eq!(properties.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["plan", "seats"]);
/// # Ok::<(), taxogen_flags::PropertiesError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties<'a> {
    entries: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// Text that holds no properties.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertiesError {
    /// The text is not a JSON object.
    NotAnObject,
    /// The value of a property cannot be read: it holds a text that is no Unicode (a lone surrogate such as
    /// `\ud800`), or is nested deeper than 128 levels.
    Unreadable {
        /// The name of the property.
        name: Box<str>,
    },
}

impl fmt::Display for PropertiesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => formatter.write_str("properties are not a JSON object"),
            Self::Unreadable { name } => {
                write!(formatter, "property `{name}` is nested too deep, or holds a text that is not Unicode")
            }
        }
    }
}

impl std::error::Error for PropertiesError {}

impl<'a> Properties<'a> {
    /// No properties.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Reads a JSON object, and keeps the spelling of its numbers; of two members of one name the last counts.
    ///
    /// # Errors
    ///
    /// When the text is not a JSON object, or a value in it cannot be read.
    pub fn from_json(json: &'a str) -> Result<Self, PropertiesError> {
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_str(json).map_err(|_| PropertiesError::NotAnObject)?;
        let entries = members.into_iter().map(|(name, raw)| match Value::from_raw(raw) {
            Some(value) => Ok((Cow::Owned(name), value)),
            None => Err(PropertiesError::Unreadable { name: name.into() }),
        });
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// Sets a property, and returns what it was before.
    pub fn insert(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) -> Option<Value<'a>> {
        let (name, value) = (name.into(), value.into());
        match self.position(&name) {
            Ok(position) => Some(std::mem::replace(&mut self.entries[position].1, value)),
            Err(position) => {
                self.entries.insert(position, (name, value));
                None
            }
        }
    }

    /// The same properties, and this one.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) -> Self {
        self.insert(name, value);
        self
    }

    /// Takes a property away, and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Value<'a>> {
        self.position(name).ok().map(|position| self.entries.remove(position).1)
    }

    /// The value of a property; `None` where it is not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        // Of few names hardly two have the same length: comparing that first beats searching by order.
        if self.entries.len() <= FEW {
            return self.entries.iter().find(|(other, _)| other.as_ref() == name).map(|(_, value)| value);
        }
        self.position(name).ok().map(|position| &self.entries[position].1)
    }

    /// All properties, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.entries.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The same properties, which borrow from nothing.
    #[must_use]
    pub fn into_owned(self) -> Properties<'static> {
        let owned = |(name, value): (Cow<'_, str>, Value<'_>)| (Cow::Owned(name.into_owned()), value.into_owned());
        Properties { entries: self.entries.into_iter().map(owned).collect() }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(other, _)| other.as_ref().cmp(name))
    }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Value<'a>>> Extend<(N, V)> for Properties<'a> {
    /// Sets all of these; of two of one name the last counts.
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, properties: I) {
        for (name, value) in properties {
            self.insert(name, value);
        }
    }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Value<'a>>> FromIterator<(N, V)> for Properties<'a> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(properties: I) -> Self {
        let mut collected = Self::new();
        collected.extend(properties);
        collected
    }
}

impl<'a> IntoIterator for Properties<'a> {
    type Item = (Cow<'a, str>, Value<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl fmt::Debug for Properties<'_> {
    /// The names, and what kind of value each has.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_by_name_in_any_order_of_insertion() {
        let mut properties = Properties::new();
        for name in ["plan", "age", "$device_id", "größe", ""] {
            assert_eq!(properties.insert(name, name), None);
        }
        for name in ["plan", "age", "$device_id", "größe", ""] {
            assert_eq!(properties.get(name), Some(&Value::from(name)));
        }
        assert_eq!(properties.get("pla"), None);
        assert_eq!(properties.insert("age", 5), Some(Value::from("age")));
        assert_eq!(properties.remove("age"), Some(Value::from(5)));
        assert_eq!(properties.remove("age"), None);
        let names: Vec<_> = properties.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["", "$device_id", "größe", "plan"]);
    }

    #[test]
    fn an_object_is_read_whole_and_the_last_of_one_name_counts() {
        let properties = Properties::from_json(r#"{"b": 10.0, "a": "x", "\u0062": null, "c": [1, 2]}"#).unwrap();
        let expected: Properties<'_> =
            [("a", Value::from("x")), ("b", Value::Null), ("c", Value::Json("[1,2]".into()))].into_iter().collect();
        assert_eq!(properties, expected);
        assert_eq!(properties.clone().into_owned(), properties);
    }

    #[test]
    fn what_is_no_object_is_an_error_that_quotes_no_value() {
        for json in ["", "null", "[]", "7", r#"{"a": 1"#, "<html>"] {
            assert_eq!(Properties::from_json(json), Err(PropertiesError::NotAnObject), "{json}");
        }
        let error = Properties::from_json(r#"{"a": "\ud800"}"#).unwrap_err();
        assert_eq!(error.to_string(), "property `a` is nested too deep, or holds a text that is not Unicode");
    }

    #[test]
    fn no_value_shows_when_properties_are_debugged() {
        let properties = Properties::new().with("email", "ada@example.com").with("age", 36);
        assert_eq!(format!("{properties:?}"), r#"{"age": Number(..), "email": Text(..)}"#);
    }
}
