//! Whom a request for flags is about, as PostHog's server sees them.

use serde_json::Value;
use taxogen_flags::{Groups, Person};

use crate::Properties;
use crate::people::People;

/// A person with their groups: what is stored of them, and over it what the request says.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked {
    distinct_id: String,
    device_id: String,
    person: Properties,
    /// The type of each group, its key, and its properties.
    groups: Vec<(String, String, Properties)>,
}

impl Asked {
    pub(crate) fn of(body: &Value, people: &People) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let distinct_id = text(&body["distinct_id"]);
        let device_id = [&body["$device_id"], &body["person_properties"]["$device_id"]];
        let device_id = device_id.into_iter().find(|id| id.is_string()).map(text).unwrap_or_default();
        let groups = body["groups"].as_object().into_iter().flatten().filter_map(|(kind, key)| {
            let key = key.as_str()?;
            let known = merged(people.group(kind, key), &body["group_properties"][kind]);
            Some((kind.clone(), key.to_owned(), known))
        });
        Self {
            groups: groups.collect(),
            person: merged(people.person(&distinct_id), &body["person_properties"]),
            device_id,
            distinct_id,
        }
    }

    pub(crate) fn distinct_id(&self) -> &str {
        &self.distinct_id
    }

    pub(crate) fn properties(&self) -> taxogen_flags::Properties<'_> {
        self.person.iter().collect()
    }

    pub(crate) fn groups(&self) -> Groups<'_> {
        let mut groups = Groups::new();
        for (kind, key, properties) in &self.groups {
            groups.insert(kind, key, properties.iter().collect());
        }
        groups
    }

    pub(crate) fn person<'a>(
        &'a self,
        properties: &'a taxogen_flags::Properties<'a>,
        groups: &'a Groups<'a>,
    ) -> Person<'a> {
        let person = Person::new(&self.distinct_id).with_device_id(&self.device_id);
        person.with_properties(properties).with_groups(groups)
    }
}

fn merged(stored: Option<&Properties>, said: &Value) -> Properties {
    let mut properties = stored.cloned().unwrap_or_default();
    let said = said.as_object().into_iter().flatten();
    properties.extend(said.map(|(name, value)| (name.clone(), value.clone())));
    properties
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::people::{Change, Operation};

    #[test]
    fn what_is_stored_counts_until_the_request_says_otherwise() {
        let mut people = People::default();
        people.apply(Change::Person {
            id: "u".to_owned(),
            operation: Operation::Set,
            values: json!({ "plan": "pro", "seats": 5 }),
        });
        people.apply(Change::Merge { from: "cookie".to_owned(), into: "u".to_owned() });
        people.apply(Change::Group {
            kind: "company".to_owned(),
            key: "acme".to_owned(),
            operation: Operation::Set,
            values: json!({ "country": "DE", "size": 3 }),
        });
        let body = json!({
            "distinct_id": "cookie", "$device_id": "phone", "person_properties": { "plan": null, "age": 36 },
            "groups": { "company": "acme", "odd": 7 }, "group_properties": { "company": { "size": 4 }, "other": {} },
        });
        let properties = |value: Value| value.as_object().unwrap().clone();
        assert_eq!(
            Asked::of(&body, &people),
            Asked {
                distinct_id: "cookie".to_owned(),
                device_id: "phone".to_owned(),
                person: properties(json!({ "plan": null, "seats": 5, "age": 36 })),
                groups: vec![(
                    "company".to_owned(),
                    "acme".to_owned(),
                    properties(json!({ "country": "DE", "size": 4 }))
                )],
            }
        );
    }

    #[test]
    fn an_odd_request_is_about_somebody_unknown() {
        let odd = json!({ "distinct_id": 7, "groups": [], "person_properties": "x", "$device_id": {} });
        let nobody =
            Asked { distinct_id: String::new(), device_id: String::new(), person: Properties::new(), groups: vec![] };
        assert_eq!(Asked::of(&odd, &People::default()), nobody);
    }
}
