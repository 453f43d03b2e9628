/// What a filter says about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// The value passes.
    Yes,
    /// The value does not pass.
    No,
    /// That cannot be known here: the property is not known, or the operator is not.
    CannotSay,
}

/// Which of PostHog's two ways `exact` and `is_not` compare: `property_matching_version` of the definitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MatchingVersion {
    /// A filter for `true` or `false` compares truth: `false` passes whatever is not true, `"banana"` and `0` too.
    #[default]
    V1,
    /// A filter for `true` or `false` compares texts, as all others do.
    V2,
}

impl MatchingVersion {
    /// The version that the definitions name; each but `2` is read as `1`.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        if number == 2 { Self::V2 } else { Self::V1 }
    }
}
