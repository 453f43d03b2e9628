use super::{Rule, Value};
use crate::json;

/// Takes one JSON value.
///
/// A value that writes nothing counts as `null`, so that the JSON stays whole whatever an
/// implementation of [`Value`] does.
pub struct ValueWriter<'a> {
    bytes: &'a mut Vec<u8>,
    invalid: &'a mut Vec<Invalid>,
}

/// A value that was left out: where and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invalid {
    /// The property, then the fields below it, joined by dots; the keys of maps and the places in lists are left out.
    pub(crate) path: String,
    pub(crate) rule: Rule,
    /// Its JSON, cut; `None` where it is personal, or has no JSON.
    pub(crate) value: Option<String>,
}

/// How many bytes of a value are told.
const TOLD: usize = 100;

impl<'a> ValueWriter<'a> {
    pub(crate) fn new(bytes: &'a mut Vec<u8>, invalid: &'a mut Vec<Invalid>) -> Self {
        Self { bytes, invalid }
    }

    /// Writes a JSON string.
    #[inline]
    pub fn text(&mut self, text: &str) {
        json::write_string(self.bytes, text);
    }

    /// Writes an integer.
    #[inline]
    pub fn integer(&mut self, value: i64) {
        json::write_integer(self.bytes, value);
    }

    /// Writes a number; `null` where it is not finite.
    #[inline]
    pub fn number(&mut self, value: f64) {
        json::write_number(self.bytes, value);
    }

    /// Writes `true` or `false`.
    #[inline]
    pub fn boolean(&mut self, value: bool) {
        self.bytes.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes `null`.
    #[inline]
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(b"null");
    }

    /// Writes an object of the fields that `fields` gives.
    pub fn object(&mut self, fields: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.bytes.push(b'{');
        let mut object = ObjectWriter { bytes: self.bytes, invalid: self.invalid, first: true };
        fields(&mut object);
        self.bytes.push(b'}');
    }

    /// Writes a list of the items that `items` gives.
    pub fn list(&mut self, items: impl FnOnce(&mut ListWriter<'_>)) {
        self.bytes.push(b'[');
        let mut list = ListWriter { bytes: self.bytes, invalid: self.invalid, first: true };
        items(&mut list);
        self.bytes.push(b']');
    }

    /// Writes text that is known to be one JSON value.
    pub(crate) fn raw(&mut self, json: &str) {
        self.bytes.extend_from_slice(json.as_bytes());
    }
}

/// Takes the fields of a JSON object.
pub struct ObjectWriter<'a> {
    bytes: &'a mut Vec<u8>,
    invalid: &'a mut Vec<Invalid>,
    first: bool,
}

impl ObjectWriter<'_> {
    /// Writes a field; one without a value, or with a value that breaks its rule, is left out.
    pub fn field(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        if value.is_absent() {
            return;
        }
        if let Some(rule) = value.broken_rule() {
            self.invalid.push(Invalid::new(name, rule, value));
            return;
        }
        self.separate();
        write_member(self.bytes, self.invalid, name, value);
    }

    /// Writes an entry of a map. Its key is data, which may be personal: no message names it.
    pub(crate) fn entry(&mut self, key: &str, value: &(impl Value + ?Sized)) {
        if let Some(rule) = value.broken_rule() {
            self.invalid.push(Invalid::new("", rule, value));
            return;
        }
        self.separate();
        json::write_string(self.bytes, key);
        self.bytes.push(b':');
        write_value(self.bytes, self.invalid, value);
    }

    fn separate(&mut self) {
        if !self.first {
            self.bytes.push(b',');
        }
        self.first = false;
    }
}

/// Takes the items of a JSON list.
pub struct ListWriter<'a> {
    bytes: &'a mut Vec<u8>,
    invalid: &'a mut Vec<Invalid>,
    first: bool,
}

impl ListWriter<'_> {
    /// Writes an item; one without a value, or with a value that breaks its rule, is `null`, so that
    /// the others keep their places.
    pub fn item(&mut self, value: &(impl Value + ?Sized)) {
        if !self.first {
            self.bytes.push(b',');
        }
        self.first = false;
        if let Some(rule) = value.broken_rule() {
            self.invalid.push(Invalid::new("", rule, value));
            self.bytes.extend_from_slice(b"null");
            return;
        }
        write_value(self.bytes, self.invalid, value);
    }
}

/// Appends `"name":value`; says where the value begins.
#[inline]
pub(crate) fn write_member(
    bytes: &mut Vec<u8>,
    invalid: &mut Vec<Invalid>,
    name: &str,
    value: &(impl Value + ?Sized),
) -> usize {
    let told = invalid.len();
    json::write_string(bytes, name);
    bytes.push(b':');
    let start = bytes.len();
    write_value(bytes, invalid, value);
    for below in &mut invalid[told..] {
        below.place_under(name);
    }
    start
}

#[inline]
fn write_value(bytes: &mut Vec<u8>, invalid: &mut Vec<Invalid>, value: &(impl Value + ?Sized)) {
    let start = bytes.len();
    value.write(&mut ValueWriter::new(bytes, invalid));
    if bytes.len() == start {
        bytes.extend_from_slice(b"null");
    }
}

impl Invalid {
    #[cold]
    pub(crate) fn new(name: &str, rule: Rule, value: &(impl Value + ?Sized)) -> Self {
        Self { value: told(rule, value), ..Self::hidden(name, rule) }
    }

    /// Without the value.
    #[cold]
    pub(crate) fn hidden(name: &str, rule: Rule) -> Self {
        Self { path: name.to_owned(), rule, value: None }
    }

    #[cold]
    pub(crate) fn hide(&mut self) {
        self.value = None;
    }

    #[cold]
    fn place_under(&mut self, name: &str) {
        self.path = if self.path.is_empty() { name.to_owned() } else { format!("{name}.{}", self.path) };
    }
}

/// The value as JSON, cut where it is long.
fn told(rule: Rule, value: &(impl Value + ?Sized)) -> Option<String> {
    if rule == Rule::Finite {
        return None;
    }
    let mut bytes = Vec::new();
    write_value(&mut bytes, &mut Vec::new(), value);
    let mut text = String::from_utf8(bytes).ok()?;
    if let Some(end) = (0..=TOLD).rev().find(|end| text.is_char_boundary(*end)).filter(|_| text.len() > TOLD) {
        text.truncate(end);
        text.push('…');
    }
    Some(text)
}
