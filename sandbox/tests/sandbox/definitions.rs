use serde_json::{Value, json};
use taxogen_sandbox::{Fault, FlagAnswer, POSTHOG_PERSONAL_KEY, Sandbox, Vendor};

use crate::client::{Answer, Client, post, sandbox};

const PATH: &str = "/flags/definitions?token=phc_a&send_cohorts";

fn poll(sandbox: &Sandbox, path: &str, key: &str, etag: Option<&str>) -> Answer {
    let known = etag.map(|etag| format!("if-none-match: {etag}\r\n")).unwrap_or_default();
    let headers = format!("authorization: Bearer {key}\r\n{known}");
    Client::connect(sandbox).send(&format!("GET {path}"), &headers, b"").expect("the sandbox answers")
}

fn everybody() -> Value {
    json!({"flags": [
        {"key": "new", "id": 3, "version": 2, "active": true, "filters": {"groups": [{"properties": [
            {"key": "plan", "operator": "exact", "value": ["pro"], "type": "person"},
        ], "rollout_percentage": 100}], "payloads": {"true": "{\"x\":1}"}}},
        {"key": "kept", "id": 4, "active": true, "ensure_experience_continuity": true,
            "filters": {"groups": [{"properties": [], "rollout_percentage": 100}]}},
        {"key": "group", "id": 5, "active": true, "filters": {"aggregation_group_type_index": 0, "groups": [{"properties": [
            {"key": "size", "operator": "gt", "value": "10", "type": "group", "group_type_index": 0},
        ], "rollout_percentage": 100}]}},
    ], "group_type_mapping": {"0": "company"}, "cohorts": {}})
}

#[test]
fn definitions_are_for_who_has_a_key_and_names_a_project() {
    let sandbox = sandbox();
    for (path, key, status, body) in [
        (PATH, "phc_a", 401, "a personal API key (`phx_`) or a secret key (`phs_`) is missing"),
        (PATH, "phx_", 401, "a personal API key (`phx_`) or a secret key (`phs_`) is missing"),
        ("/flags/definitions", POSTHOG_PERSONAL_KEY, 400, "`token` is missing"),
        (
            "/flags/definitions/?token=x",
            POSTHOG_PERSONAL_KEY,
            401,
            "`api_key` is no project key: one begins with `phc_`",
        ),
        (PATH, POSTHOG_PERSONAL_KEY, 200, r#"{"flags":[],"group_type_mapping":{},"cohorts":{}}"#),
    ] {
        let answer = poll(&sandbox, path, key, None);
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path} {key}");
    }
    assert_eq!(post(&sandbox, PATH, "", &json!({})).status, 405);
    let polls = sandbox.flags().polls();
    assert_eq!((polls.requests, polls.sent, polls.unchanged, polls.refused), (5, 1, 0, 4));
    let summary = sandbox.summary(Vendor::PostHog);
    assert_eq!((summary.requests, summary.flag_requests), (0, 0));
}

#[test]
fn what_somebody_has_is_not_sent_again() {
    let sandbox = sandbox();
    sandbox.flags().define(&everybody());
    let older = "/api/feature_flag/local_evaluation/?token=phc_a&send_cohorts";
    for path in [PATH, older] {
        let first = poll(&sandbox, path, "phs_secret", None);
        assert_eq!((first.status, first.json()), (200, everybody()));
        let etag = first.header("etag").unwrap().to_owned();
        let second = poll(&sandbox, path, "phs_secret", Some(&etag));
        assert_eq!((second.status, second.body.as_str()), (304, ""));
        assert_eq!(poll(&sandbox, path, "phs_secret", Some("\"other\"")).status, 200);
    }
    sandbox.flags().older_path_alone(true);
    assert_eq!([PATH, older].map(|path| poll(&sandbox, path, "phs_secret", None).status), [404, 200]);
    sandbox.flags().define_text("<p>no definitions</p>");
    assert_eq!(poll(&sandbox, older, "phs_secret", None).body, "<p>no definitions</p>");
}

#[test]
fn faults_are_played_where_they_are_for_this_path_alone() {
    let sandbox = sandbox();
    sandbox.fault(Vendor::PostHog, Fault::status(500));
    sandbox.fault_at(Vendor::PostHog, "/flags/definitions", Fault::status(429).with_retry_after(7));
    sandbox.fault_at(Vendor::PostHog, "/flags/definitions", Fault::QuotaLimited);
    sandbox.fault_at(Vendor::PostHog, "/flags/definitions", Fault::Html(200));
    let answers = [(); 4].map(|()| poll(&sandbox, PATH, POSTHOG_PERSONAL_KEY, None));
    assert_eq!(answers.each_ref().map(|answer| answer.status), [429, 402, 200, 200]);
    assert_eq!(answers[0].header("retry-after"), Some("7"));
    assert!(answers[2].body.starts_with('<') && answers[3].body.starts_with('{'));
    assert_eq!(sandbox.flags().polls().requests, 4);
    let event = json!({"api_key": "phc_a", "event": "e", "distinct_id": "u"});
    assert_eq!(post(&sandbox, "/capture", "", &event).status, 500, "that fault was for events");
}

#[test]
fn what_is_not_scripted_the_definitions_say() {
    let sandbox = sandbox();
    sandbox.flags().define(&everybody());
    let ask = |body: Value| {
        let mut answer = post(&sandbox, "/flags?v=2", "", &body).json();
        answer.as_object_mut().unwrap().remove("requestId");
        answer
    };
    let pro = json!({
        "api_key": "phc_a", "distinct_id": "u", "person_properties": {"plan": "pro"},
        "groups": {"company": "acme"}, "group_properties": {"company": {"size": 11}},
    });
    let answer = ask(pro.clone());
    let enabled = |answer: &Value, key: &str| answer["flags"][key]["enabled"].clone();
    assert_eq!((enabled(&answer, "new"), enabled(&answer, "group")), (json!(true), json!(true)));
    assert_eq!(answer["flags"]["new"]["metadata"]["payload"], "{\"x\":1}");
    assert_eq!(answer["errorsWhileComputingFlags"], true, "`kept` is for the server to know");

    let mut some = pro.clone();
    some["flag_keys_to_evaluate"] = json!(["new"]);
    let answer = ask(some);
    assert_eq!(answer["flags"].as_object().unwrap().len(), 1);
    assert_eq!(answer["errorsWhileComputingFlags"], false);

    sandbox.flags().set("u", "new", FlagAnswer::off());
    sandbox.flags().set_default("kept", FlagAnswer::variant("a"));
    let answer = ask(pro.clone());
    assert_eq!((enabled(&answer, "new"), answer["flags"]["kept"]["variant"].clone()), (json!(false), json!("a")));
    sandbox.flags().quota_limited(true);
    assert_eq!(ask(pro.clone())["flags"], json!({}));
    sandbox.flags().clear();
    assert_eq!(ask(pro), json!({"flags": {}, "errorsWhileComputingFlags": false}));
}
