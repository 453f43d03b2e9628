//! The plan that a command works on.

use std::env;
use std::path::{Path, PathBuf};

use taxogen_compiler::source::Source;
use taxogen_compiler::{Analysis, Checked, Settings, locate};

use crate::failure::Failure;
use crate::regex;

/// Reads the plan at `path`, else the `taxonomy.yaml` of the current folder, else the nearest one above.
pub(crate) fn read(path: Option<&Path>) -> Result<Source, Failure> {
    let path = match path {
        Some(path) => path.to_owned(),
        None => nearest()?,
    };
    taxogen_compiler::read(&path, &path.display().to_string()).map_err(Failure::Read)
}

/// Compiles a plan; its rollouts' regular expressions too, which the compiler leaves to us.
///
/// It is never freed: the process ends with it, and piece by piece that would take a tenth of a check.
pub(crate) fn analyze(source: &Source, settings: &Settings) -> &'static Analysis {
    let mut analysis = taxogen_compiler::analyze_with(source, settings);
    regex::compile(&analysis.regexes, &mut analysis.diagnostics);
    if analysis.diagnostics.has_errors() {
        analysis.plan = None;
    }
    Box::leak(Box::new(analysis))
}

/// Looks for all that is wrong with a plan, likewise.
pub(crate) fn check(source: &Source, settings: &Settings) -> &'static Checked {
    let mut checked = taxogen_compiler::check_with(source, settings);
    regex::compile(&checked.regexes, &mut checked.diagnostics);
    Box::leak(Box::new(checked))
}

/// As a person would write it from here: `taxonomy.yaml`, `../taxonomy.yaml`.
fn nearest() -> Result<PathBuf, Failure> {
    let here = env::current_dir().map_err(|_| Failure::NoPlan)?;
    let plan = locate::upwards(&here).ok_or(Failure::NoPlan)?;
    let folder = plan.parent().unwrap_or(&plan);
    let steps = here.ancestors().take_while(|above| *above != folder);
    Ok(steps.map(|_| "..").collect::<PathBuf>().join(locate::FILE_NAME))
}

/// What a plan holds: `12 events, 4 flags`, and the experiments where there are any.
pub(crate) fn contents(events: usize, flags: usize, experiments: usize) -> String {
    let mut parts = vec![count(events as u64, "event"), count(flags as u64, "flag")];
    if experiments > 0 {
        parts.push(count(experiments as u64, "experiment"));
    }
    parts.join(", ")
}

/// `1 event`, `2 events`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
