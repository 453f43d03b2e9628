//! The numbers by which people are put into buckets, as an observer of the evaluation sees them.

use serde_json::{Value, json};
use taxogen_flags::{Definitions, Groups, Person, Properties, Step, Watch};

use super::vectors::{NOW, parsed};

/// Keeps the number that is looked for.
struct Seen {
    which: Which,
    hash: Option<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Rollout,
    Variant,
    Holdout,
}

impl Watch for Seen {
    fn see(&mut self, step: Step<'_>) {
        match (self.which, step) {
            (Which::Rollout, Step::Rollout { hash, .. }) => self.hash = hash,
            (Which::Variant, Step::Variant { hash, .. }) | (Which::Holdout, Step::Holdout { hash, .. }) => {
                self.hash = Some(hash);
            }
            _ => {}
        }
    }
}

fn hash(which: Which, key: &str, identifier: &str) -> f64 {
    let mut filters = match which {
        Which::Rollout => json!({ "groups": [{ "rollout_percentage": 50 }] }),
        Which::Variant => json!({
            "groups": [{}],
            "multivariate": { "variants": [{ "key": "a", "rollout_percentage": 100 }] },
        }),
        Which::Holdout => json!({ "groups": [{}], "holdout": { "id": 1, "exclusion_percentage": 50 } }),
    };
    let groups = Groups::new().with("company", identifier, Properties::new());
    let mut person = Person::new(identifier);
    if identifier.is_empty() {
        // Nobody has an empty distinct id, but the key of a group may be empty beside a holdout.
        person = Person::new("somebody").with_groups(&groups);
        filters["aggregation_group_type_index"] = 0.into();
        filters["holdout"] = json!({ "id": 1, "exclusion_percentage": 0 });
    }
    let flag = json!({ "key": key, "active": true, "filters": filters });
    let document = json!({ "flags": [flag], "group_type_mapping": { "0": "company" } });
    let definitions = Definitions::parse(document.to_string().as_bytes()).unwrap();
    let mut seen = Seen { which, hash: None };
    definitions.evaluate_watched(key, &person, NOW, &mut seen).unwrap().unwrap();
    seen.hash.unwrap()
}

#[test]
fn everybody_stands_where_the_sdks_put_them() {
    let mut counts = [0; 3];
    for line in include_str!("vectors/hash.jsonl").lines().map(parsed) {
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let (which, key, identifier) = match (text("holdout"), text("salt")) {
            (Some(identifier), _) => (Which::Holdout, "any", identifier),
            (None, Some("variant")) => (Which::Variant, text("key").unwrap(), text("id").unwrap()),
            (None, salt) => {
                assert_eq!(salt, Some(""));
                (Which::Rollout, text("key").unwrap(), text("id").unwrap())
            }
        };
        let expected = line["hash"].as_f64().unwrap();
        let hash = hash(which, key, identifier);
        assert!((hash - expected).abs() <= 1e-15, "{line}: {hash}");
        counts[which as usize] += 1;
    }
    let [rollouts, variants, holdouts] = counts;
    println!("{rollouts} rollouts, {variants} variants, {holdouts} holdouts");
    assert_eq!((rollouts + variants, holdouts), (300, 30));
}
