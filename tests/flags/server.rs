//! The sandbox as PostHog's server: it knows people by what was sent of them, and answers by definitions.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{
    Assignment, Builder, Client, Destinations, Flag, FlagSource, Group, LocalFlags, PersonProperties, PlanId, PostHog,
    PropertyWriter, Sensitivity, User,
};
use taxogen_sandbox::{POSTHOG_KEY, RecordedRequest, Sandbox, Vendor};

/// For what a busy machine does late.
const PATIENCE: Duration = Duration::from_secs(20);

const OWN: PlanId = PlanId::new("server", "0000000000000000").allow(Destinations::POSTHOG, Sensitivity::Personal);

/// By the plan, by its absence, by the company, by a cohort, by another flag, and one that stays as it was.
const FLAGS: [Flag<bool>; 7] = [
    Flag::boolean("pro", false),
    Flag::boolean("not-free", false),
    Flag::boolean("no-phone", false),
    Flag::boolean("german-company", false),
    Flag::boolean("big-spender", false),
    Flag::boolean("half-of-pro", false),
    Flag::boolean("pro-and-big", false),
];

fn definitions() -> Value {
    let person = |key: &str, operator: &str, value: Value| json!({ "key": key, "type": "person", "operator": operator, "value": value });
    let flag = |id: u32, key: &str, groups: Value| json!({ "id": id, "key": key, "version": id, "active": true, "filters": { "groups": groups } });
    let pro = person("plan", "exact", json!(["pro"]));
    let german =
        json!({ "key": "country", "type": "group", "group_type_index": 0, "operator": "exact", "value": ["DE"] });
    let cohort = json!({ "key": "id", "type": "cohort", "operator": "in", "value": 5 });
    let on = |key: &str| json!({ "key": key, "type": "flag", "operator": "flag_evaluates_to", "value": true, "dependency_chain": [key] });
    json!({
        "flags": [
            flag(1, "pro", json!([{ "properties": [pro] }])),
            flag(2, "not-free", json!([{ "properties": [person("plan", "is_not", json!(["free"]))] }])),
            flag(3, "no-phone", json!([{ "properties": [person("phone", "is_not_set", json!("is_not_set"))] }])),
            flag(4, "german-company", json!([{ "properties": [german], "aggregation_group_type_index": 0 }])),
            flag(5, "big-spender", json!([{ "properties": [cohort] }])),
            flag(6, "half-of-pro", json!([{ "properties": [pro], "rollout_percentage": 50 }])),
            flag(7, "pro-and-big", json!([{ "properties": [on("pro"), on("big-spender")] }])),
        ],
        "group_type_mapping": { "0": "company" },
        "cohorts": { "5": { "type": "AND", "values": [person("spent", "gte", json!(1000))] } },
    })
}

struct Customer {
    plan: &'static str,
    spent: i64,
}

impl PersonProperties for Customer {
    fn plan(&self) -> PlanId {
        OWN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().public("plan", self.plan);
        properties.set().public("spent", &self.spent);
    }
}

/// What the server may know of a phone, and a client does not.
struct Phone;

impl PersonProperties for Phone {
    fn plan(&self) -> PlanId {
        OWN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().personal("phone", "+49 30 1234");
    }
}

struct Company(&'static str);

impl Group for Company {
    fn plan(&self) -> PlanId {
        OWN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &'static str {
        "acme"
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.public("country", self.0);
    }
}

/// The same company, by its key alone.
struct Member;

impl Group for Member {
    fn plan(&self) -> PlanId {
        OWN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &'static str {
        "acme"
    }

    fn write(&self, _: &mut PropertyWriter<'_>) {}
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().expect("a free port");
    sandbox.flags().define(&definitions());
    sandbox
}

fn client(sandbox: &Sandbox, settings: impl FnOnce(Builder) -> Builder) -> Client {
    let posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
    settings(Client::builder().to(posthog)).build().expect("a client")
}

fn questions(sandbox: &Sandbox) -> Vec<Value> {
    let requests = sandbox.requests(Vendor::PostHog);
    requests.iter().filter(|request| request.path == "/flags").map(RecordedRequest::json).collect()
}

fn read(user: &User) -> Vec<(&'static str, bool, Assignment)> {
    FLAGS
        .map(|flag| {
            let answer = user.peek(flag);
            (flag.key(), answer.value, answer.assignment)
        })
        .to_vec()
}

#[test]
fn a_server_that_was_told_answers_what_a_client_with_definitions_and_properties_does() {
    let sandbox = sandbox();
    let asking = client(&sandbox, |builder| builder);
    let deciding = client(&sandbox, |builder| builder.local_flags(LocalFlags::bytes(definitions().to_string())));
    let mut answers = Vec::new();
    for (id, plan, spent, country) in [
        ("u1", "pro", 5000, "DE"),
        ("u2", "free", 10, "FR"),
        ("u3", "pro", 999, "FR"),
        ("u4", "team", 1000, "DE"),
        ("u5", "pro", 0, "DE"),
    ] {
        let told = asking.user(id);
        told.set(Customer { plan, spent });
        told.group(Company(country));
        asking.flush(PATIENCE).unwrap();
        // Another handle, which says nothing of the person but the key of their company.
        let remote = asking.user(id);
        remote.flag_group(Member);
        let loaded = remote.load_flags_blocking(PATIENCE).unwrap();
        assert_eq!((loaded.remote, loaded.failed), (FLAGS.len(), 0), "{id}");
        let question = questions(&sandbox).pop().unwrap();
        let said = (&question["person_properties"], &question["groups"], &question["group_properties"]["company"]);
        assert_eq!(said, (&json!({}), &json!({ "company": "acme" }), &Value::Null), "{id}");

        let local = deciding.user(id);
        local.flag_properties(Customer { plan, spent });
        local.flag_group(Company(country));
        let (remote, local) = (read(&remote), read(&local));
        for (remote, local) in remote.iter().zip(&local) {
            // Whether there is a phone, only the server knows.
            if remote.0 == "no-phone" {
                assert_eq!((remote.1, local.1), (true, false), "{id}");
            } else {
                assert_eq!(remote, local, "{id}");
            }
        }
        answers.push(remote.iter().map(|(_, on, _)| u8::from(*on)).collect::<Vec<_>>());
    }
    for (at, flag) in FLAGS.iter().enumerate().filter(|(_, flag)| flag.key() != "no-phone") {
        let column: Vec<_> = answers.iter().map(|answer| answer[at]).collect();
        assert!(column.contains(&0) && column.contains(&1), "`{}` says something: {column:?}", flag.key());
    }
}

#[test]
fn what_a_client_cannot_know_the_server_knows_by_what_it_stored() {
    let sandbox = sandbox();
    let client = client(&sandbox, |builder| builder.local_flags(LocalFlags::bytes(definitions().to_string())));
    client.user("caller").set(Phone);
    client.flush(PATIENCE).unwrap();
    for (id, no_phone) in [("caller", false), ("stranger", true)] {
        let user = client.user(id);
        user.flag_properties(Customer { plan: "pro", spent: 0 });
        let loaded = user.load_flags_blocking(PATIENCE).unwrap();
        assert_eq!((loaded.remote, loaded.failed), (1, 0), "{id}");
        let question = questions(&sandbox).pop().unwrap();
        assert_eq!(question["flag_keys_to_evaluate"], json!(["no-phone"]), "{id}");
        let answer = user.peek(FLAGS[2]);
        assert_eq!((answer.value, answer.source), (no_phone, FlagSource::PostHog), "{id}");
        assert_eq!(user.peek(FLAGS[0]).source, FlagSource::Local, "{id}");
    }
}

/// Posts to the sandbox, as any program may.
fn flags(sandbox: &Sandbox, body: &Value) -> Value {
    use std::io::{Read, Write};
    let body = body.to_string();
    let mut stream = std::net::TcpStream::connect(sandbox.address()).unwrap();
    write!(
        stream,
        "POST /flags/?v=2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn an_answer_says_why_and_fails_only_where_the_server_could_not_say() {
    let sandbox = Sandbox::start().expect("a free port");
    let plan = json!({ "key": "plan", "type": "person", "operator": "is_not", "value": ["free"] });
    let cohort = json!({ "key": "id", "type": "cohort", "value": 12 });
    sandbox.flags().define(&json!({ "flags": [
        { "id": 1, "key": "paid", "version": 3, "active": true,
            "filters": { "groups": [{ "rollout_percentage": 0 }, { "properties": [plan] }] } },
        { "id": 2, "key": "friends", "version": 1, "active": true, "filters": { "groups": [{ "properties": [cohort] }] } },
    ] }));
    let ask = |properties: Value, key: &str| {
        let body = json!({ "token": POSTHOG_KEY, "distinct_id": "u1", "person_properties": properties, "flag_keys_to_evaluate": [key] });
        let answer = flags(&sandbox, &body);
        (answer["flags"][key].clone(), answer["errorsWhileComputingFlags"].clone())
    };
    let metadata = |id: u32, version: u32| json!({ "id": id, "version": version, "description": null, "payload": null, "has_experiment": null });
    let (matched, rollout, none, unknown) = (
        json!({ "code": "condition_match", "condition_index": 1, "description": "Matched condition set 2" }),
        json!({ "code": "out_of_rollout_bound", "condition_index": 0, "description": "Out of rollout bound" }),
        json!({ "code": "no_condition_match", "condition_index": 0, "description": "No matching condition set" }),
        json!({ "code": "unknown_cohort", "condition_index": null, "description": "a cohort that decides is not part of the definitions" }),
    );
    let answer = |key: &str, enabled: bool, reason: &Value, metadata: Value| json!({ "key": key, "enabled": enabled, "variant": null, "reason": reason, "metadata": metadata });
    assert_eq!(ask(json!({}), "paid"), (answer("paid", true, &matched, metadata(1, 3)), json!(false)));
    assert_eq!(ask(json!({ "plan": "free" }), "paid"), (answer("paid", false, &rollout, metadata(1, 3)), json!(false)));
    let failed = json!({ "key": "friends", "enabled": false, "variant": null, "failed": true, "reason": unknown });
    assert_eq!(ask(json!({}), "friends"), (failed, json!(true)));
    sandbox.flags().cohort(12, ["somebody"]);
    assert_eq!(ask(json!({}), "friends"), (answer("friends", false, &none, metadata(2, 1)), json!(false)));
    sandbox.flags().cohort(12, ["somebody", "u1"]);
    assert_eq!(ask(json!({}), "friends").0["enabled"], json!(true));
}
