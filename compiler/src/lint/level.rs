//! How much a lint weighs, and who says so.

use super::Lint;
use crate::diagnostic::Severity;

/// How much the findings of a lint weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not looked for.
    Allow,
    /// Told as worth knowing.
    Note,
    /// Told as a warning.
    Warn,
    /// An error: the plan does not compile.
    Deny,
}

impl Level {
    /// The words that stand in `lints`.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("allow", Self::Allow), ("note", Self::Note), ("warn", Self::Warn), ("deny", Self::Deny)];

    /// `allow`, `note`, `warn` or `deny`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].0
    }

    /// What its findings are; `None` where they are not looked for.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Allow => None,
            Self::Note => Some(Severity::Note),
            Self::Warn => Some(Severity::Warning),
            Self::Deny => Some(Severity::Error),
        }
    }
}

/// The level of every lint: its own, or the plan's, or, over both, that of the caller.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    /// Each with whether the caller has set it.
    of: [(Level, bool); Lint::ALL.len()],
    only_denied: bool,
}

impl Default for Levels {
    fn default() -> Self {
        let mut levels = Self { of: [(Level::Allow, false); Lint::ALL.len()], only_denied: false };
        for lint in Lint::ALL {
            levels.of[*lint as usize].0 = lint.default_level();
        }
        levels
    }
}

impl Levels {
    /// With what the caller says. Where only errors are wanted, nothing else is looked for.
    pub(crate) fn new(caller: &[(Lint, Level)], only_denied: bool) -> Self {
        let mut levels = Self { only_denied, ..Self::default() };
        for (lint, level) in caller {
            levels.of[*lint as usize] = (*level, true);
        }
        levels
    }

    /// What the plan says.
    pub(crate) fn set(&mut self, lint: Lint, level: Level) {
        let (old, is_of_caller) = &mut self.of[lint as usize];
        if !*is_of_caller {
            *old = level;
        }
    }

    pub(crate) fn of(&self, lint: Lint) -> Level {
        match self.of[lint as usize].0 {
            Level::Note | Level::Warn if self.only_denied => Level::Allow,
            level => level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_levels_belong_together() {
        for (word, level) in Level::WORDS {
            assert_eq!(level.as_str(), *word);
        }
    }

    #[test]
    fn the_caller_goes_over_the_plan_and_the_plan_over_the_default() {
        let mut levels = Levels::new(&[(Lint::TinyPercent, Level::Deny)], false);
        levels.set(Lint::TinyPercent, Level::Allow);
        assert_eq!(levels.of(Lint::TinyPercent), Level::Deny);
        assert_eq!(levels.of(Lint::InexactInteger), Lint::InexactInteger.default_level());
        levels.set(Lint::InexactInteger, Level::Note);
        assert_eq!(levels.of(Lint::InexactInteger), Level::Note);
    }

    #[test]
    fn where_only_errors_are_wanted_the_rest_is_not_looked_for() {
        let mut levels = Levels::new(&[], true);
        assert_eq!(levels.of(Lint::TinyPercent), Level::Allow);
        levels.set(Lint::TinyPercent, Level::Deny);
        assert_eq!(levels.of(Lint::TinyPercent), Level::Deny);
    }
}
