//! Destinations.

use super::Sensitivity;

/// What a destination may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// Which.
    pub kind: DestinationKind,
    /// The highest class that it may see.
    pub allow: Sensitivity,
}

/// A vendor that events are delivered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DestinationKind {
    /// PostHog.
    PostHog,
    /// Segment.
    Segment,
    /// Mixpanel.
    Mixpanel,
    /// Optimizely, which gets conversions and nothing else.
    Optimizely,
}

impl DestinationKind {
    /// Those that get every event whose route does not say otherwise.
    pub const ALL: [Self; 3] = [Self::PostHog, Self::Segment, Self::Mixpanel];

    /// Those that the plan has a word for.
    pub const KNOWN: [Self; 4] = [Self::PostHog, Self::Segment, Self::Mixpanel, Self::Optimizely];

    /// The word of the plan: `posthog`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PostHog => "posthog",
            Self::Segment => "segment",
            Self::Mixpanel => "mixpanel",
            Self::Optimizely => "optimizely",
        }
    }
}
