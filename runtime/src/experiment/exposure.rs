use std::fmt;

use crate::event::PropertyWriter;

/// What is captured when somebody is shown a variant: the name of the event, and what the plan adds to its
/// properties. PostHog learns of an experiment by `$feature_flag_called`, whatever it is called elsewhere.
#[derive(Clone, Copy)]
pub struct Exposure {
    event: &'static str,
    properties: fn(&mut PropertyWriter<'_>),
}

impl Exposure {
    /// `Experiment Viewed`, with nothing added.
    pub const VIEWED: Self = Self::new("Experiment Viewed");

    /// An event of this name, with nothing added.
    #[must_use]
    pub const fn new(event: &'static str) -> Self {
        Self { event, properties: |_| {} }
    }

    /// Adds what `properties` writes, for every destination that gets the exposure.
    #[must_use]
    pub const fn with_properties(mut self, properties: fn(&mut PropertyWriter<'_>)) -> Self {
        self.properties = properties;
        self
    }

    /// The name of the event.
    #[must_use]
    pub const fn event(&self) -> &'static str {
        self.event
    }

    pub(crate) fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.properties)(properties);
    }
}

impl fmt::Debug for Exposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Exposure({:?})", self.event)
    }
}
