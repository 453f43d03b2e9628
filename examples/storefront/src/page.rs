use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal, Stdout, Write};

/// Standard output: headings are bold on a terminal, and everything is plain elsewhere.
pub(crate) struct Page {
    out: Stdout,
    bold: bool,
}

impl Page {
    pub(crate) fn stdout() -> Self {
        let out = io::stdout();
        let bold = out.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { out, bold }
    }

    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// An empty line and a heading.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        if self.bold { writeln!(self.out, "\n\x1b[1m{text}\x1b[0m") } else { writeln!(self.out, "\n{text}") }
    }
}
