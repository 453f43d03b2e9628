use std::fmt;

/// A set of the kinds of destinations that a plan may name: for routing, for names and for what each may see.
///
/// ```
/// use taxogen::Destinations;
///
/// let two = Destinations::POSTHOG.and(Destinations::SEGMENT);
/// assert!(two.contains(Destinations::SEGMENT) && !two.contains(Destinations::MIXPANEL));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Destinations(pub(crate) u16);

impl Destinations {
    /// How many kinds there are.
    pub(crate) const KINDS: usize = 4;
    pub(crate) const NONE: Self = Self(0);
    /// Of every kind.
    pub(crate) const EVERY: Self = Self((1 << Self::KINDS) - 1);

    /// PostHog.
    pub const POSTHOG: Self = Self(1);
    /// Segment.
    pub const SEGMENT: Self = Self(1 << 1);
    /// Mixpanel.
    pub const MIXPANEL: Self = Self(1 << 2);
    /// Optimizely, which gets [conversions](crate::EventSchema::converting) and nothing else.
    pub const OPTIMIZELY: Self = Self(1 << 3);
    /// PostHog, Segment and Mixpanel: those that get whatever the plan does not send elsewhere.
    pub const ALL: Self = Self::POSTHOG.and(Self::SEGMENT).and(Self::MIXPANEL);

    /// These and the others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the others are among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether one of the others is among these.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// One of them; none of none.
    pub(crate) const fn first(self) -> Self {
        Self(self.0 & self.0.wrapping_neg())
    }

    pub(crate) const fn only(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Debug for Destinations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Self::POSTHOG, "posthog"),
            (Self::SEGMENT, "segment"),
            (Self::MIXPANEL, "mixpanel"),
            (Self::OPTIMIZELY, "optimizely"),
        ];
        let these = names.iter().filter(|(kind, _)| self.meets(*kind)).map(|(_, name)| name);
        formatter.write_str("Destinations")?;
        formatter.debug_set().entries(these).finish()
    }
}
