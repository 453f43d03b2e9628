//! What findings weigh, as a call says it.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use taxogen_compiler::Settings;
use taxogen_compiler::day::Day;
use taxogen_compiler::diagnostic::{Diagnostics, Severity};
use taxogen_compiler::lint::{Level, Lint};

use crate::failure::Failure;

/// Arguments of the commands that look at a plan.
#[derive(Debug, Args)]
#[command(next_help_heading = "Lints")]
pub(crate) struct Lints {
    /// Make findings of this lint errors, whatever the plan's `lints` say; `taxogen explain --lints` lists them.
    #[arg(long, value_name = "LINT", value_parser = names(), hide_possible_values = true)]
    deny: Vec<String>,

    /// Make findings of this lint warnings; `--deny` goes over it.
    #[arg(long, value_name = "LINT", value_parser = names(), hide_possible_values = true)]
    warn: Vec<String>,

    /// Do not look for what this lint finds; `--warn` and `--deny` go over it.
    #[arg(long, value_name = "LINT", value_parser = names(), hide_possible_values = true)]
    allow: Vec<String>,

    /// The least finding with which the command exits with 1.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t)]
    fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Note,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(Lint::ALL.iter().map(|lint| lint.name()))
}

impl Lints {
    /// How a plan is compiled for this call, today.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let settings = Settings::default().today(Day::today().map_err(Failure::Epoch)?);
        let levels = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        let set = levels
            .iter()
            .flat_map(|(names, level)| names.iter().filter_map(|name| Lint::of_name(name)).map(|lint| (lint, *level)));
        Ok(set.fold(settings, |settings, (lint, level)| settings.level(lint, level)))
    }

    /// Whether there is a finding that counts.
    pub(crate) fn fail(&self, found: &Diagnostics) -> bool {
        found.has(match self.fail_on {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        })
    }
}
