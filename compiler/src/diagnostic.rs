//! What is wrong with a plan, as values: a code, a place, a sentence and, where we can, the remedy.
//!
//! Stages collect into [`Diagnostics`]; nobody prints here. The renderers are in `render`.

use crate::source::Span;

/// One finding. The sentence is lower case, without a full stop, names in backticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
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
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds an error; the builder that comes back takes label, labels and help.
    pub fn error(&mut self, code: Code, primary: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(code, Severity::Error, primary, message.into())
    }

    /// Adds a warning, likewise.
    pub fn warning(&mut self, code: Code, primary: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(code, Severity::Warning, primary, message.into())
    }

    fn push(&mut self, code: Code, severity: Severity, primary: Span, message: String) -> &mut Diagnostic {
        self.found.push(Diagnostic { code, severity, message, primary, label: None, labels: Vec::new(), help: Vec::new() });
        self.found.last_mut().expect("just pushed")
    }

    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In the order of their places.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.found.iter().collect();
        sorted.sort_by_key(|diagnostic| diagnostic.primary);
        sorted
    }
}

impl Diagnostic {
    pub fn label(&mut self, text: impl Into<String>) -> &mut Self {
        self.label = Some(text.into());
        self
    }

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
