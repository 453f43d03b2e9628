use std::fmt;

/// A project key as PostHog hands them out. The sandbox takes every key that begins with `phc_`.
pub const POSTHOG_KEY: &str = "phc_sandbox";
/// A personal API key, for definitions of flags. The sandbox takes every key that begins with `phx_` or `phs_`.
pub const POSTHOG_PERSONAL_KEY: &str = "phx_sandbox";
/// A Segment write key. The sandbox takes every write key that is not empty.
pub const SEGMENT_WRITE_KEY: &str = "sandbox_write_key";
/// A Mixpanel project token. The sandbox takes every token that is not empty.
pub const MIXPANEL_TOKEN: &str = "sandbox_token";

/// The vendors that a sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// PostHog: capture and flags.
    PostHog,
    /// Segment: the HTTP tracking API.
    Segment,
    /// Mixpanel: import, track, engage and groups.
    Mixpanel,
    /// Optimizely: the event API, which takes conversions.
    Optimizely,
}

impl Vendor {
    /// Those that get every event, in the order in which reports name them.
    pub const ALL: [Self; 3] = [Self::PostHog, Self::Segment, Self::Mixpanel];
    /// Every vendor: those, and Optimizely, which gets conversions alone.
    pub const EVERY: [Self; 4] = [Self::PostHog, Self::Segment, Self::Mixpanel, Self::Optimizely];

    /// The vendor's name as it writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PostHog => "PostHog",
            Self::Segment => "Segment",
            Self::Mixpanel => "Mixpanel",
            Self::Optimizely => "Optimizely",
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
