//! Mistakes in plans: what is told of each, word by word, and nothing else.
//!
//! `mistakes/RULE.yaml`, or the plan of several files in `mistakes/RULE`, breaks one rule in its usual ways; `mistakes/RULE.snap` is what a person reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use taxogen_compiler::code::Code;
use taxogen_compiler::day::Day;
use taxogen_compiler::source::Source;
use taxogen_compiler::{Analysis, Settings, analyze_with, render};

use crate::{analyze, of_a_small_plan};

/// Every plan with mistakes by its name, in the order of these. One of several files is a folder.
fn plans() -> Vec<(String, Source)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler/mistakes");
    let mut plans: Vec<_> = entries(&folder)
        .into_iter()
        .filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.file_stem().expect("it has a name").to_string_lossy().into_owned(), source(&path)))
        .collect();
    plans.sort_by(|(one, _), (other, _)| one.cmp(other));
    plans
}

fn source(path: &Path) -> Source {
    if path.is_file() {
        return Source::from_text("taxonomy.yaml", fs::read_to_string(path).expect("it is text"));
    }
    let mut texts = Vec::new();
    add_texts(path, "", &mut texts);
    texts.sort_by_key(|(name, _)| name != "taxonomy.yaml");
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Source::from_texts(&texts)
}

/// The files in a folder and below, by their names with `/`.
fn add_texts(folder: &Path, prefix: &str, texts: &mut Vec<(String, String)>) {
    for path in entries(folder) {
        let name = format!("{prefix}{}", path.file_name().expect("it has a name").to_string_lossy());
        if path.is_dir() {
            add_texts(&path, &format!("{name}/"), texts);
        } else {
            texts.push((name, fs::read_to_string(&path).expect("it is text")));
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("it can be read").path()).collect()
}

/// Those of lints are whole plans, on one day. One whose first line is `# taxogen check --app NAME` is looked at for
/// that application.
fn analyzed(name: &str, source: &Source) -> Analysis {
    let settings =
        if name.starts_with("lint-") { Settings::default().today(Day::parse("2027-01-15")) } else { of_a_small_plan() };
    let app = source.file(0).text.lines().next().and_then(|line| line.strip_prefix("# taxogen check --app "));
    analyze_with(source, &settings.for_app(app.map(str::to_owned)))
}

fn codes(analysis: &Analysis) -> Vec<Code> {
    analysis.diagnostics.sorted().iter().map(|found| found.code).collect()
}

fn codes_of_text(text: &str) -> Vec<Code> {
    codes(&analyze(&Source::from_text("taxonomy.yaml", text)))
}

#[test]
fn every_mistake_is_told_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("mistakes");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, source) in plans() {
            let analysis = analyzed(&name, &source);
            let found = analysis.diagnostics.sorted();
            let frames: Vec<_> = found.iter().map(|found| render::frames(found, &source, false)).collect();
            insta::assert_snapshot!(name, frames.join("\n\n"));
        }
    });
}

#[test]
fn every_code_is_told_by_some_plan() {
    let told: BTreeSet<_> = plans().iter().flat_map(|(name, source)| codes(&analyzed(name, source))).collect();
    assert_eq!(told, Code::ALL.iter().copied().collect());
}

#[test]
fn a_plan_with_an_error_means_nothing() {
    for (name, source) in plans() {
        let analysis = analyzed(&name, &source);
        assert_eq!(analysis.plan.is_none(), analysis.diagnostics.has_errors(), "{name}");
    }
}

#[test]
fn five_mistakes_give_five_findings() {
    let (_, source) = plans().into_iter().find(|(name, _)| name == "five-mistakes").expect("it is there");
    let expected = [Code::UnknownOwner, Code::UnknownType, Code::Weights, Code::UnknownEvent, Code::UnknownKey];
    assert_eq!(codes(&analyze(&source)), expected);
}

#[test]
fn what_was_told_is_not_told_again_where_it_is_used() {
    let cases = [
        (
            "a type",
            "types: { size: { enum: 5 } }\nevents: { seen: { properties: { a: size, b: { type: size, only: [x] } } } }",
        ),
        ("a section", "types: []\nevents: { seen: { properties: { size: size } } }"),
        ("a property", "events: { seen: { properties: { size: { list: } } } }"),
        ("owners", "owners: [growth]\nevents: { seen: { owner: growth } }"),
        (
            "events",
            "events: seen\nflags: { a: { kind: release, variants: [x, y], default: x } }\nexperiments: { b: { flag: a, metrics: { primary: seen } } }",
        ),
        (
            "a group",
            "groups: { company: 5 }\nflags: { a: { kind: release, group: company, rollout: [{ when: { size: 5 } }] } }",
        ),
        (
            "an event",
            "events: { seen: 5 }\nflags: { a: { kind: release, variants: [x, y], default: x } }\nexperiments: { b: { flag: a, metrics: { primary: { event: seen, property: size, kind: mean } } } }",
        ),
        ("a flag", "flags: { a: 5 }\nexperiments: { b: { flag: a } }"),
        ("an include", "events: { seen: { include: [request], properties: { a: { type: string, override: true } } } }"),
        (
            "the person",
            "person: 5\nevents: { seen: { properties: { plan: { type: string, person: set } } } }\nflags: { a: { kind: release, rollout: [{ when: { plan: pro } }] } }",
        ),
        ("a payload type", "flags: { a: { kind: remote_config, payload_type: strng, default: 5 } }"),
        ("a key near one that is missing", "flags: { a: { kind: kill_switch, defualt: true } }"),
        ("variants", "flags: { a: { kind: release, variants: 5, default: x, rollout: [{ variant: y }] } }"),
    ];
    for (what, text) in cases {
        assert_eq!(codes_of_text(&format!("taxogen: 1\n{text}\n")).len(), 1, "{what}");
    }
}
