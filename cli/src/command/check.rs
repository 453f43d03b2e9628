use std::path::PathBuf;

use clap::{Args, ValueEnum};
use taxogen_compiler::Checked;

use super::Outcome;
use crate::failure::Failure;
use crate::lints::Lints;
use crate::plan;
use crate::printer::{Printer, verdict};

/// Tell every mistake in a plan.
///
/// Exits with 0 when there is no error, with 1 when there is one, or a finding that `--fail-on` names, and
/// with 2 when the plan is missing, unreadable or not UTF-8.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The plan; without it the `taxonomy.yaml` of this folder, else of the nearest one above.
    path: Option<PathBuf>,

    /// Check what one application has: without the events whose `apps` do not name it.
    #[arg(long, value_name = "NAME")]
    app: Option<String>,

    /// How findings are printed: for a person on stderr, or one JSON object per line on stdout.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    lints: Lints,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the source around them.
    #[default]
    Text,
    /// code, severity, lint, message, file, line, column, `end_line`, `end_column`, help.
    Json,
}

impl Check {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let source = plan::read(self.path.as_deref())?;
        let settings = self.lints.settings()?.for_app(self.app);
        let Checked { plan, diagnostics, .. } = plan::check(&source, &settings);
        match self.format {
            Format::Json => printer.json(diagnostics, &source)?,
            Format::Text => {
                printer.findings(diagnostics, &source);
                let contents = if diagnostics.has_errors() {
                    String::new()
                } else {
                    let events = plan.events_of(settings.app.as_deref()).count();
                    plan::contents(events, plan.flags.items.len(), plan.experiments.items.len()) + ", "
                };
                printer.talk(format_args!("{}: {contents}{}", source.file(0).name, verdict(diagnostics)));
            }
        }
        Ok(if self.lints.fail(diagnostics) { Outcome::Bad } else { Outcome::Good })
    }
}
