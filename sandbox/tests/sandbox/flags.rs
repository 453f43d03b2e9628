use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen_sandbox::{FlagAnswer, Sandbox, Vendor};

use crate::client::{post, sandbox};

fn ask(sandbox: &Sandbox, distinct_id: &str) -> Value {
    let answer = post(sandbox, "/flags/?v=2", "", &json!({"api_key": "phc_a", "distinct_id": distinct_id}));
    assert_eq!(answer.status, 200);
    answer.json()
}

#[test]
fn an_answer_has_the_shape_of_version_2() {
    let sandbox = sandbox();
    let answer = FlagAnswer::variant("test").payload(json!({"x": 1})).numbered(7, 3).has_experiment(true);
    sandbox.flags().set("u", "checkout", answer);
    sandbox.flags().set_default("dashboard", FlagAnswer::off());
    let expected = json!({
        "flags": {
            "checkout": {
                "key": "checkout",
                "enabled": true,
                "variant": "test",
                "reason": {"code": "condition_match", "condition_index": 0, "description": "Matched condition set 1"},
                "metadata": {"id": 7, "version": 3, "description": null, "payload": "{\"x\":1}", "has_experiment": true},
            },
            "dashboard": {
                "key": "dashboard",
                "enabled": false,
                "variant": null,
                "reason":
                    {"code": "no_condition_match", "condition_index": null, "description": "No matching condition set"},
                "metadata": {"id": 1, "version": 1, "description": null, "payload": null},
            },
        },
        "errorsWhileComputingFlags": false,
        "requestId": "00000000-0000-4000-8000-000000000001",
    });
    assert_eq!(ask(&sandbox, "u"), expected);
    assert_eq!(sandbox.summary(Vendor::PostHog).flag_requests, 1);
    assert_eq!(sandbox.summary(Vendor::PostHog).requests, 0);
}

#[test]
fn a_users_own_answer_goes_before_everybodys() {
    let sandbox = sandbox();
    assert_eq!(ask(&sandbox, "u")["flags"], json!({}));
    sandbox.flags().set_default("a", FlagAnswer::boolean(false));
    sandbox.flags().set_default("b", FlagAnswer::variant("x"));
    sandbox.flags().set("u", "a", FlagAnswer::boolean(true).reason("super_condition_value", "Super"));
    let enabled = |id: &str| ["a", "b"].map(|key| ask(&sandbox, id)["flags"][key]["enabled"] == json!(true));
    assert_eq!((enabled("u"), enabled("v")), ([true, true], [false, true]));
    let body = json!({"token": "phc_a", "distinct_id": "u", "flag_keys_to_evaluate": ["a", "none"]});
    let some = post(&sandbox, "/flags?v=2", "", &body).json();
    let keys: Vec<_> = some["flags"].as_object().into_iter().flat_map(|flags| flags.keys()).collect();
    assert_eq!(keys, ["a"]);
    assert_eq!(some["flags"]["a"]["reason"]["code"], "super_condition_value");
    sandbox.flags().clear();
    assert_eq!(ask(&sandbox, "u")["flags"], json!({}));
}

#[test]
fn trouble_is_scripted() {
    let sandbox = sandbox();
    sandbox.flags().set_default("a", FlagAnswer::on());
    sandbox.flags().errors_while_computing(true);
    let answer = ask(&sandbox, "u");
    assert_eq!((&answer["errorsWhileComputingFlags"], answer["quotaLimited"].is_null()), (&json!(true), true));
    sandbox.flags().quota_limited(true);
    let answer = ask(&sandbox, "u");
    assert_eq!((&answer["flags"], &answer["quotaLimited"]), (&json!({}), &json!(["feature_flags"])));
    sandbox.flags().delay(Duration::from_millis(80));
    let started = Instant::now();
    ask(&sandbox, "u");
    assert!(started.elapsed() >= Duration::from_millis(80));
    sandbox.flags().status(503);
    assert_eq!(post(&sandbox, "/flags/?v=2", "", &json!({"api_key": "phc_a", "distinct_id": "u"})).status, 503);
    sandbox.flags().status(None);
    ask(&sandbox, "u");
}

#[test]
fn what_is_no_question_is_refused() {
    let table = [
        ("/flags/?v=2", json!({"distinct_id": "u"}), 401),
        ("/flags/?v=2", json!({"api_key": "phx_a", "distinct_id": "u"}), 401),
        ("/flags/?v=2", json!({"api_key": "phc_a"}), 400),
        ("/flags/?v=2", json!({"api_key": "phc_a", "distinct_id": ""}), 400),
        ("/flags/?v=2", json!([]), 400),
        ("/flags/", json!({"api_key": "phc_a", "distinct_id": "u"}), 400),
        ("/flags/?v=1", json!({"api_key": "phc_a", "distinct_id": "u"}), 400),
    ];
    let sandbox = sandbox();
    for (target, body, status) in table {
        assert_eq!(post(&sandbox, target, "", &body).status, status, "{target} {body}");
    }
}
