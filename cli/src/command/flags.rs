mod contexts;
mod evaluate;
mod list;
mod overview;
mod place;
mod stale;
mod table;
mod tally;

use clap::{Args, Subcommand};

use super::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// See the plan's flags, and evaluate those of a project.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: FlagsCommand,
}

#[derive(Debug, Subcommand)]
enum FlagsCommand {
    Evaluate(evaluate::Evaluate),
    List(list::List),
}

impl Flags {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        match self.command {
            FlagsCommand::Evaluate(command) => command.run(printer),
            FlagsCommand::List(command) => command.run(printer),
        }
    }
}
