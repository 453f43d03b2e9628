//! The recorded answers, as they lie in `vectors`.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;
use taxogen_flags::{Definitions, Groups, Person, Properties};

/// Dates in the vectors are absolute: any time will do.
pub(crate) const NOW: i64 = 1_767_323_045_000;

pub(crate) fn definitions(name: &str) -> Definitions {
    let bytes = match name {
        "v1" => include_bytes!("vectors/definitions.v1.json").as_slice(),
        "v2" => include_bytes!("vectors/definitions.v2.json").as_slice(),
        other => panic!("there are no definitions {other}"),
    };
    let definitions = Definitions::parse(bytes).unwrap();
    assert!(!definitions.is_empty());
    definitions
}

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Somebody of `contexts.json`.
pub(crate) struct Context {
    pub(crate) id: String,
    distinct_id: String,
    device_id: Option<String>,
    properties: Properties<'static>,
    groups: Groups<'static>,
}

impl Context {
    pub(crate) fn all() -> Vec<Self> {
        let contexts: Vec<&RawValue> = serde_json::from_str(include_str!("vectors/contexts.json")).unwrap();
        contexts.into_iter().map(|context| Self::read(context.get())).collect()
    }

    /// Reads one with the spelling of its numbers.
    pub(crate) fn read(json: &str) -> Self {
        type Object<'a> = HashMap<String, &'a RawValue>;
        let member =
            |object: &Object<'_>, name: &str| object.get(name).map_or("{}".to_owned(), |raw| raw.get().to_owned());
        let text = |json: &str| serde_json::from_str::<Option<String>>(json).unwrap();
        let context: Object<'_> = serde_json::from_str(json).unwrap();
        let group_properties = member(&context, "group_properties");
        let group_properties: Object<'_> = serde_json::from_str(&group_properties).unwrap();
        let keys: HashMap<String, String> = serde_json::from_str(&member(&context, "groups")).unwrap();
        let mut groups = Groups::new();
        for (group_type, key) in keys {
            let properties = member(&group_properties, &group_type);
            groups.insert(group_type, key, Properties::from_json(&properties).unwrap().into_owned());
        }
        Self {
            id: context.get("id").and_then(|id| text(id.get())).unwrap_or_default(),
            distinct_id: text(context["distinct_id"].get()).unwrap(),
            device_id: context.get("device_id").and_then(|id| text(id.get())),
            properties: Properties::from_json(&member(&context, "person_properties")).unwrap().into_owned(),
            groups,
        }
    }

    pub(crate) fn person(&self) -> Person<'_> {
        let person = Person::new(&self.distinct_id).with_properties(&self.properties).with_groups(&self.groups);
        match &self.device_id {
            Some(device_id) => person.with_device_id(device_id),
            None => person,
        }
    }

    /// What a flag says, as the vectors write it: `null` where that cannot be said, or where there is no such flag.
    pub(crate) fn answer(&self, definitions: &Definitions, key: &str) -> Value {
        match definitions.evaluate(key, &self.person(), NOW) {
            Some(Ok(evaluation)) => match evaluation.value.variant() {
                Some(variant) => variant.into(),
                None => evaluation.value.is_on().into(),
            },
            Some(Err(_)) | None => Value::Null,
        }
    }
}
