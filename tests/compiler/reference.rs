//! The examples of the language's reference: each compiles, or makes exactly the mistakes that it is marked with.

use std::fs;
use std::path::Path;

use taxogen_compiler::analyze;
use taxogen_compiler::diagnostic::Severity;
use taxogen_compiler::lint::Lint;
use taxogen_compiler::source::Source;

/// A block of YAML: its line in the page, the codes it is marked with, its text.
struct Block {
    line: usize,
    codes: Vec<String>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(marks) = line.strip_prefix("```yaml") else { continue };
        let text: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let codes = marks.split_whitespace().map(str::to_owned).collect();
        blocks.push(Block { line: at + 1, codes, text: text.join("\n") + "\n" });
    }
    blocks
}

fn page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    fs::read_to_string(page).expect("the reference is there")
}

#[test]
fn every_example_of_the_reference_says_what_it_is_marked_with() {
    let blocks = blocks(&page());
    assert!(blocks.len() > 15, "the page has its examples");
    for Block { line, codes, text } in blocks {
        let analysis = analyze(&Source::from_text("taxonomy.yaml", text.as_str()));
        let found = analysis.diagnostics.sorted();
        let wanted = if codes.is_empty() { Severity::Warning } else { Severity::Error };
        let told: Vec<_> = found.iter().filter(|found| found.severity >= wanted).collect();
        let told_codes: Vec<_> = told.iter().map(|found| found.code.as_str().to_owned()).collect();
        assert_eq!(told_codes, codes, "docs/language.md:{line}: {told:#?}");
    }
}

#[test]
fn the_reference_lists_every_lint() {
    let row = |lint: &Lint| format!("| `{}` | {} | {} |", lint.name(), lint.default_level().as_str(), lint.about());
    let listed: Vec<_> = Lint::ALL.iter().map(row).collect();
    let page = page();
    let table: Vec<_> = page.lines().skip_while(|line| !line.starts_with("| lint |")).skip(2).collect();
    assert_eq!(table[..listed.len()], listed);
    assert_eq!(table[listed.len()], "");
}
