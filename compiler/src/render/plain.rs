//! Without any dependency, for the macro: the sentence, the line with its underline, the help.

use std::fmt::Write as _;

use super::{is_hidden, visible};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// The most characters of a line that are shown; the rest is cut off around the underline.
const WIDTH: usize = 140;

/// How much of the line stays before the underline when it is cut.
const BEFORE: usize = 40;

/// One finding as text, its lines as rustc draws them, without a line break at the end.
#[must_use]
pub fn plain(diagnostic: &Diagnostic, source: &Source) -> String {
    let Diagnostic { code, severity, message, primary, label, labels, help } = diagnostic;
    let mut out = format!("{}[{}]: {}\n", severity.as_str(), code.as_str(), visible(message));
    frame(&mut out, *primary, label.as_deref().unwrap_or_default(), source);
    for (span, text) in labels {
        let _ = writeln!(out, "note: {}", visible(text));
        frame(&mut out, *span, "", source);
    }
    for line in help {
        let _ = writeln!(out, "help: {}", visible(line));
    }
    out.truncate(out.trim_end().len());
    out
}

/// The place, its line, and the underline with its label.
fn frame(out: &mut String, span: Span, label: &str, source: &Source) {
    let file = source.file(span.file);
    let start = source.start(span);
    let end = source.end(span);
    let line: Vec<char> = file.line(start.line).chars().collect();
    let first = start.column - 1;
    let last = if end.line == start.line { end.column - 1 } else { line.len() };

    let (from, to) = if line.len() <= WIDTH {
        (0, line.len())
    } else {
        let from = first.saturating_sub(BEFORE);
        (from, line.len().min(from + WIDTH))
    };
    let shown: String =
        line[from.min(to)..to].iter().map(|letter| if is_hidden(*letter) { ' ' } else { *letter }).collect();
    let (lead, tail) = (if from > 0 { "..." } else { "" }, if to < line.len() { "..." } else { "" });

    let number = start.line.to_string();
    let gutter = " ".repeat(number.len());
    let indent = " ".repeat(lead.len() + first.min(to) - from.min(first));
    let underline = "^".repeat(last.min(to).saturating_sub(first).max(1));
    let _ = writeln!(out, "{gutter}--> {}:{start}", file.name);
    let _ = writeln!(out, "{gutter} |");
    let _ = writeln!(out, "{}", format!("{number} | {lead}{shown}{tail}").trim_end());
    let _ = writeln!(out, "{}", format!("{gutter} | {indent}{underline} {}", visible(label)).trim_end());
    let _ = writeln!(out, "{gutter} |");
}
