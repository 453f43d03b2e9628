//! A project of fifty flags, as PostHog's endpoint for local evaluation hands it out.

use serde_json::{Map, Value, json};

/// The flag that is measured alone.
pub(crate) const KEY: &str = "new-dashboard";
pub(crate) const FLAGS: usize = 50;

/// The document of the project with so many cohorts, each of which some flag refers to. The version of the flags makes it
/// another document, and no other answers.
pub(crate) fn document(cohorts: usize, version: u32) -> String {
    let others = (1..FLAGS).map(|number| other(number, cohorts));
    let mut flags: Vec<Value> = std::iter::once(measured()).chain(others).collect();
    for (number, flag) in flags.iter_mut().enumerate() {
        flag["id"] = (1_000 + number).into();
        flag["version"] = version.into();
        flag["active"] = true.into();
        flag["has_experiment"] = false.into();
    }
    let cohorts: Map<_, _> = (0..cohorts).map(|number| (number.to_string(), cohort(number))).collect();
    json!({ "flags": flags, "group_type_mapping": { "0": "company" }, "cohorts": cohorts }).to_string()
}

/// Three conditions, of which the last decides.
fn measured() -> Value {
    flag(
        KEY,
        &[
            condition(&[filter("country", "exact", json!(["DE", "AT", "CH"]))], 100.0),
            condition(&[filter("email", "icontains", json!("@staff.example.com"))], 100.0),
            condition(&[filter("seats", "gt", json!(5))], 33.3),
        ],
    )
}

/// Flags of all kinds, in turn.
fn other(number: usize, cohorts: usize) -> Value {
    const KINDS: usize = 7;
    /// How many flags look at cohorts: two of each seven.
    const WITH_COHORTS: usize = 2 * FLAGS / KINDS;

    let key = format!("flag-{number}");
    let pro = filter("plan", "exact", json!(["pro", "team"]));
    match number % KINDS {
        0 => flag(&key, &[condition(&[], 25.0)]),
        1 => {
            let mut flag = flag(&key, &[condition(&[], 100.0)]);
            let variant = |key, percentage| json!({ "key": key, "rollout_percentage": percentage });
            let variants = [variant("control", 50), variant("blue", 30), variant("green", 20)];
            flag["filters"]["multivariate"] = json!({ "variants": variants });
            flag["filters"]["payloads"] = json!({ "blue": "{\"color\": \"#00f\"}" });
            flag
        }
        kind @ (2 | 3) => {
            let position = number / KINDS * 2 + kind - 2;
            let mine = (0..cohorts).filter(|cohort| cohort % WITH_COHORTS == position);
            let within = |cohort| json!({ "key": "id", "type": "cohort", "value": cohort });
            let conditions: Vec<_> = mine.map(|cohort| condition(&[within(cohort)], 80.0)).collect();
            flag(&key, &conditions)
        }
        4 => flag(&key, &[condition(&[filter("email", "regex", json!("@(shop|mail)\\.example\\.(com|org)$"))], 100.0)]),
        5 => flag(
            &key,
            &[
                condition(&[filter("signed_up_at", "is_date_after", json!("2026-06-01")), pro], 100.0),
                condition(&[filter("country", "is_not", json!("US")), filter("seats", "lte", json!(20))], 50.0),
            ],
        ),
        _ => {
            let mut variant = condition(&[filter("beta", "exact", json!(["true"]))], 100.0);
            variant["variant"] = "on".into();
            let mut flag = flag(&key, &[variant, condition(&[pro], 10.0)]);
            flag["filters"]["multivariate"] = json!({ "variants": [{ "key": "on", "rollout_percentage": 100 }] });
            flag
        }
    }
}

fn flag(key: &str, conditions: &[Value]) -> Value {
    json!({ "key": key, "filters": { "groups": conditions } })
}

fn condition(properties: &[Value], percentage: f64) -> Value {
    json!({ "properties": properties, "rollout_percentage": percentage })
}

fn filter(key: &str, operator: &str, value: Value) -> Value {
    let mut filter = json!({ "key": key, "type": "person", "operator": operator });
    filter["value"] = value;
    filter
}

/// Somebody of some countries with so many seats, or with an address of some kind.
fn cohort(number: usize) -> Value {
    let countries = json!([["FR", "BE"], ["US", "CA"], ["JP", "KR"]][number % 3]);
    let large = [filter("country", "exact", countries), filter("seats", "gte", json!(10 + number % 50))];
    let known = [filter("email", "icontains", json!(format!("{number}@")))];
    json!({ "type": "OR", "values": [{ "type": "AND", "values": large }, { "type": "AND", "values": known }] })
}
