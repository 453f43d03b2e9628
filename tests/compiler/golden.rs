//! Each construct of the language as a pair: a plan, and the Rust that comes out of it.
//!
//! `UPDATE_GOLDEN=1 cargo test -p taxogen-tests golden` writes the Rust anew; read it as if a colleague
//! had sent it for review.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use taxogen_compiler::source::Source;
use taxogen_compiler::{generate, ir, render};

use crate::analyze;

/// The files as part of a binary, where nothing uses them; in the library of this package they are public.
#[rustfmt::skip]
#[path = "../golden/mod.rs"]
mod compiled;

/// The plans, by their names, in the order of these.
pub(crate) fn plans() -> Vec<(String, ir::Plan)> {
    let mut paths: Vec<_> = fs::read_dir(folder())
        .expect("the folder of the golden files")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    paths.iter().map(|path| (stem(path), plan(path))).collect()
}

fn plan(path: &Path) -> ir::Plan {
    let name = path.file_name().expect("a file").to_string_lossy();
    let text = fs::read_to_string(path).expect("a plan");
    let source = Source::from_text(&name, &text);
    let analysis = analyze(&source);
    let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
    analysis.plan.unwrap_or_else(|| panic!("{}", told.join("\n")))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a file").to_string_lossy().into_owned()
}

fn is_updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1")
}

#[test]
fn every_construct_comes_out_as_it_was_reviewed() {
    let mut different = Vec::new();
    for (name, plan) in plans() {
        let path = folder().join(format!("{name}.rs"));
        let text = generate(&plan);
        if is_updating() {
            fs::write(&path, &text).expect("the golden file can be written");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        if golden != text {
            different.push(first_difference(&name, &golden, &text));
        }
    }
    assert!(different.is_empty(), "{}\nUPDATE_GOLDEN=1 writes them anew", different.join("\n"));
}

fn first_difference(name: &str, golden: &str, text: &str) -> String {
    let line = golden.lines().zip(text.lines()).take_while(|(golden, text)| golden == text).count();
    let at = |text: &str| text.lines().nth(line).unwrap_or("(end of file)").to_owned();
    format!("tests/golden/{name}.rs:{}\n  was: {}\n  is:  {}", line + 1, at(golden), at(text))
}

#[test]
fn every_golden_file_is_compiled() {
    let listed: BTreeSet<_> = fs::read_to_string(folder().join("mod.rs"))
        .expect("the list of golden files")
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    let plans: BTreeSet<_> = plans().into_iter().map(|(name, _)| name).collect();
    assert_eq!(listed, plans);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for path in fs::read_dir(folder()).expect("the folder of the golden files") {
        let path = path.expect("an entry of the folder").path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            assert_eq!(generate(&plan(&path)), generate(&plan(&path)), "{}", path.display());
        }
    }
}
