mod list;
mod overview;
mod stale;
mod table;

use clap::{Args, Subcommand};

use super::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// See the plan's flags.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: FlagsCommand,
}

#[derive(Debug, Subcommand)]
enum FlagsCommand {
    List(list::List),
}

impl Flags {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        match self.command {
            FlagsCommand::List(command) => command.run(printer),
        }
    }
}
