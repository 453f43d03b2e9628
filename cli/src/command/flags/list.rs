use std::path::PathBuf;

use clap::{Args, ValueEnum};
use taxogen_compiler::Settings;
use taxogen_compiler::day::Day;

use super::overview::Overview;
use super::stale::Stale;
use super::table;
use crate::command::Outcome;
use crate::failure::Failure;
use crate::plan::{self, count};
use crate::printer::{Printer, verdict};

/// Show the plan's flags, and which of them are stale.
///
/// One row for each flag, in the plan's order: its kind, the percentages of its rollout's entries, who owns it, how old
/// it is by `created`, and until when it is to live. A flag is stale
///
/// - when the day that `expires` names has passed,
///
/// - when the plan gives everybody the same answer (100 % without a condition; of a flag with variants, one and the same
///   variant) and the flag was created 30 days ago or earlier. A kill switch and a remote config rest there and are not
///   meant, and neither is what says `expires: never`. A plan has no history: without `created` nobody can tell.
///
/// - when nobody owns it.
///
/// Exits with 0; with 1 when the plan has an error, or with `--stale` when a flag is stale; with 2 when the plan is missing
/// or unreadable.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  taxogen flags list\n  taxogen flags list --stale            # in CI: fails while a flag is stale\n  taxogen flags list --format json | jq -r 'select(.owners == []).key'"
)]
pub(crate) struct List {
    /// The plan; without it the `taxonomy.yaml` of this folder, else of the nearest one above.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,

    /// Show the stale flags alone, and exit with 1 when there is one.
    #[arg(long)]
    stale: bool,

    /// How flags are printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table.
    #[default]
    Text,
    /// One object per line: key, kind, active, rollout (percentages; null where the plan does not manage it), owners,
    /// created, `age_days`, expires, `expires_in_days`, stale (`expired`, `at_100_percent`,
    /// `without_owner`).
    Json,
}

impl List {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let source = plan::read(self.plan.as_deref())?;
        let today = Day::today().map_err(Failure::Epoch)?;
        let analysis = plan::analyze(&source, &Settings::default().today(today));
        let name = &source.file(0).name;
        let Some(plan) = &analysis.plan else {
            printer.findings(&analysis.diagnostics, &source);
            printer.talk(format_args!("{name}: {}", verdict(&analysis.diagnostics)));
            return Ok(Outcome::Bad);
        };
        let all: Vec<_> = plan.flags.iter().map(|flag| Overview::new(flag, today)).collect();
        let is_shown = |flag: &&Overview<'_>| !self.stale || !flag.stale.is_empty();
        let shown: Vec<_> = all.iter().filter(is_shown).collect();
        printer.data(&self.format.print(&shown))?;
        printer.talk(format_args!("{name}: {}", summary(&all)));
        let undated = all.iter().filter(|flag| flag.lacks_created()).count();
        if undated > 0 {
            let flags = if undated == 1 { "flag is" } else { "flags are" };
            printer
                .help(&format!("{undated} {flags} at 100 % without `created`: write the day, so that its age counts"));
        }
        Ok(if self.stale && !shown.is_empty() { Outcome::Bad } else { Outcome::Good })
    }
}

impl Format {
    fn print(self, flags: &[&Overview<'_>]) -> String {
        match self {
            Self::Json => flags.iter().map(|flag| flag.json()).collect(),
            Self::Text if flags.is_empty() => String::new(),
            Self::Text => {
                let rows: Vec<_> = flags.iter().map(|flag| flag.row()).collect();
                table::aligned(Overview::COLUMNS, &rows)
            }
        }
    }
}

/// `5 flags, 3 stale: 1 expired, 1 at 100 %, 2 without owner`.
fn summary(flags: &[Overview<'_>]) -> String {
    let having = |has: fn(&Stale) -> bool| flags.iter().filter(|flag| flag.stale.iter().any(has)).count();
    let all = count(flags.len() as u64, "flag");
    let stale = having(|_| true);
    if stale == 0 {
        return format!("{all}, none stale");
    }
    let reasons = [
        (having(|reason| matches!(reason, Stale::Expired(_))), "expired"),
        (having(|reason| matches!(reason, Stale::Settled(_))), "at 100 %"),
        (having(|reason| matches!(reason, Stale::WithoutOwner)), "without owner"),
    ];
    let told = reasons.iter().filter(|(number, _)| *number > 0).map(|(number, reason)| format!("{number} {reason}"));
    format!("{all}, {stale} stale: {}", told.collect::<Vec<_>>().join(", "))
}
