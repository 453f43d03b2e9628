use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use clap::Args;

use super::Outcome;
use crate::failure::Failure;
use crate::lints::Lints;
use crate::plan;
use crate::printer::{Printer, verdict};

/// Print the Rust code of a plan.
///
/// Exits with 0 when it is printed, written or, with `--check`, up to date; with 1 when the plan has an
/// error, or a finding that `--fail-on` names (then nothing is written), or the file is stale; with 2 when a
/// file is missing, unreadable or not UTF-8.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// The plan; without it the `taxonomy.yaml` of this folder, else of the nearest one above.
    path: Option<PathBuf>,

    /// For one application alone: without the events whose `apps` do not name it.
    #[arg(long, value_name = "NAME")]
    app: Option<String>,

    /// Write to this file instead of stdout; a file that is up to date is not touched.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write nothing; tell whether the file of `-o` is what the plan says.
    #[arg(long, requires = "output")]
    check: bool,

    #[command(flatten)]
    lints: Lints,
}

impl Generate {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let source = plan::read(self.path.as_deref())?;
        let settings = self.lints.settings()?.for_app(self.app);
        let analysis = plan::analyze(&source, &settings);
        printer.findings(&analysis.diagnostics, &source);
        let Some(plan) = analysis.plan.as_ref().filter(|_| !self.lints.fail(&analysis.diagnostics)) else {
            printer.talk(format_args!("{}: {}", source.file(0).name, verdict(&analysis.diagnostics)));
            return Ok(Outcome::Bad);
        };
        let text = taxogen_compiler::generate(plan);
        let Some(file) = self.output else {
            printer.data(&text)?;
            return Ok(Outcome::Good);
        };
        if self.check {
            return check(&file, &text, printer);
        }
        let name = file.display();
        if write(&file, &text).map_err(Failure::write(&file))? {
            printer.talk(format_args!(
                "{name}: written, {}",
                plan::contents(plan.events.len(), plan.flags.len(), plan.experiments.len())
            ));
        } else {
            printer.talk(format_args!("{name}: up to date"));
        }
        Ok(Outcome::Good)
    }
}

/// Tells whether `file` holds `expected`, whatever its line ends are, and where it begins to differ.
fn check(file: &Path, expected: &str, printer: &mut Printer) -> Result<Outcome, Failure> {
    let name = file.display();
    let actual = match fs::read(file) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).replace("\r\n", "\n"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            printer.talk(format_args!("{name}: missing; run `taxogen generate -o {name}`"));
            return Ok(Outcome::Bad);
        }
        Err(error) => return Err(Failure::Write { path: file.to_owned(), error }),
    };
    if actual == expected {
        printer.talk(format_args!("{name}: up to date"));
        return Ok(Outcome::Good);
    }
    let (line, old, new) = first_difference(&actual, expected);
    printer.talk(format_args!("{name}:{line}: stale; run `taxogen generate -o {name}`"));
    printer.talk(format_args!("- {}", old.unwrap_or("(the file ends here)")));
    printer.talk(format_args!("+ {}", new.unwrap_or("(the file should end here)")));
    Ok(Outcome::Bad)
}

/// The first line, from 1, in which two different texts differ, and what each has there.
fn first_difference<'t>(old: &'t str, new: &'t str) -> (usize, Option<&'t str>, Option<&'t str>) {
    let (mut old, mut new) = (old.split('\n'), new.split('\n'));
    let mut line = 1;
    loop {
        match (old.next(), new.next()) {
            (Some(a), Some(b)) if a == b => line += 1,
            (a, b) => return (line, a, b),
        }
    }
}

/// Writes the whole file or nothing; whether it had to be written.
fn write(file: &Path, text: &str) -> io::Result<bool> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    // What a link points at is written, not the link.
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let name = target.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy().into_owned();
    if target.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let draft = target.with_file_name(format!(".{name}.{}", process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_difference_is_a_line_or_an_end() {
        let cases = [
            (("a\nb\n", "a\nc\n"), (2, Some("b"), Some("c"))),
            (("a\n", "a\nb\n"), (2, Some(""), Some("b"))),
            (("a", "a\n"), (2, None, Some(""))),
            (("", "a\n"), (1, Some(""), Some("a"))),
        ];
        for ((old, new), expected) in cases {
            assert_eq!(first_difference(old, new), expected);
        }
    }
}
