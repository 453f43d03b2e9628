//! The program `taxogen`: checks a plan, writes its typed Rust, explains findings, plays decisions, evaluates flags, runs
//! the sandbox.
//!
//! Exit codes: 0, no finding that counts (errors do, and what `--fail-on` adds); 1, such a finding, a stale file with
//! `generate --check`, a stale flag with `flags list --stale`, or data that `decisions replay` or `flags evaluate` cannot
//! read; 2, a wrong call, or a file that is missing, unreadable or not UTF-8.

mod command;
mod failure;
mod lints;
mod plan;
mod printer;
mod regex;

use std::process::ExitCode;

use clap::Parser;

use self::command::Command;
use self::printer::Printer;

/// Typed analytics and flags from one plan in YAML.
#[derive(Debug, Parser)]
#[command(name = "taxogen", version, propagate_version = true, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let mut printer = Printer::new();
    match command.run(&mut printer) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            printer.failure(&failure);
            ExitCode::from(2)
        }
    }
}
