//! What a vendor knows about persons and groups, as the messages told it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// More persons, or groups, than a test or a day in development brings.
const LIMIT: usize = 100_000;

/// Properties by name.
pub type Properties = Map<String, Value>;

/// One change of a person or a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Person {
        id: String,
        operation: Operation,
        values: Value,
    },
    Group {
        kind: String,
        key: String,
        operation: Operation,
        values: Value,
    },
    /// Two ids are one person from now on, known as `into`.
    Merge {
        from: String,
        into: String,
    },
}

/// The ways to change properties, as Mixpanel names them; the other vendors know the first two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operation {
    Set,
    SetOnce,
    Add,
    Union,
    Append,
    Remove,
    Unset,
    Delete,
}

/// Persons and groups of one vendor.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    pub(crate) persons: BTreeMap<String, Properties>,
    pub(crate) groups: BTreeMap<(String, String), Properties>,
    /// Ids that were merged into another.
    pub(crate) aliases: BTreeMap<String, String>,
    /// Changes that found no room.
    pub(crate) forgotten: u64,
}

impl People {
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Person { id, operation, values } => {
                let id = self.aliases.get(&id).cloned().unwrap_or(id);
                apply_to(&mut self.persons, id, operation, values, &mut self.forgotten);
            }
            Change::Group { kind, key, operation, values } => {
                apply_to(&mut self.groups, (kind, key), operation, values, &mut self.forgotten);
            }
            Change::Merge { from, into } => self.merge(&from, &into),
        }
    }

    /// What is known of a person, by any id of theirs.
    pub(crate) fn person(&self, id: &str) -> Option<&Properties> {
        self.persons.get(self.aliases.get(id).map_or(id, String::as_str))
    }

    /// What is known of a group.
    pub(crate) fn group(&self, kind: &str, key: &str) -> Option<&Properties> {
        self.groups.get(&(kind.to_owned(), key.to_owned()))
    }

    /// The properties of `into` win, as at every vendor.
    fn merge(&mut self, from: &str, into: &str) {
        let into = self.aliases.get(into).map_or(into, String::as_str).to_owned();
        let from = self.aliases.get(from).map_or(from, String::as_str).to_owned();
        if from == into {
            return;
        }
        if self.aliases.len() >= LIMIT {
            self.forgotten += 1;
            return;
        }
        let mut properties = self.persons.remove(&from).unwrap_or_default();
        properties.extend(self.persons.remove(&into).unwrap_or_default());
        self.persons.insert(into.clone(), properties);
        for target in self.aliases.values_mut().filter(|target| **target == from) {
            target.clone_from(&into);
        }
        self.aliases.insert(from, into);
    }
}

fn apply_to<K: Ord>(
    known: &mut BTreeMap<K, Properties>,
    key: K,
    operation: Operation,
    values: Value,
    forgotten: &mut u64,
) {
    if operation == Operation::Delete {
        known.remove(&key);
        return;
    }
    if known.len() >= LIMIT && !known.contains_key(&key) {
        *forgotten += 1;
        return;
    }
    let properties = known.entry(key).or_default();
    match (operation, values) {
        (Operation::Unset, Value::Array(names)) => {
            for name in names.iter().filter_map(Value::as_str) {
                properties.remove(name);
            }
        }
        (operation, Value::Object(values)) => {
            for (name, value) in values {
                change_one(properties, operation, name, value);
            }
        }
        _ => {}
    }
}

fn change_one(properties: &mut Properties, operation: Operation, name: String, value: Value) {
    match operation {
        Operation::Set => drop(properties.insert(name, value)),
        Operation::SetOnce => drop(properties.entry(name).or_insert(value)),
        Operation::Add => {
            let sum = sum(properties.get(&name).unwrap_or(&Value::from(0)), &value);
            properties.insert(name, sum);
        }
        Operation::Append => list(properties, name).push(value),
        Operation::Union => {
            let list = list(properties, name);
            for item in value.as_array().into_iter().flatten() {
                if !list.contains(item) {
                    list.push(item.clone());
                }
            }
        }
        Operation::Remove => list(properties, name).retain(|item| *item != value),
        Operation::Unset | Operation::Delete => {}
    }
}

fn sum(left: &Value, right: &Value) -> Value {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Value::from(left.saturating_add(right)),
        _ => Value::from(left.as_f64().unwrap_or_default() + right.as_f64().unwrap_or_default()),
    }
}

fn list(properties: &mut Properties, name: String) -> &mut Vec<Value> {
    let entry = properties.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    if !entry.is_array() {
        *entry = Value::Array(Vec::new());
    }
    let Value::Array(list) = entry else { unreachable!("made a list above") };
    list
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(people: &mut People, operation: Operation, values: Value) {
        people.apply(Change::Person { id: "u".to_owned(), operation, values });
    }

    #[test]
    fn operations_do_what_the_vendor_says() {
        let mut people = People::default();
        change(&mut people, Operation::SetOnce, json!({"first": 1, "n": 1}));
        change(&mut people, Operation::SetOnce, json!({"first": 2}));
        change(&mut people, Operation::Set, json!({"plan": "free", "old": true}));
        change(&mut people, Operation::Set, json!({"plan": "pro"}));
        change(&mut people, Operation::Add, json!({"n": 2, "m": 1.5}));
        change(&mut people, Operation::Append, json!({"seen": "a"}));
        change(&mut people, Operation::Union, json!({"seen": ["a", "b"]}));
        change(&mut people, Operation::Remove, json!({"seen": "a"}));
        change(&mut people, Operation::Unset, json!(["old"]));
        let expected = json!({"first": 1, "n": 3, "plan": "pro", "m": 1.5, "seen": ["b"]});
        assert_eq!(Value::Object(people.persons["u"].clone()), expected);
        change(&mut people, Operation::Delete, json!(""));
        assert!(people.persons.is_empty());
    }

    #[test]
    fn a_merged_id_is_the_same_person_from_then_on() {
        let mut people = People::default();
        change(&mut people, Operation::Set, json!({"a": 1, "b": 1}));
        people.apply(Change::Person { id: "v".to_owned(), operation: Operation::Set, values: json!({"b": 2}) });
        people.apply(Change::Merge { from: "u".to_owned(), into: "v".to_owned() });
        change(&mut people, Operation::Set, json!({"c": 3}));
        people.apply(Change::Merge { from: "v".to_owned(), into: "u".to_owned() });
        assert_eq!(people.persons.len(), 1);
        for id in ["u", "v"] {
            assert_eq!(people.person(id).cloned().map(Value::Object), Some(json!({"a": 1, "b": 2, "c": 3})));
        }
        assert_eq!(people.person("w"), None);
    }
}
