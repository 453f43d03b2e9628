use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::Value;
use taxogen::Timestamp;
use taxogen_compiler::suggest;
use taxogen_flags::{CannotSay, Definitions, DefinitionsError, Evaluation, FlagValue};

use super::contexts::{self, Context};
use super::place::Place;
use super::tally::Tally;
use crate::command::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// Evaluate PostHog's flags for somebody, as its server would, without asking it; or explain one.
///
/// Reads what PostHog's `/flags/definitions` answers, and contexts: whom the flags are about. A context is
/// `{"id", "distinct_id", "person_properties", "groups", "group_properties", "device_id"}`, of which only `distinct_id` has
/// to be there; the file holds a list of them, or one after another.
///
/// Prints `{"defs": LABEL, "flags": [KEY, ..]}` with the keys in the definitions' order, and then for each context
/// `{"c": ID, "d": LABEL, "v": [VALUE, ..]}` with the value of each flag: `true`, `false`, the variant as a text, or
/// `null` where only the server can say. What is odd in a definition is told on stderr, and costs that flag alone.
///
/// With `--explain` it prints for a person, and not for a program, why one flag has its value: each condition, each
/// property, each number next to its limit, and what decided.
///
/// Exits with 0; with 1 when the definitions or a context cannot be read; with 2 when a file is missing, unreadable or not
/// UTF-8, or when there is no such flag or context.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taxogen flags evaluate --definitions flags.json --contexts people.json
  taxogen flags evaluate --definitions flags.json --contexts people.json --explain checkout-flow --context user_42
  echo '{\"distinct_id\": \"user_42\"}' | taxogen flags evaluate --definitions flags.json --contexts -
  curl -H \"Authorization: Bearer $POSTHOG_PERSONAL_API_KEY\" \\
    \"https://us.i.posthog.com/flags/definitions?token=$POSTHOG_API_KEY&send_cohorts\" > flags.json")]
pub(crate) struct Evaluate {
    /// The definitions: what PostHog's `/flags/definitions` answers; `-` is stdin.
    #[arg(long, value_name = "FILE")]
    definitions: PathBuf,

    /// Whom the flags are evaluated for; `-` is stdin.
    #[arg(long, value_name = "FILE")]
    contexts: PathBuf,

    /// What the definitions are called in what is printed; without it the end of their file's name, `v1` of
    /// `definitions.v1.json`.
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,

    /// Print for a person why this flag has its value.
    #[arg(long, value_name = "KEY")]
    explain: Option<String>,

    /// Only the contexts of these ids; may stand several times.
    #[arg(long, value_name = "ID")]
    context: Vec<String>,

    /// The point in time from which dates such as `-7d` count (`2027-03-31T12:00:00Z`); without it, now.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

impl Evaluate {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        if is_stdin(&self.definitions) && is_stdin(&self.contexts) {
            return Err(usage("definitions and contexts cannot both come from stdin", "name a file for one of them"));
        }
        let (document, text) = (read(&self.definitions)?, read(&self.contexts)?);
        let Some(definitions) = self.definitions(&document, printer) else { return Ok(Outcome::Bad) };
        let (contexts, troubles) = contexts::read(&text);
        let name = name(&self.contexts);
        for trouble in &troubles {
            let Place { line, column } = trouble.place;
            printer.talk(format_args!("{name}:{line}:{column}: {}", trouble.problem));
        }
        let contexts = self.wanted(contexts)?;
        let now = self.now();
        match &self.explain {
            Some(key) => explain(&definitions, key, &contexts, now, printer)?,
            None => self.print(&definitions, &contexts, now, printer)?,
        }
        Ok(if troubles.iter().any(|trouble| trouble.is_loss) { Outcome::Bad } else { Outcome::Good })
    }

    /// `None` where they cannot be used, which has been told.
    fn definitions(&self, document: &str, printer: &mut Printer) -> Option<Definitions> {
        let name = name(&self.definitions);
        match Definitions::parse(document.as_bytes()) {
            Ok(definitions) => {
                // Of the other flags nobody asks.
                let is_asked =
                    |flag: Option<&str>| self.explain.is_none() || flag.is_none() || flag == self.explain.as_deref();
                for trouble in definitions.troubles().iter().filter(|trouble| is_asked(trouble.flag())) {
                    printer.talk(format_args!("{name}: {trouble}"));
                }
                Some(definitions)
            }
            Err(error) => {
                match error {
                    DefinitionsError::NotJson { line, column } => {
                        // It is 0 where a line ends that nothing stands in.
                        printer.talk(format_args!("{name}:{line}:{}: not JSON", column.max(1)));
                    }
                    error => printer.talk(format_args!("{name}: {error}")),
                }
                printer.help(
                    "definitions are what PostHog's `/flags/definitions` answers: an object with a list of `flags`",
                );
                None
            }
        }
    }

    fn wanted<'a>(&self, contexts: Vec<Context<'a>>) -> Result<Vec<Context<'a>>, Failure> {
        if let Some(unknown) = self.context.iter().find(|id| contexts.iter().all(|context| context.id != **id)) {
            let ids = contexts.iter().map(|context| context.id.as_str());
            let help = match suggest::nearest(unknown, ids) {
                Some(near) => format!("there is one of a similar id: `{near}`"),
                None => "`id`, or else `distinct_id`, is the id of a context".to_owned(),
            };
            return Err(Failure::Usage { message: format!("there is no context `{unknown}`"), help });
        }
        let is_wanted = |context: &Context<'_>| self.context.is_empty() || self.context.contains(&context.id);
        Ok(contexts.into_iter().filter(is_wanted).collect())
    }

    fn now(&self) -> i64 {
        let clock = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        };
        self.now.map_or_else(clock, Timestamp::as_unix_millis)
    }

    /// A line of keys, and a line of values for each context.
    fn print(
        &self,
        definitions: &Definitions,
        contexts: &[Context<'_>],
        now: i64,
        printer: &mut Printer,
    ) -> Result<(), Failure> {
        let label = Value::from(self.label.clone().unwrap_or_else(|| label(&self.definitions)));
        let keys: Vec<_> = definitions.keys().map(Value::from).collect();
        printer.data(&format!("{{\"defs\":{label},\"flags\":{}}}\n", Value::from(keys)))?;
        let mut tally = Tally::default();
        for context in contexts {
            if printer.is_closed() {
                break;
            }
            let groups = context.groups();
            let values: Vec<_> = definitions
                .evaluate_all(&context.person(&groups), now)
                .map(|(key, answer)| {
                    tally.count(key, &answer);
                    value(answer)
                })
                .collect();
            let id = Value::from(context.id.as_str());
            printer.data(&format!("{{\"c\":{id},\"d\":{label},\"v\":{}}}\n", Value::from(values)))?;
        }
        tally.sum_up(printer, &name(&self.definitions), definitions.len(), contexts.len());
        Ok(())
    }
}

fn explain(
    definitions: &Definitions,
    key: &str,
    contexts: &[Context<'_>],
    now: i64,
    printer: &mut Printer,
) -> Result<(), Failure> {
    if definitions.keys().all(|known| known != key) {
        let help = match suggest::nearest(key, definitions.keys()) {
            Some(near) => format!("a flag with a similar key exists: `{near}`"),
            None => "without `--explain` the first line that is printed names all flags".to_owned(),
        };
        return Err(Failure::Usage { message: format!("the definitions have no flag `{key}`"), help });
    }
    if contexts.is_empty() {
        printer.talk("there is no context, and so nothing to explain");
    }
    for (index, context) in contexts.iter().enumerate() {
        if printer.is_closed() {
            break;
        }
        let groups = context.groups();
        if let Some(explanation) = definitions.explain(key, &context.person(&groups), now) {
            let between = if index == 0 { "" } else { "\n----\n\n" };
            printer.data(&format!("{between}{explanation}"))?;
        }
    }
    Ok(())
}

fn value(answer: Result<Evaluation, CannotSay>) -> Value {
    match answer.map(|evaluation| evaluation.value) {
        Ok(FlagValue::Boolean(on)) => on.into(),
        Ok(FlagValue::Variant(variant)) => variant.as_ref().into(),
        Err(_) => Value::Null,
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |error| Failure::Unreadable { name: name(path), error };
    if !is_stdin(path) {
        return fs::read_to_string(path).map_err(unreadable);
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// What stands before the last dot of a file's name, and behind the one before: `v1` of `definitions.v1.json`.
fn label(path: &Path) -> String {
    if is_stdin(path) {
        return name(path);
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.rsplit('.').next().unwrap_or_default().to_owned()
}

fn name(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn usage(message: &str, help: &str) -> Failure {
    Failure::Usage { message: message.to_owned(), help: help.to_owned() }
}
