use std::fmt;

/// What became of a decision that a client was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecisionOutcome {
    /// The exposure is on its way; with `Dedup::fleet` first to ask the fleet. One that `before_capture` drops counts as well,
    /// since it would be dropped each time.
    Reported,
    /// It is what was reported last of this person and flag.
    Repeated,
    /// Nothing was reported, and why.
    Skipped(SkipReason),
}

/// Why a decision is not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// The client has no [`ExposurePolicy`](crate::ExposurePolicy): it cannot tell an experiment from a delivery.
    NoPolicy,
    /// The plan calls the rule a delivery.
    Delivery,
    /// The plan calls the rule a holdout, and the policy does not report them.
    Holdout,
    /// No rule decided.
    NoRule,
    /// There is a variation and no rule: it was forced, or the engine does not name its rules.
    Forced,
    /// A rule decided, and there is no variation.
    NoVariation,
    /// No experiment of the plan names rules of this flag.
    UnknownFlag,
    /// The plan knows the flag, and not the rule.
    UnknownRule,
    /// The engine did not record it, and the policy asks for that.
    NotDispatched,
    /// The engine does not say whether it recorded it, and the policy asks for that.
    DispatchUnknown,
    /// It is of nobody: the user id is empty, or nothing but spaces.
    EmptyId,
    /// The engine is PostHog, which knows it by `$feature_flag_called`; the others are told where the experiment is read,
    /// by [`User::experiment`](crate::User::experiment).
    PostHogKnows,
    /// The client delivers nowhere.
    NoDestination,
    /// Nothing was recorded: the person has opted out, `before_capture` has dropped it, or it was lost, as `on_loss` was
    /// told. The next decision of the same is asked for again.
    NotRecorded,
}

impl SkipReason {
    pub(super) const ALL: [Self; 14] = [
        Self::NoPolicy,
        Self::Delivery,
        Self::Holdout,
        Self::NoRule,
        Self::Forced,
        Self::NoVariation,
        Self::UnknownFlag,
        Self::UnknownRule,
        Self::NotDispatched,
        Self::DispatchUnknown,
        Self::EmptyId,
        Self::PostHogKnows,
        Self::NoDestination,
        Self::NotRecorded,
    ];

    /// What the reason is called where words are few: `delivery`, `unknown rule`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoPolicy => "no policy",
            Self::Delivery => "delivery",
            Self::Holdout => "holdout",
            Self::NoRule => "no rule",
            Self::Forced => "forced",
            Self::NoVariation => "no variation",
            Self::UnknownFlag => "unknown flag",
            Self::UnknownRule => "unknown rule",
            Self::NotDispatched => "not dispatched",
            Self::DispatchUnknown => "dispatch unknown",
            Self::EmptyId => "empty id",
            Self::PostHogKnows => "posthog knows",
            Self::NoDestination => "no destination",
            Self::NotRecorded => "not recorded",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for DecisionOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => formatter.write_str("reported"),
            Self::Repeated => formatter.write_str("repeated"),
            Self::Skipped(reason) => write!(formatter, "skipped: {reason}"),
        }
    }
}
