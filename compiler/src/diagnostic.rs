//! What is wrong with a plan, as values: a code, a place, a sentence and, where we can, the remedy.
//!
//! Stages collect into [`Diagnostics`]; nobody prints here. The renderers are in `render`.

use crate::code::Code;
use crate::lint::{Level, Levels, Lint};
use crate::list;
use crate::settings::Settings;
use crate::source::{Span, in_order};
use crate::table::Table;

/// How many findings are kept; a plan with more is no plan, and what is beyond is only counted.
const LIMIT: usize = 10_000;

/// One finding. The sentence is lower case, without a full stop, names in backticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: Code,
    /// Whether it stops the build.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The smallest text that is wrong.
    pub primary: Span,
    /// What stands beside the underline of the primary place.
    pub label: Option<String>,
    /// Other places involved, each with its sentence: "first declared here".
    pub labels: Vec<(Span, String)>,
    /// What to do, one line each.
    pub help: Vec<String>,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably a mistake; the plan still compiles.
    Warning,
    /// The plan does not compile.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The sink that every stage takes.
///
/// The same finding at the same place is kept once: an alias shows its text many times.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// Where something is told.
    places: Table<Span, ()>,
    levels: Levels,
    errors: usize,
    /// Those of the errors that are findings of lints.
    denied: usize,
    warnings: usize,
    notes: usize,
    omitted: usize,
    /// Takes the labels and help of a finding that is not kept.
    unkept: Option<Box<Diagnostic>>,
}

impl Diagnostics {
    /// An empty sink for a plan that is compiled with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { levels: Levels::new(&settings.levels, settings.only_errors), ..Self::default() }
    }

    /// Adds an error; the builder that comes back takes label, labels and help.
    pub fn error(&mut self, code: Code, primary: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(code, Severity::Error, primary, message.into())
    }

    /// Adds a finding of a lint, likewise. What it is, its level says; where that is `allow`, nothing is added.
    pub fn lint(&mut self, lint: Lint, primary: Span, message: impl Into<String>) -> &mut Diagnostic {
        let Some(severity) = self.level(lint).severity() else {
            return self.unkept.insert(Box::new(Diagnostic::new(lint.code(), Severity::Note, primary, message.into())));
        };
        self.push(lint.code(), severity, primary, message.into())
    }

    /// How much a lint weighs. One that is allowed need not look at anything.
    #[must_use]
    pub fn level(&self, lint: Lint) -> Level {
        self.levels.of(lint)
    }

    /// Sets what the plan says about a lint; what the caller says goes over it.
    pub(crate) fn set_level(&mut self, lint: Lint, level: Level) {
        self.levels.set(lint, level);
    }

    fn push(&mut self, code: Code, severity: Severity, primary: Span, message: String) -> &mut Diagnostic {
        let diagnostic = Diagnostic::new(code, severity, primary, message);
        if self.is_repeated(&diagnostic) {
            return self.unkept.insert(Box::new(diagnostic));
        }
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
        if severity == Severity::Error && Lint::of_code(code).is_some() {
            self.denied += 1;
        }
        if self.found.len() == LIMIT {
            self.omitted += 1;
            return self.unkept.insert(Box::new(diagnostic));
        }
        self.found.push(diagnostic);
        self.found.last_mut().expect("just pushed")
    }

    /// Beyond the limit nothing is compared: each finding would look at all that are kept.
    fn is_repeated(&mut self, new: &Diagnostic) -> bool {
        let is_new = self.found.len() == LIMIT || self.places.insert(new.primary, ()).is_none();
        !is_new && self.found.iter().any(|old| old.primary == new.primary && old.message == new.message)
    }

    /// Whether the plan does not compile.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether something is wrong with the plan that no level of a lint changes.
    #[must_use]
    pub fn has_mistakes(&self) -> bool {
        self.errors > self.denied
    }

    /// Whether there is a finding of at least that severity, those that were not kept included.
    #[must_use]
    pub fn has(&self, severity: Severity) -> bool {
        let counts = [(Severity::Error, self.errors), (Severity::Warning, self.warnings), (Severity::Note, self.notes)];
        counts.iter().any(|(found, count)| *found >= severity && *count > 0)
    }

    /// How many errors there are, those that were not kept included.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many warnings there are, those that were not kept included.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// How many notes there are, those that were not kept included.
    #[must_use]
    pub fn notes(&self) -> usize {
        self.notes
    }

    /// How many findings were counted but not kept, because there are already 10,000.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// How many findings are kept so far.
    pub(crate) fn kept(&self) -> usize {
        self.found.len()
    }

    /// What was kept after the first `kept`, for who knows more about them.
    pub(crate) fn since(&mut self, kept: usize) -> &mut [Diagnostic] {
        &mut self.found[kept..]
    }

    /// Whether something of that kind was told of a place inside.
    pub(crate) fn has_within(&self, code: Code, place: Span) -> bool {
        let is_within = |span: Span| span.file == place.file && place.start <= span.start && span.end <= place.end;
        self.found.iter().any(|found| found.code == code && is_within(found.primary))
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In the order of their places.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let places: Vec<Span> = list::map(&self.found, |diagnostic| diagnostic.primary);
        in_order(&places).into_iter().map(|at| &self.found[at]).collect()
    }
}

impl Diagnostic {
    fn new(code: Code, severity: Severity, primary: Span, message: String) -> Self {
        Self { code, severity, message, primary, label: None, labels: Vec::new(), help: Vec::new() }
    }

    /// The lint that found it; `None` where it is an error at any level.
    #[must_use]
    pub fn lint(&self) -> Option<Lint> {
        Lint::of_code(self.code)
    }

    /// What a renderer says of the lint.
    pub(crate) fn lint_note(&self) -> Option<String> {
        self.lint().map(|lint| format!("lint `{}`, set in `lints`", lint.name()))
    }

    /// Says what stands beside the underline.
    pub fn label(&mut self, text: impl Into<String>) -> &mut Self {
        self.label = Some(text.into());
        self
    }

    /// Points at another place that is involved.
    pub fn also(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        self.labels.push((span, text.into()));
        self
    }

    /// Adds a line of help; `None` adds nothing.
    pub fn help(&mut self, text: impl Into<Option<String>>) -> &mut Self {
        self.help.extend(text.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_finding_at_one_place_is_kept_once() {
        let mut diagnostics = Diagnostics::default();
        let place = Span::new(0, 3, 5);
        diagnostics.error(Code::UnknownType, place, "unknown type `a`").help("one".to_owned());
        diagnostics.error(Code::UnknownType, place, "unknown type `a`").help("two".to_owned());
        diagnostics.error(Code::UnknownType, place, "unknown type `b`");
        let found: Vec<_> = diagnostics.sorted().iter().map(|found| (&*found.message, found.help.len())).collect();
        assert_eq!(found, [("unknown type `a`", 1), ("unknown type `b`", 0)]);
        assert_eq!((diagnostics.errors(), diagnostics.omitted()), (2, 0));
    }

    #[test]
    fn beyond_the_limit_findings_are_counted() {
        let mut diagnostics = Diagnostics::default();
        for at in 0..LIMIT + 5 {
            diagnostics.error(Code::UnknownType, Span::new(0, at, at), "unknown type").help("none".to_owned());
        }
        assert_eq!(diagnostics.sorted().len(), LIMIT);
        assert_eq!((diagnostics.errors(), diagnostics.omitted()), (LIMIT + 5, 5));
    }
}
