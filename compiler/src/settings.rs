use crate::day::Day;
use crate::lint::{Level, Lint};

/// How a plan is compiled, beside what it says itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The application for which the plan is compiled: an event that names its `apps` is left out of all others.
    /// `None`: every event.
    pub app: Option<String>,
    /// Levels of lints, which go over those of the plan; of several for one lint the last counts.
    pub levels: Vec<(Lint, Level)>,
    /// The day on which things are looked at; without it nothing expires.
    pub today: Option<Day>,
    /// Whether errors alone are looked for, so that the rest costs nothing.
    pub only_errors: bool,
}

impl Settings {
    /// Gives a lint a level, over what the plan says.
    #[must_use]
    pub fn level(mut self, lint: Lint, level: Level) -> Self {
        self.levels.push((lint, level));
        self
    }

    /// Tells what has expired by that day, or will soon.
    #[must_use]
    pub fn today(mut self, today: impl Into<Option<Day>>) -> Self {
        self.today = today.into();
        self
    }

    /// Compiles for one application alone; `None` for all of them.
    #[must_use]
    pub fn for_app(mut self, app: Option<String>) -> Self {
        self.app = app;
        self
    }

    /// Looks for errors alone.
    #[must_use]
    pub fn only_errors(mut self) -> Self {
        self.only_errors = true;
        self
    }
}
