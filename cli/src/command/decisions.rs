mod plan;
mod play;
mod replay;
mod rows;
mod tally;

use clap::{Args, Subcommand};

use super::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// See what becomes of the decisions of an experimentation engine.
#[derive(Debug, Args)]
pub(crate) struct Decisions {
    #[command(subcommand)]
    command: DecisionsCommand,
}

#[derive(Debug, Subcommand)]
enum DecisionsCommand {
    Replay(replay::Replay),
}

impl Decisions {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        match self.command {
            DecisionsCommand::Replay(command) => command.run(printer),
        }
    }
}
