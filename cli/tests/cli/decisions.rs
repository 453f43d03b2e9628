use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{BAD, Folder, GOOD, Run, run};

fn vector(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "tests", "vectors", "decisions", name].iter().collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn expected(name: &str) -> BTreeMap<u64, Value> {
    let rows = lines(&fs::read_to_string(vector(name)).expect("the vector is there"));
    rows.into_iter().map(|row| (row["seq"].as_u64().expect("it is numbered"), row)).collect()
}

/// Plays a recording in the policy `guide`.
fn guide(recording: &str, to: &str, more: &[&str]) -> Vec<Value> {
    let recording = vector(recording);
    let file = recording.to_str().expect("the path is text");
    let call = [&["decisions", "replay", file, "--to", to, "--policy", "guide"], more].concat();
    let told = Folder::new(&[]).run(&call);
    assert_eq!(told.code, 0, "{}", told.err);
    lines(&told.out)
}

#[test]
fn each_notification_becomes_what_the_guides_send() {
    let recordings = ["js.jsonl", "python.jsonl"];
    let all: Vec<Value> = expected("js.jsonl").into_values().collect();
    for (to, name, sent) in [("posthog", "capture", 992), ("segment", "track", 796), ("mixpanel", "track", 992)] {
        let expected = expected(&format!("expected_{to}.jsonl"));
        let [javascript, python] = recordings.map(|recording| guide(recording, to, &[]));
        assert_eq!(javascript, python, "{to}");
        assert_eq!(javascript.iter().filter(|line| line["skipped"].is_null()).count(), sent, "{to}");
        assert_eq!(javascript.len(), all.len());
        for (line, row) in javascript.iter().zip(&all) {
            assert_eq!(line["seq"], row["seq"]);
            let Some(expected) = expected.get(&row["seq"].as_u64().unwrap()) else {
                assert!(line["skipped"].is_string() && line.as_object().unwrap().len() == 2, "{line}");
                continue;
            };
            let mut properties = expected[name]["properties"].clone();
            let members = properties.as_object_mut().unwrap();
            let set = members.remove("$set").or_else(|| expected["people_set"].get("properties").cloned());
            members.remove("distinct_id");
            let whole = json!({
                "seq": row["seq"],
                "event": "Experiment Viewed",
                "user_id": row["notification"]["userId"],
                "properties": properties,
                "person_properties": set.unwrap_or_else(|| json!({})),
            });
            assert_eq!(*line, whole, "{to}");
        }
    }
}

#[test]
fn with_dedup_a_change_is_told_and_the_last_properties_are_right() {
    for (to, sent) in [("posthog", 677), ("mixpanel", 677), ("segment", 529)] {
        let told = guide("js.jsonl", to, &["--dedup"]);
        assert_eq!(told.iter().filter(|line| line["skipped"].is_null()).count(), sent, "{to}");
        if to == "segment" {
            continue;
        }
        let mut people: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        for line in told.iter().filter(|line| line["skipped"].is_null()) {
            let person = people.entry(line["user_id"].as_str().unwrap().to_owned()).or_default();
            let set = line["person_properties"].as_object().unwrap().clone();
            person.extend(set);
        }
        let last = lines(&fs::read_to_string(vector("final_person_properties.jsonl")).expect("the vector is there"));
        let last: Vec<Value> = last.into_iter().collect();
        let found: HashSet<String> = people
            .into_iter()
            .map(|(user, properties)| json!({ "user": user, "properties": properties }).to_string())
            .collect();
        let expected: HashSet<String> = last.iter().map(Value::to_string).collect();
        assert_eq!(found, expected, "{to}");
    }
}

fn from_stdin(folder: &Folder, call: &[&str], input: &[u8]) -> Run {
    let mut child = folder
        .command(call)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(input).expect("it reads");
    child.wait_with_output().expect("the program ends").into()
}

#[test]
fn any_form_is_read_and_what_is_broken_is_told_with_its_line() {
    let mut input = br#"{"type":"flag","userId":"a","decisionInfo":{"flagKey":"f","enabled":true,"variationKey":"on"}}
["flag","b:1",null,{"flag_key":"f","enabled":false,"variation_key":"on","rule_key":"r"}]
{"seq":7,"notification":["flag","\u00fc \"",{},{"flag_key":"f","enabled":true}]}
"#
    .to_vec();
    input.extend_from_slice(b"\r\n   \n{\"seq\":8,\"notification\":{\"type\":\"flag\",\"userId\":\"c\n");
    input.extend_from_slice(
        b"{\"type\":\"flag\",\"userId\":\"secret\",\"decisionInfo\":{\"flagKey\":\"f\",\"enabled\":1}}\r\n\xff\n",
    );
    input.extend_from_slice(
        br#"[{"seq":9,"notification":{"type":"feature","userId":"d","decisionInfo":{"featureKey":"f","featureEnabled":true}}},["of-tomorrow","d",{},{}],7]
["flag"," ",{},{"flag_key":"f","enabled":true}]
{"Type":"flag","UserContext":{"ID":"e"},"DecisionInfo":{"flagKey":"f","enabled":true,"variationKey":"","ruleKey":""}}"#,
    );
    let out = r#"{"seq":null,"event":"Experiment Viewed","user_id":"a","properties":{"flag_key":"f","variation_key":"on","rule_key":null,"enabled":true},"person_properties":{"[Optimizely] f":"on"}}
{"seq":null,"event":"Experiment Viewed","user_id":"b:1","properties":{"flag_key":"f","variation_key":"on","rule_key":"r","enabled":false},"person_properties":{"[Optimizely] f":"off"}}
{"seq":7,"event":"Experiment Viewed","user_id":"ü \"","properties":{"flag_key":"f","variation_key":null,"rule_key":null,"enabled":true},"person_properties":{"[Optimizely] f":null}}
{"seq":9,"skipped":"not a flag decision: feature"}
{"seq":null,"skipped":"unknown type"}
{"seq":null,"skipped":"empty id"}
{"seq":null,"event":"Experiment Viewed","user_id":"e","properties":{"flag_key":"f","variation_key":null,"rule_key":null,"enabled":true},"person_properties":{"[Optimizely] f":null}}
"#;
    let err = "\
stdin:6: the line is cut off: its JSON does not end
stdin:7: `decisionInfo.enabled` of the decision is a number where a boolean is expected
stdin:8: not UTF-8
stdin:9: the decision is a number and no object
stdin: 7 notifications, 4 sent to PostHog, 3 skipped: 1 empty id, 1 not a flag decision: feature, 1 unknown type; 4 not read
";
    let folder = Folder::new(&[]);
    let call = ["decisions", "replay", "-", "--to", "posthog", "--policy", "guide"];
    assert_eq!(from_stdin(&folder, &call, &input), run(1, out, err));
    assert_eq!(from_stdin(&folder, &call, b""), run(0, "", "stdin: 0 notifications, 0 sent to PostHog\n"));
    assert_eq!(from_stdin(&folder, &call, b"[]\n"), run(0, "", "stdin: 0 notifications, 0 sent to PostHog\n"));
    let marked = b"\xef\xbb\xbf[\"ab-test\",\"u\",{},{\"experiment_key\":\"e\"}]";
    let skipped = "{\"seq\":null,\"skipped\":\"not a flag decision: ab-test\"}\n";
    let summary = "stdin: 1 notification, 0 sent to PostHog, 1 skipped: 1 not a flag decision: ab-test\n";
    assert_eq!(from_stdin(&folder, &call, marked), run(0, skipped, summary));
}

#[test]
fn a_file_that_is_no_recording_is_told_in_few_lines_and_how_to_make_it_one() {
    let folder = Folder::new(&[("n.json", &format!("{{\n{}}}\n", "\"a\": 1,\n".repeat(300)))]);
    let told = folder.run(&["decisions", "replay", "n.json", "--to", "mixpanel", "--policy", "guide"]);
    let mut lines = told.err.lines();
    assert_eq!(lines.next(), Some("n.json:1: the line is cut off: its JSON does not end"));
    assert_eq!(lines.next(), Some("n.json:2: not JSON at column 4: trailing characters"));
    let rest: Vec<_> = lines.skip(98).collect();
    let end = [
        "and 202 more",
        "n.json: 0 notifications, 0 sent to Mixpanel; 302 not read",
        "help: each line is one JSON value: a notification, or a list of them; `jq -c .` writes any JSON so",
    ];
    assert_eq!((told.code, told.out.as_str(), rest.as_slice()), (1, "", end.as_slice()));
}

#[test]
fn it_ends_when_nobody_reads_on() {
    let folder = Folder::new(&[]);
    let mut child = folder
        .command(&["decisions", "replay", "-", "--to", "posthog", "--policy", "guide"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("it is piped");
    let line = b"[\"flag\",\"u\",{},{\"flag_key\":\"f\",\"enabled\":true}]\n";
    // Far more than pipes hold.
    let written = (0..200_000).try_for_each(|_| stdin.write_all(line));
    assert_eq!(written.map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe));
    let told: Run = child.wait_with_output().expect("the program ends").into();
    let (left, summary) = told.err.split_once('\n').expect("two lines");
    assert!(left.starts_with("stdin: nobody reads on, so that line "), "{left}");
    assert!(summary.ends_with(" sent to PostHog\n"), "{summary}");
    assert_eq!(told.code, 0);
}

const PLAN: &str = "\
taxogen: 1
name: shop
destinations: { segment: { allow: personal }, mixpanel: { allow: public } }
person:
  country: { type: string, sensitivity: public }
  age: integer
  email: { type: string, sensitivity: personal, hash: true }
  password: { type: string, sensitivity: secret }
flags:
  checkout: { kind: experiment, variants: [control, test], default: control }
  banner: { kind: experiment, variants: [control, test], default: control }
experiments:
  flow:
    flag: checkout
    optimizely: { rules: { checkout_ab: experiment, checkout_rest: delivery, held: holdout } }
  look:
    flag: banner
    exposure: { event: Banner Seen, properties: { surface: web, step: 2, share: 0.5, first: true } }
    optimizely: { rules: { banner_ab: experiment } }
";

/// A notification about a flag, by a rule.
fn decided(flag: &str, rule: Option<&str>, attributes: &Value) -> String {
    let info = json!({
        "flagKey": flag, "enabled": true, "variationKey": "test", "ruleKey": rule, "experimentId": "9", "variationId": "91",
    });
    json!({ "type": "flag", "userId": "u", "attributes": attributes, "decisionInfo": info }).to_string() + "\n"
}

#[test]
fn by_the_plan_experiments_are_told_from_what_is_none() {
    let attributes = json!({ "country": "DE", "age": 30, "email": "a@example.com", "password": "x", "unplanned": 1 });
    let notifications = [
        decided("checkout", Some("checkout_ab"), &attributes),
        decided("banner", Some("banner_ab"), &json!({})),
        decided("checkout", Some("checkout_rest"), &json!({})),
        decided("checkout", Some("held"), &json!({})),
        decided("checkout", Some("banner_ab"), &json!({})),
        decided("other", Some("checkout_ab"), &json!({})),
        decided("checkout", None, &json!({})),
        decided("checkout", Some("banner_ab"), &json!({})),
    ];
    let folder = Folder::new(&[("taxonomy.yaml", PLAN), ("n.jsonl", &notifications.concat())]);
    let skipped = "\
{\"seq\":null,\"skipped\":\"delivery\"}
{\"seq\":null,\"skipped\":\"holdout\"}
{\"seq\":null,\"skipped\":\"unknown rule\"}
{\"seq\":null,\"skipped\":\"unknown flag\"}
{\"seq\":null,\"skipped\":\"forced\"}
{\"seq\":null,\"skipped\":\"unknown rule\"}
";
    let summary = |to| {
        "n.jsonl:5: the plan does not know Optimizely's rule `banner_ab` of flag `checkout`: say under `optimizely.rules` of the \
         experiment whether it is an `experiment`, a `delivery` or a `holdout`\n"
            .to_owned()
            + &format!(
            "n.jsonl: 8 notifications, 2 sent to {to}, 6 skipped: 1 delivery, 1 forced, 1 holdout, 1 unknown flag, 2 unknown rule\n"
        )
    };
    let snake = r#"{"seq":null,"event":"Experiment Viewed","user_id":"u","properties":{"flag_key":"checkout","variation_key":"test","rule_key":"checkout_ab","enabled":true},"person_properties":{"[Optimizely] checkout":"test"}}
{"seq":null,"event":"Banner Seen","user_id":"u","properties":{"flag_key":"banner","variation_key":"test","rule_key":"banner_ab","enabled":true,"surface":"web","step":2,"share":0.5,"first":true},"person_properties":{"[Optimizely] banner":"test"}}
"#;
    for (to, name) in [("posthog", "PostHog"), ("mixpanel", "Mixpanel")] {
        let told = folder.run(&["decisions", "replay", "n.jsonl", "--to", to]);
        assert_eq!(told, run(0, &format!("{snake}{skipped}"), &summary(name)));
    }

    let told = folder.run(&["decisions", "replay", "n.jsonl", "--to", "segment", "--plan", "taxonomy.yaml"]);
    assert_eq!((told.code, told.err), (0, summary("Segment")));
    let told = lines(&told.out);
    let properties = json!({
        "flagKey": "checkout", "variationKey": "test", "enabled": true, "ruleKey": "checkout_ab", "optimizelyUserId": "u",
        "userAttributes": { "country": "DE", "age": 30, "email": "a@example.com" },
        "experiment_id": "9", "experiment_name": "flow", "variation_id": "91", "variation_name": "test",
    });
    assert_eq!((&told[0]["properties"], &told[0]["person_properties"]), (&properties, &json!({})));
    assert_eq!((&told[1]["event"], &told[1]["properties"]["surface"]), (&json!("Banner Seen"), &json!("web")));
}

#[test]
fn a_plan_that_cannot_be_used_is_told_before_anything_is_played() {
    let folder =
        Folder::new(&[("bad.yaml", BAD), ("good.yaml", GOOD), ("n.jsonl", &decided("f", Some("r"), &json!({})))]);
    let replay = |more: &[&str]| folder.run(&[&["decisions", "replay", "n.jsonl", "--to", "posthog"], more].concat());
    let bad = replay(&["--plan", "bad.yaml"]);
    assert_eq!((bad.code, bad.out.as_str()), (1, ""));
    assert!(bad.err.starts_with("error[TX0201]") && bad.err.ends_with("bad.yaml: 2 errors\n"), "{}", bad.err);
    let without_rules = "\
good.yaml: no experiment says `optimizely: { rules: .. }`, so that no decision is an exposure
n.jsonl: 1 notification, 0 sent to PostHog, 1 skipped: 1 unknown flag
";
    let skipped = "{\"seq\":null,\"skipped\":\"unknown flag\"}\n";
    assert_eq!(replay(&["--plan", "good.yaml"]), run(0, skipped, without_rules));
    let none = "\
error: there is no `taxonomy.yaml` in this folder or above
help: `taxogen init` writes a plan to begin with; a path names one elsewhere
";
    assert_eq!(replay(&[]), run(2, "", none));
    let needless = "error: the policy `guide` asks no plan\nhelp: leave out `--plan`, or `--policy guide`\n";
    assert_eq!(replay(&["--policy", "guide", "--plan", "good.yaml"]), run(2, "", needless));
}

#[test]
fn a_file_that_cannot_be_read_ends_with_2() {
    let folder = Folder::new(&[("folder/x", "")]);
    let replay = |file| folder.run(&["decisions", "replay", file, "--to", "posthog", "--policy", "guide"]);
    assert_eq!(replay("missing.jsonl"), run(2, "", "error: there is no file `missing.jsonl`\n"));
    let told = replay("folder");
    assert_eq!((told.code, told.out.as_str()), (2, ""));
    assert!(told.err.starts_with("error: `folder` cannot be read: "), "{}", told.err);
}

/// The one block of code of a page in this language, or the first.
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let (_, block) = page.split_once(&format!("```{language}\n")).expect("the page has such a block");
    block.split_once("```").expect("a block ends").0
}

#[test]
fn the_pages_on_optimizely_say_what_is_printed() {
    for vendor in ["posthog", "segment", "mixpanel"] {
        let page = format!("{}/../docs/optimizely-with-{vendor}.md", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(page).expect("the page is there");
        let files = [("taxonomy.yaml", block(&page, "yaml")), ("notifications.jsonl", block(&page, "jsonl"))];
        let command: Vec<_> = block(&page, "sh").split_whitespace().collect();
        let told = Folder::new(&files).run(&command[1..]);
        assert_eq!((command[0], told.code), ("taxogen", 0), "{}", told.err);

        let mut shown: Value = serde_json::from_str(block(&page, "json")).expect("JSON");
        let set = shown["properties"].as_object_mut().and_then(|properties| properties.remove("$set"));
        let [event, rest @ ..] = &*lines(&told.out) else { panic!("nothing is printed") };
        assert_eq!(
            [&event["event"], &event["user_id"], &event["properties"]],
            ["name", "user", "properties"].map(|name| &shown[name])
        );
        assert!(set.is_none_or(|set| set == event["person_properties"]));
        let skipped = ["repeated", "delivery"].map(|reason| json!({"seq": null, "skipped": reason}));
        assert_eq!(rest, skipped, "{vendor}");
    }
}
