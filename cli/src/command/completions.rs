use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Outcome;
use crate::Cli;
use crate::failure::Failure;
use crate::printer::Printer;

/// Print the completions of a shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell that reads them.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        // Into memory first: the generator panics where a reader went away.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "taxogen", &mut script);
        printer.data(&String::from_utf8_lossy(&script))?;
        Ok(Outcome::Good)
    }
}
