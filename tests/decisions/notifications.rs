//! What the SDKs of Optimizely tell their listeners, read from both recordings.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use taxogen::{Decision, Notification};

fn notifications(text: &str) -> Vec<Value> {
    let row = |line: &str| serde_json::from_str::<Value>(line).expect("a vector is JSON")["notification"].take();
    text.lines().map(row).collect()
}

fn read(notification: &Value) -> Notification {
    Notification::from_json(&notification.to_string()).unwrap_or_else(|error| panic!("{error}: {notification}"))
}

#[test]
fn both_sdks_say_the_same_in_each_of_their_forms() {
    let javascript = notifications(include_str!("../vectors/decisions/js.jsonl"));
    let python = notifications(include_str!("../vectors/decisions/python.jsonl"));
    assert_eq!((javascript.len(), python.len()), (1_043, 1_043));
    let mut kinds = BTreeMap::new();
    for (javascript, python) in javascript.iter().zip(&python) {
        let notification = read(javascript);
        assert_eq!(read(python), notification, "{javascript}");
        let four = ["type", "user_id", "attributes", "decision_info"].map(|name| python[name].clone());
        assert_eq!(read(&json!(four)), notification, "{javascript}");
        assert_eq!(read(&of_go(javascript)), notification, "{javascript}");
        *kinds.entry(notification.info().kind().to_owned()).or_insert(0) += 1;
    }
    let expected = [
        ("ab-test", 6),
        ("all-feature-variables", 6),
        ("feature", 21),
        ("feature-test", 12),
        ("feature-variable", 6),
        ("flag", 992),
    ];
    assert_eq!(kinds, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
}

/// As Go writes it, which has `""` where the others have `null`.
fn of_go(notification: &Value) -> Value {
    let mut info = notification["decisionInfo"].clone();
    for value in info.as_object_mut().expect("it is an object").values_mut().filter(|value| value.is_null()) {
        *value = json!("");
    }
    json!({
        "Type": notification["type"],
        "UserContext": { "ID": notification["userId"], "Attributes": notification["attributes"] },
        "DecisionInfo": info,
    })
}

#[test]
fn a_decision_says_what_the_notification_says() {
    for notification in notifications(include_str!("../vectors/decisions/js.jsonl")) {
        let decision = Decision::from_json(&notification.to_string()).unwrap();
        assert_eq!(decision.is_some(), notification["type"] == "flag");
        let Some(decision) = decision else { continue };
        let object = |members: &[(String, taxogen::Json<'_>)]| -> Value {
            let members = members.iter().map(|(name, value)| (name.clone(), value.as_str().parse::<Value>().unwrap()));
            Value::Object(members.collect())
        };
        let mut said = json!({
            "type": "flag",
            "userId": decision.user_id(),
            "attributes": object(decision.attributes()),
            "decisionInfo": {
                "flagKey": decision.flag_key(),
                "enabled": decision.enabled(),
                "variationKey": decision.variation_key(),
                "ruleKey": decision.rule_key(),
                "variables": object(decision.variables()),
                "decisionEventDispatched": decision.dispatched(),
                "experimentId": decision.experiment_id(),
                "variationId": decision.variation_id(),
            },
        });
        said["decisionInfo"]["reasons"] = notification["decisionInfo"]["reasons"].clone();
        assert_eq!(said, notification);
    }
}
