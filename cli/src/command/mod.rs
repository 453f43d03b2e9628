//! One file per command: its arguments, whose comments are its help, and what it does.

mod check;
mod completions;
mod decisions;
mod explain;
mod flags;
mod generate;
mod init;
mod sandbox;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::printer::Printer;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Check(check::Check),
    Generate(generate::Generate),
    Explain(explain::Explain),
    Decisions(decisions::Decisions),
    Flags(flags::Flags),
    Sandbox(sandbox::Sandbox),
    Completions(completions::Completions),
}

/// How a command that did its work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good,
    /// A finding in the plan that counts, a stale file or flag, or data that cannot be read.
    Bad,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Good => Self::SUCCESS,
            Outcome::Bad => Self::from(1),
        }
    }
}

impl Command {
    pub(crate) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        match self {
            Self::Init(command) => command.run(printer),
            Self::Check(command) => command.run(printer),
            Self::Generate(command) => command.run(printer),
            Self::Explain(command) => command.run(printer),
            Self::Decisions(command) => command.run(printer),
            Self::Flags(command) => command.run(printer),
            Self::Sandbox(command) => command.run(printer),
            Self::Completions(command) => command.run(printer),
        }
    }
}
