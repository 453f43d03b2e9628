//! The door for build scripts.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use crate::day::Day;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::render;
use crate::source::{self, Source};
use crate::{Settings, analyze_with, generate};

/// How many warnings cargo is given.
const WARNINGS: usize = 20;

/// Compiles the plan at `path` into `$OUT_DIR/taxonomy.rs`; the build script's one line.
///
/// ```no_run
/// // build.rs, in its `main`
/// taxogen_compiler::compile("taxonomy.yaml");
/// ```
///
/// The application has it with `include!(concat!(env!("OUT_DIR"), "/taxonomy.rs"));`. `path` is relative
/// to the package. The script runs again when a file of the plan changes. Warnings become warnings of
/// cargo, the first twenty of them, and notes are left to `taxogen check`; with an error the findings are
/// printed and the process ends with 1, so that the build fails. What has expired is looked at on the day of
/// `SOURCE_DATE_EPOCH`, else of the clock.
pub fn compile(path: impl AsRef<Path>) {
    compile_with(path, &Settings::default());
}

/// As [`compile`], with settings: `Settings::default().for_app(Some("api".to_owned()))` leaves out what only other
/// applications have.
pub fn compile_with(path: impl AsRef<Path>, settings: &Settings) {
    if let Err(message) = try_compile(path.as_ref(), settings) {
        println!("cargo::error={message}");
        process::exit(1);
    }
}

fn try_compile(path: &Path, settings: &Settings) -> Result<(), String> {
    let name = path.display().to_string();
    println!("cargo::rerun-if-changed={name}");
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let out = env::var_os("OUT_DIR").ok_or("`OUT_DIR` is not set: `compile` is called in a build script")?;
    let source = source::read(path, &name).map_err(|error| error.to_string())?;
    // Those that cannot be read as well, so that the script runs when they are there.
    for path in source.paths().skip(1) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let today = Day::today().map_err(|error| error.to_string())?;
    let settings = if settings.today.is_none() { settings.clone().today(today) } else { settings.clone() };
    let analysis = analyze_with(&source, &settings);
    tell(&analysis.diagnostics, &source);
    let Some(plan) = analysis.plan else {
        let errors = analysis.diagnostics.errors();
        return Err(format!("the plan `{name}` has {errors} error{}", if errors == 1 { "" } else { "s" }));
    };
    let file = PathBuf::from(out).join("taxonomy.rs");
    write_changed(&file, &generate(&plan)).map_err(|error| format!("`{}` cannot be written: {error}", file.display()))
}

/// Errors with their frames on stderr, which cargo shows when the script fails; warnings in one line each
/// on stdout, because cargo hides the stderr of a script that succeeds.
///
/// Cargo shows warnings whenever anything is built, so that they are few.
fn tell(diagnostics: &Diagnostics, source: &Source) {
    let found = diagnostics.sorted();
    let of = |severity| found.iter().filter(move |diagnostic| diagnostic.severity == severity);
    of(Severity::Error).for_each(|error| eprintln!("{}\n", frames(error, source)));
    let more = diagnostics.errors() - of(Severity::Error).count();
    if more > 0 {
        eprintln!("and {more} more");
    }
    of(Severity::Warning).take(WARNINGS).for_each(|warning| println!("cargo::warning={}", one_line(warning, source)));
    let more = diagnostics.warnings().saturating_sub(WARNINGS);
    if more > 0 {
        println!("cargo::warning=and {more} more, which `taxogen check` tells");
    }
}

#[cfg(feature = "frames")]
fn frames(diagnostic: &Diagnostic, source: &Source) -> String {
    render::frames(diagnostic, source, false)
}

#[cfg(not(feature = "frames"))]
fn frames(diagnostic: &Diagnostic, source: &Source) -> String {
    render::plain(diagnostic, source)
}

fn one_line(diagnostic: &Diagnostic, source: &Source) -> String {
    let place = source.start(diagnostic.primary);
    let file = &source.file(diagnostic.primary.file).name;
    let mut text = format!("{file}:{place}: [{}] {}", diagnostic.code.as_str(), diagnostic.message);
    if let Some(note) = diagnostic.lint_note() {
        text.push_str("; ");
        text.push_str(&note);
    }
    for line in &diagnostic.help {
        text.push_str("; help: ");
        text.push_str(line);
    }
    text.replace(['\n', '\r'], " ")
}

/// Leaves a file alone that already holds the text, so that nothing is compiled again for nothing.
fn write_changed(file: &Path, text: &str) -> std::io::Result<()> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    fs::write(file, text)
}
