//! The compiler itself: what plans of many events cost to check, to generate, and to expand in a build.

mod expansion;
pub(crate) mod resources;
mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::expansion::Expansion;
use self::resources::{Resources, measure};
use crate::error::{Error, Result};
use crate::verdict::{Verdict, median};

const EVENTS: [usize; 4] = [1_000, 5_000, 10_000, 20_000];
const RUNS: usize = 7;
/// The most memory that anything may take for 10,000 events.
const MOST_MEBIBYTES: f64 = 250.0;
/// How much more one event of the largest plan may cost than one of the smallest.
const MOST_GROWTH: f64 = 1.25;

/// A command of `taxogen`, and how many CPU seconds it may take for 1,000 and for 10,000 events.
struct Door {
    command: &'static str,
    limits: [(usize, f64); 2],
}

const DOORS: [Door; 2] = [
    Door { command: "check", limits: [(1_000, 0.03), (10_000, 0.35)] },
    Door { command: "generate", limits: [(1_000, 0.08), (10_000, 0.9)] },
];

/// One door with one plan.
struct Cell<'d> {
    door: &'d Door,
    events: usize,
    runs: Vec<Resources>,
}

pub(crate) fn compare() -> Result<Verdict> {
    let folder = std::env::temp_dir().join(format!("taxogen-benches-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = compare_in(&folder);
    fs::remove_dir_all(&folder)?;
    result
}

fn compare_in(folder: &Path) -> Result<Verdict> {
    let program = program()?;
    let mut cells = Vec::new();
    for events in EVENTS.into_iter().filter(|events| *events <= text::MOST) {
        fs::write(plan_file(folder, events), text::plan(events))?;
        cells.extend(DOORS.iter().map(|door| Cell { door, events, runs: Vec::new() }));
    }
    for _ in 0..RUNS {
        for cell in &mut cells {
            let command = cell.command(&program, folder);
            cell.runs.push(measure(&command)?);
        }
    }
    println!(" `taxogen`, {RUNS} alternating runs; medians of user and system time of the process");
    println!(
        " {:<10}{:>8}{:>10}{:>8}{:>16}{:>8}{:>8}",
        "command", "events", "CPU s", "limit", "us per event", "growth", "MiB"
    );
    let mut failures = Vec::new();
    for cell in &cells {
        cell.print(&cells);
        failures.extend(cell.failure(&cells));
    }
    let expansion = expansion::compare(folder, &program, &text::plan(1_000))?;
    expansion.print();
    failures.extend(expansion.failure());
    if !failures.is_empty() {
        return Err(Error::new(failures.join("; ")));
    }
    let Expansion { macro_cold, file_cold, .. } = expansion;
    Ok(Verdict { ours: macro_cold, peer: file_cold, unit: "s" })
}

/// The program as it is released, built into the folder in which this one stands.
fn program() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.ancestors().nth(2).ok_or_else(|| Error::new("this program stands in no target folder"))?;
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--release", "--quiet", "--package", "taxogen-cli"]);
    if !build.arg("--target-dir").arg(target).status()?.success() {
        return Err(Error::new("the program `taxogen` cannot be built"));
    }
    Ok(target.join("release").join("taxogen"))
}

fn plan_file(folder: &Path, events: usize) -> PathBuf {
    folder.join(format!("plan-{events}.yaml"))
}

impl Cell<'_> {
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.arg(self.door.command).arg(plan_file(folder, self.events));
        if self.door.command == "generate" {
            // Not compared with an old one.
            let output = folder.join("generated.rs");
            let _ = fs::remove_file(&output);
            command.arg("-o").arg(output);
        }
        command
    }

    fn seconds(&self) -> f64 {
        median(self.runs.iter().map(|run| run.seconds).collect())
    }

    fn mebibytes(&self) -> f64 {
        median(self.runs.iter().map(|run| run.mebibytes).collect())
    }

    fn limit(&self) -> Option<f64> {
        self.door.limits.iter().find(|(events, _)| *events == self.events).map(|(_, limit)| *limit)
    }

    fn micros_per_event(&self) -> f64 {
        self.seconds() * 1e6 / f64::from(u32::try_from(self.events).expect("a plan of the table is not so large"))
    }

    /// What one event costs beside one of the smallest plan.
    fn growth(&self, cells: &[Cell<'_>]) -> f64 {
        let same = |cell: &&Cell<'_>| cell.door.command == self.door.command;
        let first = cells.iter().find(same).map_or(1.0, Cell::micros_per_event);
        self.micros_per_event() / first
    }

    fn print(&self, cells: &[Cell<'_>]) {
        let limit = self.limit().map(|limit| limit.to_string()).unwrap_or_default();
        println!(
            " {:<10}{:>8}{:>10.3}{:>8}{:>16.1}{:>8.2}{:>8.0}",
            self.door.command,
            self.events,
            self.seconds(),
            limit,
            self.micros_per_event(),
            self.growth(cells),
            self.mebibytes()
        );
    }

    fn failure(&self, cells: &[Cell<'_>]) -> Option<String> {
        let Self { door: Door { command, .. }, events, .. } = self;
        let (seconds, growth, mebibytes) = (self.seconds(), self.growth(cells), self.mebibytes());
        if let Some(limit) = self.limit().filter(|limit| seconds > *limit) {
            return Some(format!("`{command}` of {events} events takes {seconds:.3} s, more than {limit}"));
        }
        if growth > MOST_GROWTH {
            return Some(format!(
                "`{command}` grows: an event of {events} costs {growth:.2} times one of {}",
                EVENTS[0]
            ));
        }
        (*events <= 10_000 && mebibytes > MOST_MEBIBYTES)
            .then(|| format!("`{command}` of {events} events takes {mebibytes:.0} MiB, more than {MOST_MEBIBYTES}"))
    }
}
