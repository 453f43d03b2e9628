//! Without any dependency, for the macro: the sentence, the line with its underline, the help.

use std::fmt::Write as _;
use std::ops::Range;

use super::{is_hidden, visible};
use crate::diagnostic::Diagnostic;
use crate::source::{File, Source, Span};

/// The most characters of a line that are shown; the rest is cut off around the underline.
const WIDTH: usize = 140;

/// How much of the line stays before the underline when it is cut.
const BEFORE: usize = 40;

/// One finding as text, its lines as rustc draws them, without a line break at the end.
#[must_use]
pub fn plain(diagnostic: &Diagnostic, source: &Source) -> String {
    let Diagnostic { code, severity, message, primary, label, labels, help } = diagnostic;
    let mut out = format!("{}[{}]: {}\n", severity.as_str(), code.as_str(), visible(message));
    if code.hides_its_line() {
        let _ = writeln!(out, " --> {}:{}", source.file(primary.file).name, source.start(*primary));
    } else {
        frame(&mut out, *primary, label.as_deref().unwrap_or_default(), source);
    }
    for (span, text) in labels {
        let _ = writeln!(out, "note: {}", visible(text));
        frame(&mut out, *span, "", source);
    }
    if let Some(note) = diagnostic.lint_note() {
        let _ = writeln!(out, "note: {note}");
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
    let line = file.line(start.line);
    let (first, last) = marked(file, start.line, span);
    let shown = shown(line, first);
    let (lead, tail) = (if shown.start > 0 { "..." } else { "" }, if shown.end < line.len() { "..." } else { "" });
    let indent = lead.len() + line[shown.start..first].chars().count();
    let underline = line[first..last.min(shown.end)].chars().count().max(1);
    let shown: String = line[shown].chars().map(|letter| if is_hidden(letter) { ' ' } else { letter }).collect();

    let number = start.line.to_string();
    let gutter = " ".repeat(number.len());
    let (indent, underline) = (" ".repeat(indent), "^".repeat(underline));
    let _ = writeln!(out, "{gutter}--> {}:{start}", file.name);
    let _ = writeln!(out, "{gutter} |");
    let _ = writeln!(out, "{}", format!("{number} | {lead}{shown}{tail}").trim_end());
    let _ = writeln!(out, "{}", format!("{gutter} | {indent}{underline} {}", visible(label)).trim_end());
    let _ = writeln!(out, "{gutter} |");
}

/// The first byte of the span in its first line, and the one behind its last in that line.
fn marked(file: &File, number: usize, span: Span) -> (usize, usize) {
    let (line, line_start) = (file.line(number), file.line_start(number));
    let first = (span.start as usize - line_start).min(line.len());
    let last = (span.end as usize - line_start).min(line.len());
    (first, last)
}

/// The bytes of the line that are shown where the underline begins at `first`.
///
/// It looks at no more than what is shown: a plan in one line may have thousands of findings.
fn shown(line: &str, first: usize) -> Range<usize> {
    let width = |text: &str| text.char_indices().nth(WIDTH).map(|(at, _)| at);
    if width(line).is_none() {
        return 0..line.len();
    }
    let start = line[..first].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    start..width(&line[start..]).map_or(line.len(), |length| start + length)
}
