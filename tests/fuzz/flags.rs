//! Any definitions and any person have an answer about every flag, soon; one odd flag spoils no other.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use taxogen_flags::{Definitions, Groups, Person, Properties};

use crate::mutate;
use crate::random::Random;

/// Flags and cohorts as they are recorded, and the names of the properties that they look at.
pub(crate) struct Corpus {
    flags: Vec<Value>,
    cohorts: Map<String, Value>,
    names: Vec<String>,
    contexts: Vec<String>,
    documents: Vec<String>,
}

/// What one answer may take: most take microseconds, and regular expressions are the slowest.
const LONGEST: Duration = Duration::from_secs(10);

/// A flag that is on for everybody, whatever stands beside it.
const HEALTHY: &str = "control-flag";

/// JSON that is odd in the place of most values: of bombs, of dates, of numbers.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "\"\"",
    "[]",
    "{}",
    "0",
    "-0.0",
    "1e400",
    "-1e400",
    "1e-400",
    "100.0000001",
    "-33.3",
    "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890123456789012345678901234567890",
    "\"NaN\"",
    "\"inf\"",
    "\"-1é\"",
    "\"-999999999d\"",
    "\"-99999999999999999999999999y\"",
    "\"-1m\"",
    "\"1969-12-31T23:59:59.999-14:00\"",
    "\"+292277026596-12-04\"",
    "\"2024-02-30\"",
    "\"é\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"(a+)+$\"",
    "\"(?=(a+)+$)b\"",
    "\"^(?:(?:a{1000}){1000}){1000}$\"",
    "\"(.*)(.*)(.*)(.*)\\\\1\\\\2\\\\3\\\\4x\"",
    "\"(\"",
    "\"99999999999999999999.0.0\"",
    "\"1.*.*\"",
    "\"v1.2.3-\"",
    "[null, [], {}, \"a\", 7]",
    "[[[[[[[[\"a\"]]]]]]]]",
    "{\"type\": \"OR\", \"values\": []}",
    "{\"key\": \"odd-0\", \"type\": \"flag\", \"operator\": \"flag_evaluates_to\", \"value\": true, \"dependency_chain\": [\"odd-0\"]}",
    "{\"key\": \"id\", \"type\": \"cohort\", \"value\": \"odd-1\"}",
];

/// Operators, some of which nobody knows.
const OPERATORS: &[&str] = &[
    "exact",
    "is_not",
    "icontains",
    "icontains_multi",
    "starts_with",
    "ends_with",
    "regex",
    "not_regex",
    "gt",
    "lte",
    "between",
    "is_set",
    "is_not_set",
    "is_date_before",
    "is_date_after",
    "is_date_exact",
    "semver_gte",
    "semver_neq",
    "semver_tilde",
    "semver_caret",
    "semver_wildcard",
    "in",
    "not_in",
    "flag_evaluates_to",
    "EXACT",
    "",
];

/// Milliseconds since 1970: 1969, today, 2100, and clocks that are broken.
const CLOCKS: &[i64] = &[-1, 0, 1_767_323_045_000, 4_102_444_800_000, i64::MIN, i64::MAX];

impl Corpus {
    pub(crate) fn read() -> Self {
        let documents = [
            include_str!("../flags/vectors/definitions.v1.json"),
            include_str!("../flags/vectors/definitions.v2.json"),
        ];
        let parsed = documents.map(|text| serde_json::from_str::<Value>(text).expect("a vector is JSON"));
        let flags: Vec<_> = parsed.iter().flat_map(|one| one["flags"].as_array().expect("a list")).cloned().collect();
        let cohorts = parsed[0]["cohorts"].as_object().expect("an object").clone();
        let mut names = BTreeSet::new();
        flags.iter().chain(cohorts.values()).for_each(|value| keys(value, &mut names));
        let contexts: Vec<&RawValue> =
            serde_json::from_str(include_str!("../flags/vectors/contexts.json")).expect("a vector is JSON");
        let malformed: Vec<Value> =
            serde_json::from_str(include_str!("../flags/vectors/malformed.json")).expect("a vector is JSON");
        Self {
            flags,
            cohorts,
            names: names.into_iter().collect(),
            contexts: contexts.into_iter().map(|context| context.get().to_owned()).collect(),
            documents: malformed.iter().map(|one| one["body"].as_str().expect("a text").to_owned()).collect(),
        }
    }

    /// A document of some flags that were changed, and of the healthy one among them.
    pub(crate) fn document(&self, random: &mut Random) -> String {
        let mut flags: Vec<String> = (0..random.below(6))
            .map(|number| {
                let mut flag = random.pick(&self.flags).clone();
                if random.once_in(3) {
                    flag["key"] = format!("odd-{number}").into();
                }
                self.changed(&flag, random)
            })
            .collect();
        flags.insert(random.below(flags.len() + 1), healthy());
        let cohorts: Vec<_> = (0..random.below(4))
            .map(|number| {
                let (id, cohort) = self.cohorts.iter().nth(random.below(self.cohorts.len())).expect("it is below");
                let id = if random.once_in(3) { format!("odd-{number}") } else { id.clone() };
                format!("{}:{}", json!(id), self.changed(cohort, random))
            })
            .collect();
        let version = if random.once_in(2) { "2" } else { *random.pick(VALUES) };
        format!(
            r#"{{"flags":[{}],"cohorts":{{{}}},"group_type_mapping":{{"0":"company","1":{}}},"property_matching_version":{version}}}"#,
            flags.join(","),
            cohorts.join(","),
            if random.once_in(4) { *random.pick(VALUES) } else { "\"project\"" },
        )
    }

    /// A recorded document that is not well formed, changed as text: seldom JSON.
    pub(crate) fn text(&self, random: &mut Random) -> String {
        let other = random.pick(&self.contexts);
        mutate::mutate(random.pick(&self.documents).as_str(), other, 4, random)
    }

    /// The properties of somebody, as JSON: those that the flags look at, with values that are odd there.
    pub(crate) fn properties(&self, random: &mut Random) -> String {
        let properties = (0..random.below(12)).map(|_| {
            let name = json!(random.pick(&self.names));
            let value = match random.below(6) {
                0 => format!("\"{}!\"", "a".repeat(random.below(5_000))),
                1 => nested(random.below(200)),
                _ => (*random.pick(VALUES)).to_owned(),
            };
            format!("{name}:{value}")
        });
        let text = format!("{{{}}}", properties.collect::<Vec<_>>().join(","));
        if random.once_in(8) { mutate::mutate(&text, random.pick(&self.contexts).as_str(), 2, random) } else { text }
    }

    /// The same with another value in some places, and with members twice.
    fn changed(&self, value: &Value, random: &mut Random) -> String {
        let mut value = value.clone();
        let mut fillings = Vec::new();
        for _ in 0..random.below(4) {
            let place = place(&mut value, random);
            if let Some(Value::String(operator)) = place.get_mut("operator") {
                (*random.pick(OPERATORS)).clone_into(operator);
                continue;
            }
            let filling = match random.below(12) {
                0 => nested(1 << random.below(14)),
                1 => random.pick(&self.flags).to_string(),
                2 => format!("\"{}\"", "(".repeat(random.below(3_000))),
                _ => (*random.pick(VALUES)).to_owned(),
            };
            *place = format!("@{}@", fillings.len()).into();
            fillings.push(filling);
        }
        let mut text = value.to_string();
        // Not every value is one of `serde_json`: 1e400 and what is nested deeper than it would read.
        for (number, filling) in fillings.iter().enumerate() {
            text = text.replace(&format!("\"@{number}@\""), filling);
        }
        if text.starts_with("{\"") && random.once_in(5) {
            let twice =
                ["\"active\":false,", "\"key\":\"twice\",", "\"filters\":{},", "\"filters\":null,\"groups\":7,"];
            text = text.replacen('{', &format!("{{{}", random.pick::<&str>(&twice)), 1);
        }
        text
    }
}

fn healthy() -> String {
    format!(r#"{{"id":1,"key":"{HEALTHY}","active":true,"filters":{{"groups":[{{"rollout_percentage":100}}]}}}}"#)
}

/// Lists in lists.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Somewhere in a value.
fn place<'v>(mut place: &'v mut Value, random: &mut Random) -> &'v mut Value {
    loop {
        let inner = match place {
            Value::Object(members) => members.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if inner == 0 || random.once_in(6) {
            return place;
        }
        let at = random.below(inner);
        place = match place {
            Value::Object(members) => members.values_mut().nth(at).expect("it is below the length"),
            Value::Array(items) => &mut items[at],
            _ => unreachable!("it has something inside"),
        };
    }
}

/// The names of properties that are looked at.
fn keys(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let (Some(Value::String(key)), true) = (members.get("key"), members.contains_key("operator")) {
                names.insert(key.clone());
            }
            members.values().for_each(|value| keys(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| keys(value, names)),
        _ => {}
    }
}

/// Whether the document could be read; the answers about somebody hold what they promise.
pub(crate) fn holds(document: &str, properties: &str, is_healthy: bool, random: &mut Random) -> bool {
    let used = allocation_counter::measure(|| drop(Definitions::parse(document.as_bytes()))).bytes_max;
    let most = (1 << 20) + 1_000 * document.len() as u64;
    assert!(used <= most, "{used} bytes of memory for a document of {}", document.len());
    let definitions = match Definitions::parse(document.as_bytes()) {
        Ok(definitions) => definitions,
        Err(error) => {
            assert!(!is_healthy, "{error}");
            assert!(!error.to_string().ends_with('.'));
            return false;
        }
    };
    let properties = Properties::from_json(properties).unwrap_or_default();
    let groups = Groups::new().with("company", "acme", properties.clone());
    let id = *random.pick(&["user_1", "", "日本", "\0"]);
    let mut person = Person::new(id).with_properties(&properties);
    if random.once_in(2) {
        person = person.with_groups(&groups).with_device_id("device");
    }
    let now = *random.pick(CLOCKS);
    for ((key, answer), expected_key) in definitions.evaluate_all(&person, now).zip(definitions.keys()) {
        assert_eq!(key, expected_key);
        let start = Instant::now();
        assert_eq!(definitions.evaluate(key, &person, now), Some(answer.clone()), "asked twice");
        let took = start.elapsed();
        assert!(took < LONGEST, "`{key}` takes {took:?}");
        let explained = definitions.explain(key, &person, now).expect("the flag is there");
        assert_eq!(explained.flag.decision, answer, "explained");
        assert!(!explained.to_string().is_empty());
    }
    if is_healthy && !id.is_empty() {
        let answer = definitions.evaluate(HEALTHY, &person, now).expect("the flag is there").expect("it is decided");
        assert!(answer.value.is_on());
    }
    for trouble in definitions.troubles() {
        assert!(!trouble.to_string().ends_with('.'), "{trouble}");
    }
    assert_eq!(definitions.evaluate("unheard-of\u{0}", &person, now), None);
    true
}
