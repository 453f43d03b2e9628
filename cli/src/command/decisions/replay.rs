use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::mem;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use taxogen::{Destinations, ExposurePolicy};
use taxogen_compiler::Settings;

use super::play::Player;
use super::tally::Tally;
use super::{plan as decisions, rows};
use crate::command::Outcome;
use crate::failure::Failure;
use crate::plan;
use crate::printer::{Printer, verdict};

/// Print what a destination would be told of recorded decisions.
///
/// Reads notifications of Optimizely's SDKs, one JSON value a line: bare, in any SDK's form, or as `notification` in a row
/// with a `seq`; a list of them is read one by one. Prints a line of JSON for each, in order:
/// `{"seq", "event", "user_id", "properties", "person_properties"}` of what would be sent, without what every event has
/// (library, time, ids), or `{"seq", "skipped"}` with the reason. `seq` is that of the row, or `null`.
///
/// A line that cannot be read is told on stderr with its number, and the rest goes on; so is, once, a rule that the plan
/// does not know. A summary follows there.
///
/// Exits with 0 when every line was read; with 1 when one was not, or the plan has an error; with 2 when a file is missing
/// or unreadable.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The notifications; `-` is stdin.
    file: PathBuf,

    /// Who would be told.
    #[arg(long, value_enum, value_name = "DESTINATION")]
    to: Target,

    /// What is an exposure.
    #[arg(long, value_enum, default_value_t)]
    policy: Policy,

    /// The plan of the policy `default`; without it the `taxonomy.yaml` of this folder, else of the nearest one above.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,

    /// Skip what repeats the last decision about a person and flag: the same variation, rule and `enabled`. Without it
    /// every notification stands for itself.
    #[arg(long)]
    dedup: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    #[value(name = "posthog")]
    PostHog,
    Segment,
    Mixpanel,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Policy {
    /// Every decision, as the vendors' integration guides have it; Segment where a rule gave a variation.
    Guide,
    /// What the plan's `optimizely.rules` call an experiment.
    #[default]
    Default,
}

impl Replay {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let Some(policy) = self.policy(printer)? else { return Ok(Outcome::Bad) };
        let name = if self.is_stdin() { "stdin".to_owned() } else { self.file.display().to_string() };
        let unreadable = |error| Failure::Unreadable { name: name.clone(), error };
        let mut tally = Tally::new(&name);
        let mut lines = BufReader::new(self.open().map_err(unreadable)?);
        let player = Player::new(policy, self.to.destination(), self.dedup);
        let (mut line, mut out) = (Vec::new(), String::new());
        for number in 1_u64.. {
            // Before it may have to wait for more.
            if lines.buffer().is_empty() {
                printer.data(&mem::take(&mut out))?;
            }
            if printer.is_closed() {
                printer
                    .talk(format_args!("{name}: nobody reads on, so that line {number} and those behind it are left"));
                break;
            }
            line.clear();
            if lines.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                break;
            }
            let marked = line.strip_prefix("\u{feff}".as_bytes()).filter(|_| number == 1);
            let rows = rows::read(marked.unwrap_or(&line)).unwrap_or_else(|problem| {
                tally.unread(printer, number, &problem);
                Vec::new()
            });
            for row in rows {
                match player.play(&row.notification) {
                    Ok(fate) => {
                        tally.count(&fate);
                        out.push_str(&fate.line(&row));
                        out.push('\n');
                    }
                    Err(error) => tally.unread(printer, number, &error.to_string()),
                }
            }
            for trouble in player.troubles() {
                printer.talk(format_args!("{name}:{number}: {trouble}"));
            }
        }
        tally.sum_up(printer, self.to.name());
        Ok(if tally.is_whole() { Outcome::Good } else { Outcome::Bad })
    }

    fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(if self.is_stdin() { Box::new(io::stdin().lock()) } else { Box::new(File::open(&self.file)?) })
    }

    fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    /// `None` where the plan has errors, which have been told.
    fn policy(&self, printer: &mut Printer) -> Result<Option<ExposurePolicy>, Failure> {
        if self.policy == Policy::Guide {
            return match &self.plan {
                None => Ok(Some(ExposurePolicy::guide())),
                Some(_) => Err(Failure::Usage {
                    message: "the policy `guide` asks no plan".to_owned(),
                    help: "leave out `--plan`, or `--policy guide`".to_owned(),
                }),
            };
        }
        let source = plan::read(self.plan.as_deref())?;
        let analysis = plan::analyze(&source, &Settings::default());
        let name = &source.file(0).name;
        let Some(plan) = &analysis.plan else {
            printer.findings(&analysis.diagnostics, &source);
            printer.talk(format_args!("{name}: {}", verdict(&analysis.diagnostics)));
            return Ok(None);
        };
        if !decisions::has_rules(plan) {
            printer.talk(format_args!(
                "{name}: no experiment says `optimizely: {{ rules: .. }}`, so that no decision is an exposure"
            ));
        }
        Ok(Some(ExposurePolicy::by_plan(decisions::decisions(plan))))
    }
}

impl Target {
    fn destination(self) -> Destinations {
        match self {
            Self::PostHog => Destinations::POSTHOG,
            Self::Segment => Destinations::SEGMENT,
            Self::Mixpanel => Destinations::MIXPANEL,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::PostHog => "PostHog",
            Self::Segment => "Segment",
            Self::Mixpanel => "Mixpanel",
        }
    }
}
