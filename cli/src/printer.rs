//! Prints: data to stdout, talk to stderr; colour only where a terminal shows it and `NO_COLOR` is unset.

use std::fmt::Display;
use std::io::{self, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use taxogen_compiler::diagnostic::Diagnostics;
use taxogen_compiler::render;
use taxogen_compiler::source::Source;

use crate::failure::Failure;
use crate::plan::count;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

pub(crate) struct Printer {
    out: io::Stdout,
    is_closed: bool,
    err: AutoStream<io::Stderr>,
}

impl Printer {
    pub(crate) fn new() -> Self {
        Self { out: io::stdout(), is_closed: false, err: AutoStream::auto(io::stderr()) }
    }

    /// Data, as it is. A reader that went away has read enough.
    pub(crate) fn data(&mut self, text: &str) -> Result<(), Failure> {
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.is_closed = true,
            written => written.map_err(Failure::Print)?,
        }
        Ok(())
    }

    /// Whether the reader of the data went away.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// A line for the person who watches; nobody may be there.
    pub(crate) fn talk(&mut self, line: impl Display) {
        let _ = writeln!(self.err, "{line}");
    }

    pub(crate) fn failure(&mut self, failure: &Failure) {
        self.talk(format_args!("{ERROR}error{ERROR:#}: {failure}"));
        if let Some(help) = failure.help() {
            self.help(help);
        }
    }

    /// What to do.
    pub(crate) fn help(&mut self, help: &str) {
        self.talk(format_args!("{HELP}help{HELP:#}: {help}"));
    }

    /// Every finding with the source around it.
    pub(crate) fn findings(&mut self, found: &Diagnostics, source: &Source) {
        for diagnostic in found.sorted() {
            self.talk(format_args!("{}\n", render::frames(diagnostic, source, true)));
        }
        self.omitted(found);
    }

    /// Every finding as one line of JSON.
    pub(crate) fn json(&mut self, found: &Diagnostics, source: &Source) -> Result<(), Failure> {
        let findings = found.sorted();
        let lines: String = findings.iter().map(|diagnostic| render::json(diagnostic, source) + "\n").collect();
        self.data(&lines)?;
        self.omitted(found);
        Ok(())
    }

    fn omitted(&mut self, found: &Diagnostics) {
        let omitted = found.omitted();
        if omitted > 0 {
            self.talk(format_args!("and {omitted} more"));
        }
    }
}

/// `1 error, 2 warnings`, or `no problems`.
pub(crate) fn verdict(found: &Diagnostics) -> String {
    let counts = [(found.errors(), "error"), (found.warnings(), "warning"), (found.notes(), "note")];
    let parts: Vec<_> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number as u64, noun)).collect();
    if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
}
