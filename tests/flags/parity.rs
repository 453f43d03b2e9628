//! The same answers as three SDKs where they agree, and as PostHog's server where they do not.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::vectors::{Context, definitions, parsed};

/// How many cells of a category are right.
#[derive(Default)]
struct Count {
    right: usize,
    all: usize,
}

impl Count {
    fn add(&mut self, right: bool) {
        self.right += usize::from(right);
        self.all += 1;
    }
}

/// What a cell of `expected.jsonl` accepts, and its status.
fn cell(cell: &Value) -> (&str, &[Value]) {
    match cell.as_array().map(Vec::as_slice) {
        Some([status, accepted @ ..]) => (status.as_str().unwrap(), accepted),
        _ => ("agree", std::slice::from_ref(cell)),
    }
}

#[test]
fn every_gated_answer_is_right() {
    let categories: HashMap<String, String> = serde_json::from_str(include_str!("vectors/cats.json")).unwrap();
    let contexts = Context::all();
    let mut by_category: BTreeMap<&str, Count> = BTreeMap::new();
    let mut by_status: BTreeMap<String, Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    let (mut flags, mut document) = (Vec::new(), None);
    for line in include_str!("vectors/expected.jsonl").lines().map(parsed) {
        if let Some(keys) = line.get("flags") {
            flags = keys.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect();
            document = Some(definitions(line["defs"].as_str().unwrap()));
            continue;
        }
        let document = document.as_ref().unwrap();
        let context = contexts.iter().find(|context| line["c"] == context.id).unwrap();
        for (key, expected) in flags.iter().zip(line["e"].as_array().unwrap()) {
            let (status, accepted) = cell(expected);
            let answer = context.answer(document, key);
            let right = accepted.contains(&answer);
            by_status.entry(status.to_owned()).or_default().add(right);
            if matches!(status, "disputed" | "server-lone") {
                // Where the server's answer is known, it is the last of the disputed ones, and the first of the others.
                let server = if status == "disputed" { accepted.get(1) } else { accepted.first() };
                if let Some(server) = server {
                    by_status.entry(format!("{status}, as the server")).or_default().add(*server == answer);
                }
                continue;
            }
            by_category.entry(&categories[key]).or_default().add(right);
            if !right {
                wrong.push(format!("{} {key} of {}: {answer}, accepted {expected}", context.id, categories[key]));
            }
        }
    }
    for (name, Count { right, all }) in &by_category {
        println!("{name:24} {right:6} of {all:6}");
    }
    for (name, Count { right, all }) in &by_status {
        println!("[{name}] {right} of {all}");
    }
    assert_eq!(by_category.values().map(|count| count.all).sum::<usize>(), 49_534);
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong[..wrong.len().min(50)].join("\n"));
}
