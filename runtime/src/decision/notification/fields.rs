use serde_json::{Map, Value};

use crate::decision::members::Members;
use crate::error::{Error, Kind};
use crate::payload::kind;

/// A field's name in camelCase, and in Python's style.
pub(super) type Names = [&'static str; 2];

/// How the names of an object's fields are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Camel,
    Snake,
}

/// The fields of one object of a notification.
pub(super) struct Fields<'a> {
    /// Where the object is: what stands before its fields' names.
    pub(super) path: String,
    pub(super) object: &'a Map<String, Value>,
    /// How its fields are named where one is missing; those of the other style are found as well.
    pub(super) style: Style,
}

impl<'a> Fields<'a> {
    /// A text that there has to be; it may be empty.
    pub(super) fn text(&self, names: Names) -> Result<&'a str, Error> {
        self.read(names, "a text", Value::as_str)?.ok_or_else(|| self.missing(names))
    }

    /// A key or an id: a text that says nothing when it is empty.
    pub(super) fn key(&self, names: Names) -> Result<Option<String>, Error> {
        let text = self.read(names, "a text", Value::as_str)?;
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A key that there has to be.
    pub(super) fn required_key(&self, names: Names) -> Result<String, Error> {
        self.key(names)?.ok_or_else(|| self.missing(names))
    }

    pub(super) fn boolean(&self, names: Names) -> Result<Option<bool>, Error> {
        self.read(names, "a boolean", Value::as_bool)
    }

    pub(super) fn required_boolean(&self, names: Names) -> Result<bool, Error> {
        self.boolean(names)?.ok_or_else(|| self.missing(names))
    }

    /// An object whose names are somebody else's.
    pub(super) fn members(&self, names: Names) -> Result<Members, Error> {
        let object = self.read(names, "an object", Value::as_object)?;
        Ok(object.map(Members::from).unwrap_or_default())
    }

    pub(super) fn texts(&self, names: Names) -> Result<Vec<String>, Error> {
        let list = self.read(names, "a list", Value::as_array)?;
        let text = |(index, value): (usize, &'a Value)| match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.mismatch(&format!("{}[{index}]", self.named(names)), value, "a text")),
        };
        list.into_iter().flatten().enumerate().map(text).collect()
    }

    pub(super) fn value(&self, names: Names) -> Result<Option<&'a Value>, Error> {
        Ok(self.find(names)?.map(|(_, value)| value))
    }

    /// An object with fields of its own.
    pub(super) fn object(&self, names: Names, style: Style) -> Result<Option<Self>, Error> {
        let found = self.find(names)?;
        let object = self.read(names, "an object", Value::as_object)?;
        let fields = |((name, _), object)| Self { path: format!("{}{name}.", self.path), object, style };
        Ok(found.zip(object).map(fields))
    }

    pub(super) fn required_object(&self, names: Names, style: Style) -> Result<Self, Error> {
        self.object(names, style)?.ok_or_else(|| self.missing(names))
    }

    /// A field that may be missing or `null`.
    fn read<T>(
        &self,
        names: Names,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.find(names)? {
            None | Some((_, Value::Null)) => Ok(None),
            Some((name, value)) => read(value).map(Some).ok_or_else(|| self.mismatch(name, value, expected)),
        }
    }

    /// The field, and the name under which it stands there.
    fn find(&self, [camel, snake]: Names) -> Result<Option<(&'static str, &'a Value)>, Error> {
        let get = |name: &'static str| self.object.get(name).map(|value| (name, value));
        if camel == snake {
            return Ok(get(camel));
        }
        match (get(camel), get(snake)) {
            (Some(_), Some(_)) => {
                let path = &self.path;
                Err(input(format!("`{path}{camel}` and `{path}{snake}` both stand in the decision: leave one out")))
            }
            (camel, snake) => Ok(camel.or(snake)),
        }
    }

    fn named(&self, [camel, snake]: Names) -> &'static str {
        match self.style {
            Style::Camel => camel,
            Style::Snake => snake,
        }
    }

    fn missing(&self, names: Names) -> Error {
        input(format!("`{}{}` is missing from the decision", self.path, self.named(names)))
    }

    fn mismatch(&self, name: &str, value: &Value, expected: &str) -> Error {
        let (path, found) = (&self.path, kind(value));
        input(format!("`{path}{name}` of the decision is {found} where {expected} is expected"))
    }
}

pub(super) fn input(message: impl Into<String>) -> Error {
    Error::new(Kind::Input, message)
}
