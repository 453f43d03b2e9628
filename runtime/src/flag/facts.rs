use taxogen_flags::{Groups, Person, Properties, Value};

use crate::destinations::Destinations;
use crate::record::{Place, Run, RunTag, fragments, read_runs};
use crate::recorder::unescaped;
use crate::sight::Sight;

/// What a handle was told of its person and of the groups that they are in, as far as flags may go by it.
///
/// The properties stay as they were encoded, with who may see them: what is asked of PostHog is only what it may see, and
/// what is evaluated here leaves the process for nobody.
#[derive(Default)]
pub(super) struct Facts {
    person: Vec<Fact>,
    /// By type and key; at most one of each type.
    groups: Vec<(String, String, Vec<Fact>)>,
    device_id: Option<String>,
}

/// One property.
struct Fact {
    name: String,
    tag: RunTag,
    destinations: Destinations,
    /// `,"name":value`.
    fragment: Box<[u8]>,
    /// Where in it the value begins.
    value: usize,
}

impl Facts {
    /// The properties of these runs that stand in one of these places are known of the person.
    pub(super) fn of_person(&mut self, runs: &[u8], places: &[Place]) {
        add(&mut self.person, runs, places);
    }

    /// The person has these properties no more.
    pub(super) fn without(&mut self, names: &[&str]) {
        self.person.retain(|fact| !names.contains(&fact.name.as_str()));
    }

    /// The person is in this group, of which the properties of these runs are known.
    pub(super) fn of_group(&mut self, group_type: &str, key: &str, runs: &[u8]) {
        let at = self.groups.iter().position(|(known, ..)| known == group_type).unwrap_or_else(|| {
            self.groups.push((group_type.to_owned(), key.to_owned(), Vec::new()));
            self.groups.len() - 1
        });
        let (_, known, facts) = &mut self.groups[at];
        if known != key {
            key.clone_into(known);
            facts.clear();
        }
        add(facts, runs, &[Place::Event]);
    }

    pub(super) fn on_device(&mut self, id: &str) {
        self.device_id = Some(id.to_owned()).filter(|id| !id.is_empty());
    }

    /// The person as flags are asked about them, beside these groups and this earlier self.
    pub(super) fn known(&self, joined: &[(String, String)], anonymous_id: Option<String>) -> KnownPerson {
        let mut groups = Groups::new();
        for (group_type, key) in joined {
            groups.insert(group_type.clone(), key.clone(), Properties::new());
        }
        for (group_type, key, facts) in &self.groups {
            groups.insert(group_type.clone(), key.clone(), properties(facts));
        }
        let device_id = self.device_id.clone().or(anonymous_id);
        KnownPerson { properties: properties(&self.person), groups, device_id }
    }

    /// The properties of the person, and of each group, that a destination may see: as JSON.
    pub(super) fn seen_by(&self, sight: Sight) -> SeenFacts {
        let seen = |facts: &[Fact]| {
            let facts = facts.iter().filter(|fact| fact.is_seen_by(sight));
            facts.filter_map(|fact| Some((fact.name.clone(), serde_json::from_slice(fact.json()).ok()?))).collect()
        };
        let groups = self.groups.iter().map(|(group_type, key, facts)| (group_type.clone(), key.clone(), seen(facts)));
        SeenFacts { person: seen(&self.person), groups: groups.collect(), device_id: self.device_id.clone() }
    }
}

/// Names and values.
pub(crate) type SeenProperties = Vec<(String, serde_json::Value)>;

/// What a destination may see of [`Facts`].
pub(crate) struct SeenFacts {
    pub(crate) person: SeenProperties,
    /// Type, key and properties.
    pub(crate) groups: Vec<(String, String, SeenProperties)>,
    pub(crate) device_id: Option<String>,
}

impl Fact {
    fn json(&self) -> &[u8] {
        &self.fragment[self.value..]
    }

    fn is_seen_by(&self, sight: Sight) -> bool {
        sight.sees_run(&Run { tag: self.tag, destinations: self.destinations, fragments: &self.fragment })
    }
}

/// The values of these runs, and the hashes that stand in for them, which come behind them; the last of one name counts.
fn add(facts: &mut Vec<Fact>, runs: &[u8], places: &[Place]) {
    for run in read_runs(runs).filter(|run| run.tag.place().is_some_and(|place| places.contains(&place))) {
        for fragment in fragments(run.fragments) {
            let name = unescaped(&String::from_utf8_lossy(fragment.name));
            let value = fragment.bytes.len() - fragment.value().len();
            let fact =
                Fact { name, tag: run.tag, destinations: run.destinations, fragment: fragment.bytes.into(), value };
            if !fact.tag.is_twin() {
                facts.retain(|known| known.name != fact.name);
            }
            facts.push(fact);
        }
    }
}

/// As flags compare them: the values, and no hashes. What is no JSON that they know spoils no other.
fn properties(facts: &[Fact]) -> Properties<'static> {
    let facts = facts.iter().filter(|fact| !fact.tag.is_twin());
    let value = |fact: &Fact| Some(Value::parse(std::str::from_utf8(fact.json()).ok()?)?.into_owned());
    facts.filter_map(|fact| Some((fact.name.clone(), value(fact)?))).collect()
}

/// A person as flags are asked about them, made once for many questions.
pub(super) struct KnownPerson {
    properties: Properties<'static>,
    groups: Groups<'static>,
    device_id: Option<String>,
}

impl KnownPerson {
    pub(super) fn person<'a>(&'a self, distinct_id: &'a str) -> Person<'a> {
        let person = Person::new(distinct_id).with_properties(&self.properties).with_groups(&self.groups);
        match &self.device_id {
            Some(id) => person.with_device_id(id),
            None => person,
        }
    }

    /// The groups: type and key.
    #[cfg(test)]
    fn groups(&self) -> impl Iterator<Item = (&str, &str)> {
        self.groups.iter().map(|group| (group.group_type(), group.key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PlanId;
    use crate::event::{PropertyWriter, Terms};
    use crate::hash_key::HashKey;
    use crate::reach::Reach;
    use crate::record::{RecordWriter, RunWriter};
    use crate::sensitivity::Sensitivity;

    fn runs(write: impl FnOnce(&mut PropertyWriter<'_>)) -> Vec<u8> {
        let key = HashKey::new(b"key");
        let plan = PlanId::NONE.allow(Destinations::POSTHOG, Sensitivity::Personal);
        let terms = Terms::new(plan.audience(), Destinations::ALL, Reach::EVERYBODY, key.as_ref());
        RecordWriter::alone(RunWriter::new(Vec::new()), &terms, write).bytes
    }

    #[test]
    fn the_last_that_was_said_counts_and_a_hash_is_no_value() {
        let mut facts = Facts::default();
        facts.of_person(
            &runs(|properties| {
                properties.set().public("plan", "free");
                properties.set().hashed().personal("email", "ada@example.com");
                properties.set_once().public("first", &1);
                properties.public("of the event", &1);
            }),
            &[Place::Set],
        );
        facts.of_person(&runs(|properties| properties.set().internal("plan", "pro\"")), &[Place::Set]);
        let expected = Properties::new().with("plan", "pro\"").with("email", "ada@example.com");
        assert_eq!(properties(&facts.person), expected);
        facts.without(&["plan", "unheard of"]);
        let known = facts.known(&[("company".into(), "acme".into())], Some("cookie".into()));
        let person = known.person("u");
        assert_eq!(person.properties().get("email"), Some(&Value::from("ada@example.com")));
        assert_eq!((person.properties().len(), person.device_id()), (1, Some("cookie")));
        assert_eq!(known.groups().collect::<Vec<_>>(), [("company", "acme")]);
    }

    #[test]
    fn a_group_of_another_key_is_another_group() {
        let mut facts = Facts::default();
        facts.of_group("company", "acme", &runs(|properties| properties.public("seats", &12)));
        facts.of_group("company", "acme", &runs(|properties| properties.public("country", "DE")));
        let groups = facts.known(&[("company".into(), "joined".into())], None).groups;
        let company = groups.get("company").unwrap();
        assert_eq!((company.key(), company.properties().len()), ("acme", 2));
        facts.of_group("company", "other", &[]);
        assert!(facts.known(&[], None).groups.get("company").unwrap().properties().is_empty());
    }

    #[test]
    fn a_destination_sees_what_it_may() {
        let mut facts = Facts::default();
        facts.of_person(
            &runs(|properties| {
                properties.set().public("plan", "pro");
                properties.set().hashed().personal("email", "ada@example.com");
            }),
            &[Place::Set],
        );
        facts.of_group("company", "acme", &runs(|properties| properties.internal("seats", &12)));
        let sight = |allow| Sight { destination: Destinations::POSTHOG, allow: Some(allow) };
        let names =
            |seen: &[(String, serde_json::Value)]| seen.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let seen = facts.seen_by(sight(Sensitivity::Public));
        assert_eq!(names(&seen.person), ["plan", "email"]);
        assert!(seen.person[1].1 != "ada@example.com", "the hash stands in for the value");
        assert!(seen.groups[0].2.is_empty());
        let seen = facts.seen_by(sight(Sensitivity::Personal));
        assert_eq!(
            (names(&seen.person), names(&seen.groups[0].2)),
            (vec!["plan".into(), "email".into()], vec!["seats".into()])
        );
    }
}
