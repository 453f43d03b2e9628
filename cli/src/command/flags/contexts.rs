//! From a file to the persons in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use taxogen_compiler::suggest;
use taxogen_flags::{Groups, Person, Properties};

use super::place::{Place, problem};

/// Somebody whom flags are evaluated for, borrowed from the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Context<'a> {
    /// `id`, or else the distinct id.
    pub(super) id: String,
    pub(super) distinct_id: String,
    pub(super) device_id: Option<String>,
    pub(super) properties: Properties<'a>,
    /// Type and key.
    pub(super) groups: BTreeMap<String, String>,
    /// By the type of the group.
    pub(super) group_properties: BTreeMap<String, Properties<'a>>,
}

/// What is odd, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) place: Place,
    pub(super) problem: String,
    /// Whether a context, or all that follows, is left out because of it.
    pub(super) is_loss: bool,
}

impl Trouble {
    fn loss(place: Place, problem: String) -> Self {
        Self { place, problem, is_loss: true }
    }
}

/// What a context may have.
const MEMBERS: [&str; 6] = ["id", "distinct_id", "device_id", "person_properties", "groups", "group_properties"];

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a list of contexts, or one after another; what cannot be read costs itself alone, but for text that is no JSON:
/// nobody knows where what follows begins.
pub(super) fn read(text: &str) -> (Vec<Context<'_>>, Vec<Trouble>) {
    let (mut contexts, mut troubles, mut told) = (Vec::new(), Vec::new(), BTreeSet::new());
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        match value {
            Ok(value) => {
                let listed = serde_json::from_str::<Vec<&RawValue>>(value.get());
                for context in listed.unwrap_or_else(|_| vec![value]) {
                    troubles.extend(unknown(context, text).filter(|trouble| told.insert(trouble.problem.clone())));
                    match Context::read(context, text) {
                        Ok(context) => contexts.push(context),
                        Err(trouble) => troubles.push(trouble),
                    }
                }
            }
            Err(error) => {
                troubles.push(Trouble::loss(Place::of_error(&error, text), problem(&error)));
                break;
            }
        }
    }
    (contexts, troubles)
}

impl<'a> Context<'a> {
    /// The groups, with what is known about each; what is said of a group that is not given says nothing.
    pub(super) fn groups(&self) -> Groups<'_> {
        self.groups.iter().fold(Groups::new(), |groups, (group, key)| {
            groups.with(group.as_str(), key.as_str(), self.group_properties.get(group).cloned().unwrap_or_default())
        })
    }

    /// Whom the flags are asked about.
    pub(super) fn person<'p>(&'p self, groups: &'p Groups<'p>) -> Person<'p> {
        let person = Person::new(&self.distinct_id).with_properties(&self.properties).with_groups(groups);
        match &self.device_id {
            Some(device_id) => person.with_device_id(device_id),
            None => person,
        }
    }

    fn read(raw: &'a RawValue, text: &str) -> Result<Self, Trouble> {
        let trouble = |part: &str, problem: String| Trouble::loss(Place::of(part, text), problem);
        let wrong = |name: &str, raw: &RawValue, what: &str| trouble(raw.get(), format!("`{name}` is not {what}"));
        let members: Members<'_> = serde_json::from_str(raw.get()).map_err(|_| {
            trouble(raw.get(), "a context is an object, with `distinct_id` and perhaps `person_properties`".to_owned())
        })?;
        let member = |name| members.get(name).copied().filter(|raw| raw.get() != "null");
        let spelled = |name| match member(name) {
            Some(raw) => word(raw).map(Some).ok_or_else(|| wrong(name, raw, "a text")),
            None => Ok(None),
        };
        let object = |name| match member(name) {
            Some(raw) => serde_json::from_str::<Members<'a>>(raw.get()).map_err(|_| wrong(name, raw, "an object")),
            None => Ok(Members::new()),
        };
        let properties = |name: &str, raw: &'a RawValue| {
            Properties::from_json(raw.get()).map_err(|error| trouble(raw.get(), format!("`{name}`: {error}")))
        };
        let distinct_id = spelled("distinct_id")?
            .ok_or_else(|| trouble(raw.get(), "the context has no `distinct_id`: say whom it is about".to_owned()))?;
        Ok(Self {
            id: spelled("id")?.unwrap_or_else(|| distinct_id.clone()),
            distinct_id,
            device_id: spelled("device_id")?,
            properties: member("person_properties")
                .map_or_else(|| Ok(Properties::new()), |raw| properties("person_properties", raw))?,
            groups: object("groups")?
                .into_iter()
                .map(|(group, raw)| word(raw).map(|key| (group, key)).ok_or_else(|| wrong("groups", raw, "a text")))
                .collect::<Result<_, _>>()?,
            group_properties: object("group_properties")?
                .into_iter()
                .map(|(group, raw)| properties("group_properties", raw).map(|properties| (group, properties)))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Members that mean nothing here.
fn unknown(raw: &RawValue, text: &str) -> impl Iterator<Item = Trouble> {
    let members: Members<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    members.into_iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str())).map(|(name, value)| {
        let meant = suggest::nearest(&name, MEMBERS);
        let help = meant.map_or_else(String::new, |meant| format!("; `{meant}` is one"));
        let problem = format!("`{name}` is no member of a context, and says nothing{help}");
        Trouble { place: Place::of(value.get(), text), problem, is_loss: false }
    })
}

/// A text, or a number as it is spelled: some write ids so.
fn word(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_a_list_or_stand_one_after_another() {
        let one = r#"{"id": "c1", "distinct_id": "u", "device_id": null, "person_properties": {"n": 10.0},
            "groups": {"company": "acme", "team": 5}, "group_properties": {"company": {"seats": 3}}}"#;
        let two = r#"{"distinct_id": "v", "device_id": "d"}"#;
        let expected = [
            Context {
                id: "c1".to_owned(),
                distinct_id: "u".to_owned(),
                device_id: None,
                properties: Properties::from_json(r#"{"n": 10.0}"#).unwrap(),
                groups: [("company", "acme"), ("team", "5")].map(|(group, key)| (group.into(), key.into())).into(),
                group_properties: [("company".to_owned(), Properties::from_json(r#"{"seats": 3}"#).unwrap())].into(),
            },
            Context {
                id: "v".to_owned(),
                distinct_id: "v".to_owned(),
                device_id: Some("d".to_owned()),
                properties: Properties::new(),
                groups: BTreeMap::new(),
                group_properties: BTreeMap::new(),
            },
        ];
        for text in [format!("[{one},{two}]"), format!("{one}\n{two}\n"), format!("[{one}]{two}")] {
            let (contexts, troubles) = read(&text);
            assert_eq!((contexts.as_slice(), troubles), (expected.as_slice(), vec![]), "{text}");
        }
        assert_eq!(read(" \n"), (vec![], vec![]));
    }

    #[test]
    fn what_cannot_be_read_has_its_place_and_costs_itself_alone() {
        let good = r#"{"distinct_id": "u"}"#;
        for (odd, column, problem) in [
            ("7", 2, "a context is an object, with `distinct_id` and perhaps `person_properties`"),
            (r#"{"id": "c"}"#, 2, "the context has no `distinct_id`: say whom it is about"),
            (r#"{"distinct_id": ["u"]}"#, 18, "`distinct_id` is not a text"),
            (r#"{"distinct_id": "u", "groups": 7}"#, 33, "`groups` is not an object"),
            (r#"{"distinct_id": "u", "groups": {"a": {}}}"#, 39, "`groups` is not a text"),
            (
                r#"{"distinct_id": "u", "person_properties": []}"#,
                44,
                "`person_properties`: properties are not a JSON object",
            ),
        ] {
            let text = format!("[{odd},\n{good}]");
            let (contexts, troubles) = read(&text);
            let trouble = Trouble::loss(Place { line: 1, column }, problem.to_owned());
            assert_eq!((contexts.len(), troubles), (1, vec![trouble]), "{odd}");
        }
        let text = format!("{good}\n{{\"distinct_id\": u}}\n{good}");
        let (contexts, troubles) = read(&text);
        let trouble = Trouble::loss(Place { line: 2, column: 17 }, "not JSON: expected value".to_owned());
        assert_eq!((contexts.len(), troubles), (1, vec![trouble]));
    }

    #[test]
    fn a_member_that_says_nothing_is_told_once_and_costs_nothing() {
        let one = r#"{"distinct_id": "u", "person_propertys": {}}"#;
        let text = format!("{one}\n{one}\n");
        let (contexts, troubles) = read(&text);
        let problem = "`person_propertys` is no member of a context, and says nothing; `person_properties` is one";
        let trouble = Trouble { place: Place { line: 1, column: 42 }, problem: problem.to_owned(), is_loss: false };
        assert_eq!((contexts.len(), troubles), (2, vec![trouble]));
    }
}
