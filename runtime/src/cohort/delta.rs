use std::fmt;

/// What a message changed in a cohort. `Debug` shows how many, and nobody.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "what changed has to be sent on"]
pub struct Delta {
    pub(super) progress: Progress,
    pub(super) added: Vec<String>,
    pub(super) removed: Vec<String>,
}

/// How far an export has come with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// It is whole and was applied.
    Applied,
    /// Pages of it are missing; nothing was applied.
    Waiting {
        /// How many.
        missing: u32,
    },
    /// It was applied before; nothing was applied.
    Repeated,
}

impl Delta {
    pub(super) fn nothing(progress: Progress) -> Self {
        Self { progress, added: Vec::new(), removed: Vec::new() }
    }

    /// How far the export has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// The distinct ids of those who were not in the cohort and now are, in order.
    #[must_use]
    pub fn added(&self) -> &[String] {
        &self.added
    }

    /// The distinct ids of those who were in the cohort and now are not, in order.
    #[must_use]
    pub fn removed(&self) -> &[String] {
        &self.removed
    }

    /// Whether nobody came and nobody left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl fmt::Debug for Delta {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { progress, added, removed } = self;
        formatter
            .debug_struct("Delta")
            .field("progress", progress)
            .field("added", &added.len())
            .field("removed", &removed.len())
            .finish()
    }
}
