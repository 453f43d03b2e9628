//! Long trials of delivery, against the sandbox on loopback: processes that are killed, vendors that are down,
//! faults in any order. The tests run them short; by hand they run for as long as one likes.

mod account;
mod arguments;
mod kill;
mod numbered;
mod outage;
mod storm;

use std::process::ExitCode;

use arguments::Arguments;

/// Why a trial failed.
type Failure = String;

const HELP: &str = "\
Usage: soak <TRIAL> [OPTIONS]

Trials:
  kill      processes with a spool are killed at random instants; nothing that was accepted is lost
  outage    three vendors are down at once, each in its own way; nothing is lost and nothing counts twice
  fuzz      faults of every kind in random order; every event is delivered or told

Options:
  --kills N      processes to kill (kill; 200)
  --seconds N    how long it lasts (outage 60, fuzz 60)
  --events N     events to capture (outage; 10000)
  --seed N       where chance begins; printed, so that a run can be repeated as far as threads allow
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (trial, options) = match arguments[..] {
        [] => return usage("a trial is expected"),
        ["--help" | "-h" | "help", ..] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        // The program starts itself again under these names.
        [kill::VICTIM, folder, host, first] => return finish(kill::victim(folder, host, first)),
        [kill::HEIR, folder, host] => return finish(kill::heir(folder, host)),
        [trial, ref options @ ..] => (trial, options),
    };
    let options = match Arguments::read(options) {
        Ok(options) => options,
        Err(problem) => return usage(&problem),
    };
    finish(match trial {
        "kill" => kill::run(&options),
        "outage" => outage::run(&options),
        "fuzz" => storm::run(&options),
        _ => return usage(&format!("there is no trial `{trial}`")),
    })
}

fn finish(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn usage(problem: &str) -> ExitCode {
    eprint!("error: {problem}\n\n{HELP}");
    ExitCode::from(2)
}
