//! Measures taxogen beside the SDKs it is compared with: the same work of both, in one run.

mod capture;
mod dedup;
mod delivery;
mod error;
mod flags;
mod memory;
mod plan;
mod purchase;
mod sdk;
mod sink;
mod tally;
mod taxonomy;
mod threads;
mod verdict;

use std::process::ExitCode;

use error::Result;
use plan::resources;
use verdict::Verdict;

/// A comparison that can be asked for by name.
struct Comparison {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Verdict>,
}

const COMPARISONS: &[Comparison] = &[
    Comparison { name: "capture", about: "build and capture one event of 6 properties: time", run: capture::compare },
    Comparison { name: "threads", about: "capture from eight threads: CPU time per event", run: threads::compare },
    Comparison { name: "delivery", about: "100,000 events, gzip, one destination: CPU time", run: delivery::compare },
    Comparison {
        name: "delivery-plain",
        about: "the same without compression, to Segment: CPU time",
        run: delivery::compare_plain,
    },
    Comparison { name: "memory", about: "100,000 events queued for three destinations: memory", run: memory::compare },
    Comparison { name: "dedup", about: "whether an exposure is to be reported: time of a check", run: dedup::compare },
    Comparison { name: "flags", about: "evaluate one boolean flag: CPU time, allocations", run: flags::compare },
    Comparison { name: "flags-all", about: "evaluate all 50 flags for one user: CPU time", run: flags::all::compare },
    Comparison { name: "flags-compile", about: "read 1,000 definitions: CPU time", run: flags::compile::compare },
    Comparison {
        name: "flags-poll",
        about: "read a flag while definitions change: latency",
        run: flags::poll::compare,
    },
    Comparison { name: "plan", about: "check, generate and expand plans of many events: CPU time", run: plan::compare },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--help" | "-h" | "help"] => {
            print!("{}", help());
            ExitCode::SUCCESS
        }
        // The program starts itself again under these names.
        [sink::ROLE] => finish(sink::serve()),
        [delivery::ROLE, name, host] => finish(delivery::run(name, host)),
        [memory::ROLE, name] => finish(memory::run(name)),
        [threads::ROLE, name, threads] => finish(threads::run(name, threads)),
        [resources::ROLE, program, ref arguments @ ..] => finish(resources::run(program, arguments)),
        [name] => match COMPARISONS.iter().find(|comparison| comparison.name == name) {
            Some(comparison) => compare(comparison),
            None => usage(&format!("there is no comparison `{name}`")),
        },
        _ => usage("one name is expected"),
    }
}

/// The verdict is the last line, and the only one that does not begin with a space.
fn compare(comparison: &Comparison) -> ExitCode {
    finish((comparison.run)().map(|verdict| println!("{}: {verdict}", comparison.name)))
}

fn finish(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage(problem: &str) -> ExitCode {
    eprint!("error: {problem}\n\n{}", help());
    ExitCode::from(2)
}

fn help() -> String {
    let lines: Vec<_> = COMPARISONS.iter().map(|one| format!("  {:<16}{}\n", one.name, one.about)).collect();
    format!("Usage: taxogen-benches <NAME>\n\nComparisons:\n{}", lines.concat())
}
