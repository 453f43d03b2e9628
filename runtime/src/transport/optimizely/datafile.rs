use std::collections::HashMap;

use serde_json::Value;

use crate::error::{Error, Kind};
use crate::json;
use crate::transport::Region;

/// What conversions need of a project's datafile. All texts are escaped as inside a JSON string.
#[derive(Debug)]
pub(super) struct Datafile {
    pub(super) account: String,
    pub(super) project: String,
    pub(super) revision: String,
    pub(super) region: Region,
    events: Ids,
    attributes: Ids,
}

/// The ids of what a project knows by its keys.
type Ids = HashMap<String, String>;

/// A datafile of no project.
#[cfg(feature = "spool")]
pub(in crate::transport) const EMPTY: &str =
    r#"{"accountId":"0","projectId":"0","revision":"0","events":[],"attributes":[]}"#;

impl Datafile {
    /// Reads the JSON that Optimizely keeps for the SDKs of a project.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        Self::of(text, "give the text of the file, or its path to `Optimizely::from_file`")
    }

    /// The same of what lies in a file.
    pub(super) fn read_file(text: &str) -> Result<Self, Error> {
        Self::of(text, "give the file that Optimizely has for the SDKs of the project")
    }

    fn of(text: &str, remedy: &str) -> Result<Self, Error> {
        // A byte order mark is no JSON, and editors write it.
        let text = text.trim_start_matches('\u{feff}');
        let datafile: Value = serde_json::from_str(text).map_err(|problem| {
            let sentence = format!("the datafile of optimizely is no JSON: {problem}; {remedy}");
            Error::new(Kind::Configuration, sentence)
        })?;
        let field = |name| text_of(&datafile, name, name);
        Ok(Self {
            account: field("accountId")?,
            project: field("projectId")?,
            revision: field("revision")?,
            region: region(&datafile)?,
            events: ids(&datafile, "events")?,
            attributes: ids(&datafile, "attributes")?,
        })
    }

    /// The id of an event, by its key.
    pub(super) fn event(&self, key: &str) -> Option<&str> {
        self.events.get(key).map(String::as_str)
    }

    /// The id of an attribute, by its key.
    pub(super) fn attribute(&self, key: &[u8]) -> Option<&str> {
        self.attributes.get(std::str::from_utf8(key).ok()?).map(String::as_str)
    }
}

/// Where the project is; older datafiles do not say.
fn region(datafile: &Value) -> Result<Region, Error> {
    match &datafile["region"] {
        Value::Null => Ok(Region::Us),
        Value::String(name) if name.eq_ignore_ascii_case("us") => Ok(Region::Us),
        Value::String(name) if name.eq_ignore_ascii_case("eu") => Ok(Region::Eu),
        _ => Err(broken("region", "is neither `US` nor `EU`")),
    }
}

fn ids(datafile: &Value, name: &str) -> Result<Ids, Error> {
    let entries = match &datafile[name] {
        Value::Array(entries) => entries,
        Value::Null => return Err(broken(name, "is missing")),
        _ => return Err(broken(name, "is no list")),
    };
    let pair = |(place, entry): (usize, &Value)| {
        let field = |field| text_of(entry, field, &format!("{name}[{place}].{field}"));
        Ok((field("key")?, field("id")?))
    };
    entries.iter().enumerate().map(pair).collect()
}

fn text_of(object: &Value, name: &str, path: &str) -> Result<String, Error> {
    match &object[name] {
        // Optimizely would take it with its 204, and drop what comes under it.
        Value::String(text) if text.is_empty() => Err(broken(path, "is empty")),
        Value::String(text) => {
            let mut bytes = Vec::with_capacity(text.len());
            json::write_escaped(&mut bytes, text);
            Ok(String::from_utf8(bytes).expect("what is escaped of a text is a text"))
        }
        Value::Null => Err(broken(path, "is missing")),
        _ => Err(broken(path, "is no text")),
    }
}

fn broken(path: &str, what: &str) -> Error {
    let sentence = format!(
        "`{path}` {what} in the datafile of optimizely: give the whole JSON that Optimizely has for the SDKs of the project"
    );
    Error::new(Kind::Configuration, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"accountId":"8000","projectId":"9000","revision":"12","region":"EU","flags":[7],
        "events":[{"id":"6001","key":"bought \"it\"","experimentIds":[]}],"attributes":[{"id":"70","key":"country"}]}"#;

    #[test]
    fn keys_have_their_ids_and_the_rest_is_left_aside() {
        let datafile = Datafile::read(&format!("\u{feff}{WHOLE}")).unwrap();
        assert_eq!((&*datafile.account, &*datafile.project, &*datafile.revision), ("8000", "9000", "12"));
        assert_eq!(datafile.region, Region::Eu);
        assert_eq!(datafile.event(r#"bought \"it\""#), Some("6001"));
        assert_eq!((datafile.event("country"), datafile.attribute(b"country")), (None, Some("70")));
        assert_eq!(datafile.attribute(b"\xff"), None);
        let elsewhere = Datafile::read(&WHOLE.replace("\"region\":\"EU\",", "")).unwrap();
        assert_eq!(elsewhere.region, Region::Us);
    }

    #[cfg(feature = "spool")]
    #[test]
    fn the_datafile_of_no_project_can_be_read() {
        assert!(Datafile::read(EMPTY).is_ok());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let rest = ": give the whole JSON that Optimizely has for the SDKs of the project";
        for (from, to, sentence) in [
            (r#""accountId":"8000","#, "", "`accountId` is missing in the datafile of optimizely"),
            (r#""9000""#, "9000", "`projectId` is no text in the datafile of optimizely"),
            (r#""12""#, "null", "`revision` is missing in the datafile of optimizely"),
            (r#""8000""#, r#""""#, "`accountId` is empty in the datafile of optimizely"),
            (r#""6001""#, r#""""#, "`events[0].id` is empty in the datafile of optimizely"),
            (r#""EU""#, r#""MARS""#, "`region` is neither `US` nor `EU` in the datafile of optimizely"),
            (r#""id":"6001","#, "", "`events[0].id` is missing in the datafile of optimizely"),
            (r#"[{"id":"70","key":"country"}]"#, "{}", "`attributes` is no list in the datafile of optimizely"),
            (r#"{"id":"70","key":"country"}"#, "7", "`attributes[0].key` is missing in the datafile of optimizely"),
        ] {
            let error = Datafile::read(&WHOLE.replace(from, to)).unwrap_err();
            assert_eq!(error.to_string(), format!("{sentence}{rest}"));
        }
        for (text, sentence) in [
            ("[]", format!("`accountId` is missing in the datafile of optimizely{rest}")),
            (
                "datafile.json",
                "the datafile of optimizely is no JSON: expected value at line 1 column 1; give the text of the file, or \
                 its path to `Optimizely::from_file`"
                    .to_owned(),
            ),
        ] {
            assert_eq!(Datafile::read(text).unwrap_err().to_string(), sentence);
        }
        assert_eq!(
            Datafile::read_file("taxogen: 1").unwrap_err().to_string(),
            "the datafile of optimizely is no JSON: expected ident at line 1 column 2; give the file that Optimizely has for \
             the SDKs of the project"
        );
    }
    /// Where there is a value in a value, itself first.
    fn places(value: &Value, path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
        let inner: Vec<_> = match value {
            Value::Object(members) => members.iter().map(|(name, inner)| (name.clone(), inner)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
            _ => Vec::new(),
        };
        for (name, inner) in inner {
            places(inner, &format!("{path}/{name}"), all);
        }
    }

    #[test]
    fn whatever_stands_anywhere_is_used_or_named_and_not_repeated() {
        let whole: Value = serde_json::from_str(WHOLE).unwrap();
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        assert_eq!(all.len(), 16);
        for place in all {
            for other in
                ["null", "7", "1e300", "true", "\"\"", "\"hidden\"", "[]", "{}", "[{}]", "[[null]]", "{\"hidden\":1}"]
            {
                let mut changed = whole.clone();
                *changed.pointer_mut(&place).unwrap() = other.parse().unwrap();
                if let Err(error) = Datafile::read(&changed.to_string()) {
                    let error = error.to_string();
                    assert!(error.starts_with('`') && error.len() < 200, "{place} {other}: {error}");
                    assert!(!["hidden", "8000", "6001", "country"].iter().any(|told| error.contains(told)), "{error}");
                }
            }
        }
    }

    #[test]
    fn what_is_deep_or_stands_twice_harms_nothing() {
        for deep in ["[".repeat(100_000), "{\"a\":".repeat(100_000), format!("{WHOLE}{WHOLE}")] {
            let error = Datafile::read(&deep).unwrap_err().to_string();
            assert!(error.starts_with("the datafile of optimizely is no JSON: ") && error.len() < 200, "{error}");
        }
        let twice = WHOLE.replacen('{', r#"{"accountId":7,"events":[],"#, 1);
        assert_eq!(Datafile::read(&twice).unwrap().event(r#"bought \"it\""#), Some("6001"), "the last one counts");
        let same = WHOLE.replace("\"events\":[", r#""events":[{"id":"1","key":"bought \"it\""},"#);
        assert_eq!(Datafile::read(&same).unwrap().event(r#"bought \"it\""#), Some("6001"));
    }
}
