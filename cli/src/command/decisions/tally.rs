use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::play::Fate;
use crate::plan::count;
use crate::printer::Printer;

/// What has become of the notifications of a file.
#[derive(Debug)]
pub(super) struct Tally<'a> {
    file: &'a str,
    sent: u64,
    skipped: BTreeMap<String, u64>,
    /// Those that could not be read, and whole lines.
    unread: u64,
}

/// As many of what could not be read are told one by one: a file that is no recording has thousands.
const TOLD: u64 = 100;

impl<'a> Tally<'a> {
    pub(super) fn new(file: &'a str) -> Self {
        Self { file, sent: 0, skipped: BTreeMap::new(), unread: 0 }
    }

    pub(super) fn count(&mut self, fate: &Fate) {
        match fate {
            Fate::Sent(_) => self.sent += 1,
            Fate::Skipped(reason) => *self.skipped.entry(reason.clone()).or_default() += 1,
        }
    }

    /// Tells and counts what could not be read.
    pub(super) fn unread(&mut self, printer: &mut Printer, line: u64, problem: &str) {
        self.unread += 1;
        if self.unread <= TOLD {
            printer.talk(format_args!("{}:{line}: {problem}", self.file));
        }
    }

    /// Whether everything could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.unread == 0
    }

    /// Says what has become of all, and what to do about a file of which nothing could be read.
    pub(super) fn sum_up(&self, printer: &mut Printer, to: &str) {
        if self.unread > TOLD {
            printer.talk(format_args!("and {} more", self.unread - TOLD));
        }
        printer.talk(self.summary(to));
        if self.unread > 0 && self.sent == 0 && self.skipped.is_empty() {
            printer
                .help("each line is one JSON value: a notification, or a list of them; `jq -c .` writes any JSON so");
        }
    }

    /// `js.jsonl: 1043 notifications, 677 sent to PostHog, 366 skipped: 195 no rule, 171 repeated`.
    fn summary(&self, to: &str) -> String {
        let skipped: u64 = self.skipped.values().sum();
        let all = count(self.sent + skipped, "notification");
        let mut summary = format!("{}: {all}, {} sent to {to}", self.file, self.sent);
        if skipped > 0 {
            let reasons: Vec<_> = self.skipped.iter().map(|(reason, number)| format!("{number} {reason}")).collect();
            let _ = write!(summary, ", {skipped} skipped: {}", reasons.join(", "));
        }
        if self.unread > 0 {
            let _ = write!(summary, "; {} not read", self.unread);
        }
        summary
    }
}
