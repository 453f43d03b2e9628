use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::given::Given;

/// What a flag file says: values by the keys of flags.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Document(BTreeMap<Box<str>, Given>);

impl Document {
    /// Reads the text of a file. The error says line and column.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        // Some editors begin a file with a mark that JSON does not have.
        serde_json::from_slice(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Given> {
        self.0.get(key)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|key| &**key)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Document;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one object of flags, as `{\"new-dashboard\": true}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Document, A::Error> {
        let (mut document, mut seen) = (Document::default(), HashSet::new());
        while let Some(key) = object.next_key::<Box<str>>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format_args!("flag `{key}` is there twice: take one of them out")));
            }
            // The place is part of the error, and goes on into the new one.
            let given = object.next_value::<Option<Given>>();
            let given = given.map_err(|error| A::Error::custom(format_args!("flag `{key}`: {error}")))?;
            if let Some(given) = given {
                document.0.insert(key.clone(), given);
            }
            seen.insert(key);
        }
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use taxogen_flags::FlagValue;

    use super::*;

    #[test]
    fn a_file_names_flags_and_their_values() {
        let text = "\u{feff}{\"b\": false, \"a\": \"test\", \"c\": {\"payload\": 5}, \"d\": null}";
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(document.keys().collect::<Vec<_>>(), ["a", "b", "c"], "`null` says nothing");
        assert_eq!(document.get("a"), Some(&FlagValue::from("test").into()));
        assert_eq!(document.get("d"), None);
        assert_eq!(Document::parse(b"{}").unwrap(), Document::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_flag_and_its_place() {
        for (text, message) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{\n  \"a\": true,\n}", "trailing comma at line 3 column 1"),
            ("{\"a\": yes}", "flag `a`: expected value at line 1 column 7"),
            ("{\"a\": true,\n \"a\": false}", "flag `a` is there twice: take one of them out at line 2 column 4"),
            (
                "{\"a\": true,\n \"b\": 7}",
                "flag `b`: invalid type: integer `7`, expected `true`, `false`, the name of a variant, or an object with \
                 `value` and `payload` at line 2 column 7",
            ),
            (
                "[]",
                "invalid type: sequence, expected one object of flags, as `{\"new-dashboard\": true}` at line 1 column 0",
            ),
            (
                "{\"a\": {\"valve\": 1}}",
                "flag `a`: unknown field `valve`, expected `value` or `payload` at line 1 column 14",
            ),
        ] {
            assert_eq!(Document::parse(text.as_bytes()).unwrap_err().to_string(), message, "{text}");
        }
        assert!(Document::parse(b"{\"a\xff\": true}").is_err());
        let many: Vec<_> = (0..200_000).map(|number| format!("\"{number}\":true")).collect();
        let many = format!("{{{}}}", many.join(","));
        assert_eq!(Document::parse(many.as_bytes()).unwrap().keys().count(), 200_000, "and in no time");
        let deep = "[".repeat(100_000);
        assert!(Document::parse(format!("{{\"a\": {{\"payload\": {deep}").as_bytes()).is_err());
    }
}
