//! What goes over the wire, compared with what the vendors' own SDKs sent for the same call.
//!
//! Fields and classes of values are the same; each difference is listed with its reason.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use taxogen::{
    Client, Group, Json, Mixpanel, Null, Options, PersonProperties, PlanId, PostHog, PropertyWriter, Segment, Timestamp,
};
use taxogen_sandbox::{RecordedRequest, Sandbox, Vendor};

use crate::vendors::{LONG, PLAN, Plain, schema};

const TRACK: &str = "01_track";
const IDENTIFY: &str = "02_identify";
const GROUP: &str = "03_group";
const EXPERIMENT: &str = "05_experiment";
/// Somebody without a user id; recorded at Segment alone, the others' SDKs have no such call.
const ANONYMOUS: &str = "08_anonymous";
/// An event of the past.
const HISTORICAL: &str = "09_historical";
const SCENARIOS: [&str; 5] = [TRACK, IDENTIFY, GROUP, EXPERIMENT, HISTORICAL];

struct Visitor;

impl PersonProperties for Visitor {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().internal("plan", "pro");
    }
}

struct NewVisitor;

impl PersonProperties for NewVisitor {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().internal("plan", "pro");
        properties.set_once().internal("first_seen", "2026-01-01");
    }
}

struct Acme;

impl Group for Acme {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &'static str {
        "acme"
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("name", "Acme");
        properties.internal("seats", &5);
    }
}

const ORDER: Plain = Plain(const { &schema("Order Completed") }, |properties| {
    properties.internal("s", "text");
    properties.internal("i", &42);
    properties.internal("f", &3.5);
    properties.internal("b", &true);
    properties.internal("n", &Null);
    properties.internal("arr", &Json::parse(r#"[1,"two",false]"#).unwrap());
    properties.internal("obj", &Json::parse(r#"{"k":"v","deep":{"x":1}}"#).unwrap());
    properties.internal("dt", &Timestamp::from_unix_millis(1_767_323_045_678));
});

const GROUP_EVENT: Plain = Plain(const { &schema("Group Event") }, |properties| properties.internal("x", &1));

const EXPOSURE: Plain = Plain(const { &schema("Experiment Viewed") }, |properties| {
    properties.internal("flag_key", "checkout_redesign");
    properties.internal("variation_key", "treatment");
    properties.internal("rule_key", "exp_rule_1");
    properties.internal("enabled", &true);
    properties.set().internal("[Optimizely] checkout_redesign", "treatment");
});

const OLD: Plain = Plain(const { &schema("Old Event") }, |properties| properties.internal("x", &1));

const ANONYMOUS_EVENT: Plain = Plain(const { &schema("Anon Event") }, |properties| properties.internal("x", &1));

/// As the Segment SDKs were driven.
const SEGMENT_EXPOSURE: Plain = Plain(const { &schema("Experiment Viewed") }, |properties| {
    properties.internal("flagKey", "checkout_redesign");
    properties.internal("variationKey", "treatment");
    properties.internal("enabled", &true);
    properties.internal("ruleKey", "exp_rule_1");
    properties.internal("optimizelyUserId", "user-1");
    properties.internal("userAttributes", &Json::parse(r#"{"plan":"pro"}"#).unwrap());
});

/// What our client sends to a vendor in a scenario.
fn ours(vendor: Vendor, scenario: &str) -> Vec<RecordedRequest> {
    let sandbox = Sandbox::start().unwrap();
    let builder = Client::builder();
    let builder = match vendor {
        Vendor::PostHog => builder.to(PostHog::new("phc_fake").host(sandbox.posthog_url())),
        Vendor::Segment => builder.to(Segment::new("fake_write_key").host(sandbox.segment_url())),
        _ => builder.to(Mixpanel::new("fake_token").host(sandbox.mixpanel_url())),
    };
    let client = builder.build().unwrap();
    let user = client.user("user-1");
    match scenario {
        TRACK => user.capture(ORDER),
        IDENTIFY if vendor == Vendor::Segment => user.identify(Visitor),
        IDENTIFY => user.identify(NewVisitor),
        GROUP => {
            user.group(Acme);
            user.capture(GROUP_EVENT);
        }
        HISTORICAL => {
            user.capture_with(OLD, &Options::new().at(Timestamp::from_unix_millis(1_709_208_000_123)));
        }
        ANONYMOUS => client.anonymous("anon-1").capture(ANONYMOUS_EVENT),
        _ if vendor == Vendor::Segment => user.capture(SEGMENT_EXPOSURE),
        _ => user.capture(EXPOSURE),
    }
    let report = client.shutdown(LONG);
    assert!(report.delivered > 0 && report.lost.is_empty() && report.kept == 0, "{report}");
    sandbox.requests(vendor)
}

/// The requests that an SDK made in a scenario.
fn recorded(sdk: &str, scenario: &str) -> Vec<Value> {
    let path = format!("{}/vectors/wire/{sdk}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let requests: Vec<_> = lines.filter(|request| request["scenario"] == scenario).collect();
    assert!(!requests.is_empty(), "{sdk} has {scenario}");
    requests
}

/// Every leaf of a body as `path = value`, with the class of a value that differs from run to run.
fn leaves(body: &Value) -> BTreeSet<String> {
    let mut leaves = BTreeSet::new();
    collect(body, "", &mut leaves);
    leaves
}

fn collect(value: &Value, path: &str, leaves: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                collect(field, &format!("{path}/{name}"), leaves);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                collect(item, &format!("{path}/{place}"), leaves);
            }
        }
        leaf => drop(leaves.insert(format!("{path} = {}", class(path, leaf)))),
    }
}

fn class(path: &str, leaf: &Value) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let class = match name {
        "timestamp" | "sent_at" | "sentAt" if is_time(leaf) => "a moment",
        "time" | "$time" if leaf.is_number() => "seconds or milliseconds",
        "uuid" | "messageId" | "$insert_id" if leaf.is_string() => "an id",
        "$lib" | "mp_lib" => "the library",
        "$lib_version" => "its version",
        "name" if path.ends_with("/library/name") => "the library",
        "version" if path.ends_with("/library/version") => "its version",
        _ => return leaf.to_string(),
    };
    class.to_owned()
}

fn is_time(leaf: &Value) -> bool {
    leaf.as_str().is_some_and(|text| Timestamp::parse(text).is_ok())
}

/// Asserts that ours and theirs differ in these leaves and no others.
///
/// A difference is `+` for ours alone, `-` for theirs alone, the start of a leaf, and why.
fn assert_differs_only(what: &str, ours: &Value, theirs: &Value, known: &[(&str, &str)]) {
    let (ours, theirs) = (leaves(ours), leaves(theirs));
    let added = ours.difference(&theirs).map(|leaf| format!("+{leaf}"));
    let missing = theirs.difference(&ours).map(|leaf| format!("-{leaf}"));
    let differences: Vec<_> = added.chain(missing).collect();
    let unknown: Vec<_> =
        differences.iter().filter(|difference| !known.iter().any(|(start, _)| difference.starts_with(start))).collect();
    assert!(unknown.is_empty(), "{what}: {unknown:#?}");
    for (start, why) in known {
        assert!(
            differences.iter().any(|difference| difference.starts_with(start)),
            "{what}: no more `{start}` ({why})"
        );
    }
}

#[test]
fn posthog_gets_what_its_node_sdk_sends() {
    for scenario in SCENARIOS {
        let ours = ours(Vendor::PostHog, scenario);
        let theirs = recorded("posthog-node", scenario);
        assert_eq!((ours.len(), theirs.len()), (1, 1), "{scenario}");
        assert_eq!(theirs[0]["path"], format!("{}/", ours[0].path), "{scenario}");
        assert_eq!(ours[0].header("content-type"), theirs[0]["headers"]["content-type"].as_str(), "{scenario}");
        assert_differs_only(scenario, &ours[0].json(), &theirs[0]["body"], &[]);
    }
}

#[test]
fn posthog_gets_what_its_python_sdk_sends() {
    const BATCH: (&str, &str) = ("-/historical_migration = false", "absent means false");
    const SYSTEM: [(&str, &str); 2] = [
        ("-/batch/0/properties/$python_", "no Python here"),
        ("-/batch/0/properties/$os", "the server's system says nothing of the person's"),
    ];
    const TIME: [(&str, &str); 2] = [
        ("+/batch/0/properties/dt = \"2026-01-02T03:04:05.678Z\"", "the same moment, as the Node SDK writes it"),
        ("-/batch/0/properties/dt = \"2026-01-02T03:04:05.678000+00:00\"", "the same moment"),
    ];
    for (scenario, known) in [
        (TRACK, [vec![BATCH], SYSTEM.to_vec(), TIME.to_vec()].concat()),
        (EXPERIMENT, [vec![BATCH], SYSTEM.to_vec()].concat()),
        (HISTORICAL, [vec![BATCH], SYSTEM.to_vec()].concat()),
        (
            GROUP,
            vec![
                BATCH,
                ("+/batch/0/distinct_id = \"$company_acme\"", "as the Node and Rust SDKs: one id for one group"),
                ("-/batch/0/distinct_id", "a random id is a new person for each call"),
                ("-/batch/1/properties/$python_", "no Python here"),
                ("-/batch/1/properties/$os", "the server's system says nothing of the person's"),
            ],
        ),
    ] {
        let ours = ours(Vendor::PostHog, scenario);
        assert_differs_only(scenario, &ours[0].json(), &recorded("posthog-python", scenario)[0]["body"], &known);
    }
}

#[test]
fn segment_gets_what_its_sdks_send() {
    let every = |what: &str, why| -> Vec<(String, &str)> {
        (0..2).map(|place| (format!("-/batch/{place}/{what}"), why)).collect()
    };
    for (sdk, absent) in [
        (
            "segment-node",
            [every("integrations = {}", "empty says nothing"), every("_metadata", "no Node here")].concat(),
        ),
        (
            "segment-python",
            [
                every("integrations = {}", "empty says nothing"),
                every("anonymousId = null", "null says nothing"),
                every("userId = null", "null says nothing"),
            ]
            .concat(),
        ),
    ] {
        for scenario in SCENARIOS.into_iter().chain([ANONYMOUS]) {
            let messages = if scenario == GROUP { 2 } else { 1 };
            let absent_id = if scenario == ANONYMOUS { "anonymousId = null" } else { "userId = null" };
            let in_batch =
                |start: &str| (messages == 2 || start.starts_with("-/batch/0")) && !start.ends_with(absent_id);
            let mut known: Vec<_> =
                absent.iter().map(|(start, why)| (start.as_str(), *why)).filter(|(start, _)| in_batch(start)).collect();
            if sdk == "segment-python" && scenario == TRACK {
                known.push(("+/batch/0/properties/dt = \"2026-01-02T03:04:05.678Z\"", "as the Node SDK writes it"));
                known.push(("-/batch/0/properties/dt", "the same moment"));
            }
            let ours = ours(Vendor::Segment, scenario);
            let theirs = &recorded(sdk, scenario)[0];
            assert_eq!((ours.len(), theirs["path"].as_str()), (1, Some(ours[0].path.as_str())), "{sdk} {scenario}");
            for header in ["authorization", "content-type"] {
                assert_eq!(ours[0].header(header), theirs["headers"][header].as_str(), "{sdk} {scenario}");
            }
            assert_differs_only(&format!("{sdk} {scenario}"), &ours[0].json(), &theirs["body"], &known);
        }
    }
}

#[test]
fn mixpanel_gets_what_its_sdks_send() {
    const IMPORT: [(&str, &str); 1] = [("+/events/0/ip = 0", "in the query of `/track`, a property at `/import`")];
    const MOMENT: [(&str, &str); 2] = [
        ("+/events/0/dt = \"2026-01-02T03:04:05.678Z\"", "the Python SDK loses milliseconds and zone"),
        ("-/events/0/dt = \"2026-01-02T03:04:05\"", "the same moment"),
    ];
    // The Node SDK sends neither: a repeat is a second event there.
    const IDS: [(&str, &str); 2] =
        [("+/events/0/time", "`/import` requires it"), ("+/events/0/$insert_id", "a repeat is known by it")];
    const WHEN: [(&str, &str); 1] = [("+/profiles/0/$time", "an update that comes late does not win")];
    for (sdk, scenario, known) in [
        ("mixpanel-python", TRACK, [IMPORT.to_vec(), MOMENT.to_vec()].concat()),
        ("mixpanel-python", IDENTIFY, vec![]),
        ("mixpanel-python", GROUP, IMPORT.to_vec()),
        ("mixpanel-python", EXPERIMENT, IMPORT.to_vec()),
        ("mixpanel-node", HISTORICAL, [IMPORT.to_vec(), vec![IDS[1]]].concat()),
        ("mixpanel-node", TRACK, [IMPORT.to_vec(), IDS.to_vec()].concat()),
        ("mixpanel-node", IDENTIFY, [WHEN.to_vec(), vec![("+/profiles/1/$time", "the same")]].concat()),
        ("mixpanel-node", GROUP, [IMPORT.to_vec(), IDS.to_vec(), WHEN.to_vec()].concat()),
        ("mixpanel-node", EXPERIMENT, [IMPORT.to_vec(), IDS.to_vec(), WHEN.to_vec()].concat()),
    ] {
        let requests = ours(Vendor::Mixpanel, scenario);
        let mine = requests.iter().map(|request| (request.path.clone(), request.json()));
        let theirs = recorded(sdk, scenario).into_iter().map(|request| {
            let data = if request["method"] == "GET" { &request["query"]["data"] } else { &request["body"]["data"] };
            (request["path"].as_str().unwrap().to_owned(), data.clone())
        });
        let (mine, theirs) = (records(mine), records(theirs));
        assert_differs_only(&format!("{sdk} {scenario}"), &mine, &theirs, &known);
        for request in requests {
            let query = if request.path == "/import" { "strict=1" } else { "verbose=1&ip=0" };
            assert_eq!(request.query, query);
            let user = (request.path == "/import").then_some("Basic ZmFrZV90b2tlbjo=");
            assert_eq!(request.header("authorization"), user);
        }
    }
}

/// Events by their properties and name, and updates of profiles, whichever way they were sent.
fn records(requests: impl Iterator<Item = (String, Value)>) -> Value {
    let (mut events, mut profiles) = (Vec::new(), Vec::new());
    for (path, body) in requests {
        let records = if let Value::Array(records) = body { records } else { vec![body] };
        for mut record in records {
            if matches!(path.as_str(), "/import" | "/track") {
                let mut properties = record["properties"].take();
                properties["event"] = record["event"].take();
                events.push(properties);
            } else {
                record["path"] = json!(path);
                profiles.push(record);
            }
        }
    }
    Value::Object(Map::from_iter([("events".to_owned(), json!(events)), ("profiles".to_owned(), json!(profiles))]))
}

#[test]
fn large_bodies_are_packed_where_the_vendor_unpacks() {
    for vendor in Vendor::ALL {
        let sandbox = Sandbox::start().unwrap();
        let client = crate::vendors::to(&sandbox, vendor).build().unwrap();
        for _ in 0..20 {
            client.user("user-1").capture(ORDER);
            client.user("user-1").set(NewVisitor);
        }
        client.shutdown(LONG);
        for request in sandbox.requests(vendor) {
            let packed = request.path != "/engage";
            assert_eq!(request.header("content-encoding"), packed.then_some("gzip"), "{vendor} {}", request.path);
            assert_eq!(request.wire_bytes * 3 < request.body.len(), packed, "{vendor} {}", request.path);
        }
    }
}
