use std::collections::BTreeMap;

use taxogen_flags::{CannotSay, Evaluation};

use crate::plan::count;
use crate::printer::Printer;

/// What could not be said, and why.
#[derive(Debug, Default)]
pub(super) struct Tally {
    unsaid: BTreeMap<String, Unsaid>,
    answers: u64,
}

/// One flag.
#[derive(Debug, Default)]
struct Unsaid {
    contexts: u64,
    /// The reasons, and how often.
    reasons: BTreeMap<String, u64>,
}

/// As many flags are told one by one.
const TOLD: usize = 20;

impl Tally {
    pub(super) fn count(&mut self, key: &str, answer: &Result<Evaluation, CannotSay>) {
        self.answers += 1;
        let Err(why) = answer else { return };
        let unsaid = self.unsaid.entry(key.to_owned()).or_default();
        unsaid.contexts += 1;
        *unsaid.reasons.entry(why.to_string()).or_default() += 1;
    }

    /// Says which flags could not be decided, and how much was.
    pub(super) fn sum_up(&self, printer: &mut Printer, definitions: &str, flags: usize, contexts: usize) {
        for (key, Unsaid { contexts, reasons }) in self.unsaid.iter().take(TOLD) {
            let reasons: Vec<_> = match reasons.len() {
                1 => reasons.keys().cloned().collect(),
                _ => reasons.iter().map(|(reason, number)| format!("{reason} ({number})")).collect(),
            };
            let contexts = count(*contexts, "context");
            printer.talk(format_args!(
                "{definitions}: `{key}` cannot be decided here for {contexts}: {}",
                reasons.join(", ")
            ));
        }
        if self.unsaid.len() > TOLD {
            printer.talk(format_args!("and {} more", count((self.unsaid.len() - TOLD) as u64, "flag")));
        }
        let unsaid: u64 = self.unsaid.values().map(|unsaid| unsaid.contexts).sum();
        let (flags, contexts) = (count(flags as u64, "flag"), count(contexts as u64, "context"));
        let answers = count(self.answers, "value");
        let rest = if unsaid > 0 { format!(", {unsaid} that only the server can give") } else { String::new() };
        printer.talk(format_args!("{definitions}: {flags}, {contexts}, {answers}{rest}"));
    }
}
