use std::fmt;

/// How somebody came to the value of a flag.
///
/// Only [`Assigned`](Self::Assigned) is an exposure of an experiment: with everything else the code runs on
/// what it does for those who are not in the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Assignment {
    /// The flag gave this value: a rule of it matched.
    Assigned,
    /// The flag gave this value, by a rule that is no experiment: a delivery, or one that the plan does not know.
    Delivered,
    /// Somebody is held out of the experiment; where the flag has variants, the default stands in.
    Holdout,
    /// The flag said `false`; where it has variants, the default stands in.
    Off,
    /// There is no usable answer: the default stands in.
    Fallback(Fallback),
}

impl Assignment {
    /// Whether a rule gave the value that is an exposure.
    #[must_use]
    pub const fn is_assigned(self) -> bool {
        matches!(self, Self::Assigned)
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assigned => formatter.write_str("assigned"),
            Self::Delivered => formatter.write_str("delivered"),
            Self::Holdout => formatter.write_str("holdout"),
            Self::Off => formatter.write_str("off"),
            Self::Fallback(fallback) => fallback.fmt(formatter),
        }
    }
}

/// Why there is no usable answer about a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fallback {
    /// Nothing was loaded for this person.
    NotLoaded,
    /// What was loaded does not hold this flag.
    Missing,
    /// The source could not evaluate this flag, or its answer could not be read.
    SourceError,
    /// The definitions that are here cannot say it for this person: what it takes is known at the source alone.
    Inconclusive,
    /// The decision is about another flag.
    OtherFlag,
    /// No rule decided.
    NoRule,
    /// The flag gave a variant that the plan does not have.
    UnknownVariant,
    /// The flag is on and gave no variant, though the plan has variants.
    NoVariant,
    /// The flag is on and handed out no configuration.
    NoPayload,
    /// The configuration that the flag handed out is not of the plan's type.
    InvalidPayload,
}

impl fmt::Display for Fallback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotLoaded => "not loaded",
            Self::Missing => "missing from the answer",
            Self::SourceError => "not evaluated by the source",
            Self::Inconclusive => "inconclusive here",
            Self::OtherFlag => "another flag",
            Self::NoRule => "no rule",
            Self::UnknownVariant => "unknown variant",
            Self::NoVariant => "no variant",
            Self::NoPayload => "no payload",
            Self::InvalidPayload => "invalid payload",
        })
    }
}
