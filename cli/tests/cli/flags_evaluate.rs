use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::run::{Folder, Run, run};

/// A flag that is on, one with variants that asks for a property, and one that only the server can decide.
const FLAGS: &str = r#"{"flags": [
  {"key": "banner", "active": true, "filters": {"groups": [{"properties": [], "rollout_percentage": 100}]}},
  {"key": "checkout-flow", "active": true, "filters": {
    "groups": [{"properties": [{"key": "plan", "value": "pro", "operator": "exact", "type": "person"}]}],
    "multivariate": {"variants": [{"key": "test", "rollout_percentage": 100}]}}},
  {"key": "sticky", "active": true, "ensure_experience_continuity": true, "filters": {"groups": []}},
  {"key": "recent", "active": true, "filters": {"groups": [
    {"properties": [{"key": "joined", "value": "-7d", "operator": "is_date_after", "type": "person"}]}]}}
]}"#;

const PEOPLE: &str = r#"[
  {"id": "ada", "distinct_id": "user_1", "person_properties": {"plan": "pro", "joined": "2026-01-01"}},
  {"distinct_id": "user_2", "person_properties": {"plan": "free", "joined": "2024-01-01"}}
]"#;

/// Evaluates `flags.v7.json` for `people.json`, on 2 January 2026.
fn evaluate(flags: &str, people: &str, more: &[&str]) -> Run {
    let folder = Folder::new(&[("flags.v7.json", flags), ("people.json", people)]);
    let call = ["flags", "evaluate", "--definitions", "flags.v7.json", "--contexts", "people.json", "--now"];
    folder.run(&[&call[..], &["2026-01-02T00:00:00Z"], more].concat())
}

const SUMMARY: &str = "\
flags.v7.json: `sticky` cannot be decided here for 2 contexts: the flag keeps its value while somebody signs in, which \
the server remembers
flags.v7.json: 4 flags, 2 contexts, 8 values, 2 that only the server can give
";

#[test]
fn keys_come_first_and_then_a_line_for_each_context() {
    let out = r#"{"defs":"v7","flags":["banner","checkout-flow","sticky","recent"]}
{"c":"ada","d":"v7","v":[true,"test",null,true]}
{"c":"user_2","d":"v7","v":[true,false,null,false]}
"#;
    assert_eq!(evaluate(FLAGS, PEOPLE, &[]), run(0, out, SUMMARY));
    let one_after_another = PEOPLE.trim_matches(['[', ']']).replace("},\n", "}\n");
    assert_eq!(evaluate(FLAGS, &one_after_another, &[]), run(0, out, SUMMARY));
    assert_eq!(evaluate(FLAGS, PEOPLE, &["--label", "v7"]), run(0, out, SUMMARY));
    let one = evaluate(FLAGS, PEOPLE, &["--label", "a \"b\"", "--context", "user_2"]);
    let out = r#"{"defs":"a \"b\"","flags":["banner","checkout-flow","sticky","recent"]}
{"c":"user_2","d":"a \"b\"","v":[true,false,null,false]}
"#;
    assert_eq!((one.code, one.out.as_str()), (0, out), "{}", one.err);
}

fn vector(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "tests", "flags", "vectors", name].iter().collect()
}

/// Every recorded answer on which something may be built, through the program.
#[test]
fn recorded_answers_come_out() {
    let expected = fs::read_to_string(vector("expected.jsonl")).expect("the vector is there");
    let rows: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    for label in ["v1", "v2"] {
        let (definitions, contexts) = (vector(&format!("definitions.{label}.json")), vector("contexts.json"));
        let [definitions, contexts] = [&definitions, &contexts].map(|path| path.to_str().expect("the path is text"));
        let told = Folder::new(&[]).run(&["flags", "evaluate", "--definitions", definitions, "--contexts", contexts]);
        assert_eq!(told.code, 0, "{}", told.err);
        let mut lines = told.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
        let keys = rows.iter().find(|row| row["defs"] == label).expect("its keys are recorded");
        assert_eq!(lines.next().as_ref(), Some(keys));
        let answers: BTreeMap<String, Value> = lines.map(|line| (line["c"].to_string(), line["v"].clone())).collect();
        let expected: Vec<_> = rows.iter().filter(|row| row["d"] == label).collect();
        assert_eq!(answers.len(), expected.len());
        for row in expected {
            let answers = answers[&row["c"].to_string()].as_array().expect("values are a list");
            for (index, cell) in row["e"].as_array().expect("cells are a list").iter().enumerate() {
                assert!(is_accepted(&answers[index], cell), "{} {}: {cell}", keys["flags"][index], row["c"]);
            }
        }
    }
}

/// A cell is the answer, or `[status, accepted..]`; of two statuses the answer is nobody's to say.
fn is_accepted(answer: &Value, cell: &Value) -> bool {
    let Some([status, accepted @ ..]) = cell.as_array().map(Vec::as_slice) else { return answer == cell };
    status == "disputed" || status == "server-lone" || accepted.contains(answer)
}

#[test]
fn an_explanation_is_read_and_one_for_each_context() {
    let out = "\
checkout-flow is \"test\" for user_1: condition 1 matched, and the person's number gives \"test\".

Condition 1 of 1 matches.
  Yes: plan is \"pro\". The person has \"pro\".
  It is for 100 % of those who fit.

Which variant: the person's number for this is 96.1833 %.
  \"test\" has the numbers from 0 % to 100 %: here it is.

Where a number comes from: the key of the flag and the id of the person are mixed by a fixed recipe
(SHA-1) into a number from 0 % to 100 %. It looks random, but the same two always give the same number.
So nobody changes sides while a percentage stays, and a higher percentage only adds some.
For the variant the word \"variant\" is mixed in, which makes it another number.

----

checkout-flow is false for user_2: its only condition did not match.

Condition 1 of 1 does not match.
  No: plan is \"pro\". The person has \"free\".
";
    assert_eq!(evaluate(FLAGS, PEOPLE, &["--explain", "checkout-flow"]), run(0, out, ""));
    let one = evaluate(FLAGS, PEOPLE, &["--explain", "checkout-flow", "--context", "user_2"]);
    assert_eq!(one, run(0, out.split_once("----\n\n").expect("there are two").1, ""));
}

#[test]
fn what_is_not_there_is_told_with_what_is_near() {
    let misspelt = "\
error: the definitions have no flag `chekout-flow`
help: a flag with a similar key exists: `checkout-flow`
";
    assert_eq!(evaluate(FLAGS, PEOPLE, &["--explain", "chekout-flow"]), run(2, "", misspelt));
    assert_eq!(evaluate(FLAGS, "", &["--explain", "chekout-flow"]), run(2, "", misspelt));
    let nobody = "\
error: there is no context `user_3`
help: there is one of a similar id: `user_2`
";
    assert_eq!(evaluate(FLAGS, PEOPLE, &["--context", "user_3"]), run(2, "", nobody));
    let folder = Folder::new(&[]);
    let missing = folder.run(&["flags", "evaluate", "--definitions", "no.json", "--contexts", "-"]);
    assert_eq!(missing, run(2, "", "error: there is no file `no.json`\n"));
    let both = folder.run(&["flags", "evaluate", "--definitions", "-", "--contexts", "-"]);
    let told = "\
error: definitions and contexts cannot both come from stdin
help: name a file for one of them
";
    assert_eq!(both, run(2, "", told));
}

#[test]
fn definitions_that_are_none_are_told_with_their_place() {
    let help = "help: definitions are what PostHog's `/flags/definitions` answers: an object with a list of `flags`\n";
    for (flags, problem) in [
        ("<html>Bad gateway</html>", "flags.v7.json:1:1: not JSON\n"),
        ("{\"flags\": [\n", "flags.v7.json:2:1: not JSON\n"),
        ("{\"flags\": {}}", "flags.v7.json: no list of `flags` is in it\n"),
    ] {
        assert_eq!(evaluate(flags, PEOPLE, &[]), run(1, "", &format!("{problem}{help}")), "{flags}");
    }
}

#[test]
fn what_is_odd_costs_itself_alone() {
    let flags = FLAGS.replace("\"filters\": {\"groups\": []}", "\"filters\": 7");
    let people = r#"[
  {"distinct_id": "user_1", "groups": "acme"},
  {"distinct_id": "user_2"}
]"#;
    let told = evaluate(&flags, people, &[]);
    let out = r#"{"defs":"v7","flags":["banner","checkout-flow","sticky","recent"]}
{"c":"user_2","d":"v7","v":[true,null,null,null]}
"#;
    assert_eq!((told.code, told.out.as_str()), (1, out), "{}", told.err);
    let lines: Vec<_> = told.err.lines().collect();
    assert!(lines[0].starts_with("flags.v7.json: flag `sticky`: "), "{}", told.err);
    assert_eq!(lines[1], "people.json:2:39: `groups` is not an object");
}
