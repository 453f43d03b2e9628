//! With the source around them, as rustc draws them: for the command line and build scripts.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{plain, visible};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{File, Source, Span};

/// A line longer than this is drawn by the plain renderer, which cuts it.
const LONG_LINE: usize = 400;

/// Places farther apart than this are drawn by the plain renderer, which shows each on its own; the other
/// reads every line between them.
const FAR_LINES: usize = 2_000;

/// One finding as text, with colours for a terminal where `color`, without a line break at the end.
#[must_use]
pub fn frames(diagnostic: &Diagnostic, source: &Source, color: bool) -> String {
    let Diagnostic { code, severity, message, primary, label, labels, help } = diagnostic;
    let spans = || std::iter::once(*primary).chain(labels.iter().map(|(span, _)| *span));
    if code.hides_its_line() || spans().any(|span| has_long_lines(source, span) || is_far(source, span, *primary)) {
        return plain(diagnostic, source);
    }
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(visible(message)).id(code.as_str()));
    let excerpts: Vec<_> = files(spans())
        .into_iter()
        .map(|file| (file, Excerpt::around(source.file(file), spans().filter(|span| span.file == file))))
        .collect();
    // The other renderer leaves them in, and some terminals take them for commands.
    if excerpts.iter().any(|(_, excerpt)| excerpt.text.contains(|letter| ('\u{80}'..='\u{9f}').contains(&letter))) {
        return plain(diagnostic, source);
    }
    for (file, excerpt) in excerpts {
        let mut snippet = Snippet::source(excerpt.text).path(&source.file(file).name).line_start(excerpt.first_line);
        if primary.file == file {
            let mark = AnnotationKind::Primary.span(excerpt.range(*primary));
            snippet = snippet.annotation(mark.label(label.as_deref().map(visible)));
        }
        for (span, text) in labels.iter().filter(|(span, _)| span.file == file) {
            snippet = snippet.annotation(AnnotationKind::Context.span(excerpt.range(*span)).label(visible(text)));
        }
        group = group.element(snippet);
    }
    group = group.elements(diagnostic.lint_note().map(|note| Level::NOTE.message(note)));
    let mut report = vec![group];
    report.extend(help.iter().map(|line| Group::with_title(Level::HELP.secondary_title(visible(line)))));
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&report)
}

/// The file of the primary place first, each once.
fn files(spans: impl Iterator<Item = Span>) -> Vec<u16> {
    let mut files = Vec::new();
    for span in spans {
        if !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    files
}

fn has_long_lines(source: &Source, span: Span) -> bool {
    let file = source.file(span.file);
    (file.line_of(span.start)..=file.line_of(span.end)).any(|line| file.line(line).len() > LONG_LINE)
}

fn is_far(source: &Source, span: Span, primary: Span) -> bool {
    let line_of = |offset| source.file(primary.file).line_of(offset);
    span.file == primary.file && line_of(span.end).abs_diff(line_of(primary.start)) > FAR_LINES
}

/// The lines from the first to the last place: the renderer reads all that it is given.
struct Excerpt<'s> {
    text: &'s str,
    first_line: usize,
    offset: usize,
}

impl<'s> Excerpt<'s> {
    fn around(file: &'s File, spans: impl Iterator<Item = Span>) -> Self {
        let lines = spans.map(|span| (file.line_of(span.start), file.line_of(span.end)));
        let (first_line, last_line) =
            lines.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).expect("a file is shown for one of its places");
        let offset = file.line_start(first_line);
        let end = file.line_start(last_line) + file.line(last_line).len();
        Self { text: &file.text[offset..end], first_line, offset }
    }

    fn range(&self, span: Span) -> Range<usize> {
        span.start as usize - self.offset..span.end as usize - self.offset
    }
}
