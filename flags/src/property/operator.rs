use std::fmt;

/// How a filter compares, in PostHog's words.
///
/// ```
/// use taxogen_flags::Operator;
///
/// assert_eq!(Operator::from_word("icontains"), Operator::Icontains);
/// assert!(!Operator::from_word("future_op").is_known());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// The value is this one, or one of these. What a filter without an operator means.
    Exact,
    /// The value is neither this one nor one of these.
    IsNot,
    /// The text holds this one, whatever the case of ASCII letters.
    Icontains,
    /// The text does not hold this one.
    NotIcontains,
    /// The text holds one of these.
    IcontainsMulti,
    /// The text holds none of these.
    NotIcontainsMulti,
    /// The text begins with this one, whatever the case of ASCII letters.
    StartsWith,
    /// The text does not begin with this one.
    NotStartsWith,
    /// The text ends with this one, whatever the case of ASCII letters.
    EndsWith,
    /// The text does not end with this one.
    NotEndsWith,
    /// The regular expression is found in the text.
    Regex,
    /// The regular expression is not found in the text.
    NotRegex,
    /// The number is greater.
    Gt,
    /// The number is greater or equal.
    Gte,
    /// The number is less.
    Lt,
    /// The number is less or equal.
    Lte,
    /// The number is within these two, or one of them.
    Between,
    /// The number is outside of these two.
    NotBetween,
    /// The property is set, be it to `null`.
    IsSet,
    /// The property is not set.
    IsNotSet,
    /// The point in time is this one.
    IsDateExact,
    /// The point in time is before this one.
    IsDateBefore,
    /// The point in time is after this one.
    IsDateAfter,
    /// The version is this one.
    SemverEq,
    /// The version is another.
    SemverNeq,
    /// The version is newer.
    SemverGt,
    /// The version is newer or the same.
    SemverGte,
    /// The version is older.
    SemverLt,
    /// The version is older or the same.
    SemverLte,
    /// The version is this one, or newer within the same minor version.
    SemverTilde,
    /// The version is this one, or newer and compatible.
    SemverCaret,
    /// The version fits `1.*` or `1.2.*`.
    SemverWildcard,
    /// Somebody is in a cohort. A filter on a property cannot say this.
    In,
    /// Somebody is not in a cohort. A filter on a property cannot say this.
    NotIn,
    /// Another flag has this value. A filter on a property cannot say this.
    FlagEvaluatesTo,
    /// A word that this version does not know.
    Other(Box<str>),
}

impl Operator {
    /// All operators that this version knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Exact,
        Self::IsNot,
        Self::Icontains,
        Self::NotIcontains,
        Self::IcontainsMulti,
        Self::NotIcontainsMulti,
        Self::StartsWith,
        Self::NotStartsWith,
        Self::EndsWith,
        Self::NotEndsWith,
        Self::Regex,
        Self::NotRegex,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::Between,
        Self::NotBetween,
        Self::IsSet,
        Self::IsNotSet,
        Self::IsDateExact,
        Self::IsDateBefore,
        Self::IsDateAfter,
        Self::SemverEq,
        Self::SemverNeq,
        Self::SemverGt,
        Self::SemverGte,
        Self::SemverLt,
        Self::SemverLte,
        Self::SemverTilde,
        Self::SemverCaret,
        Self::SemverWildcard,
        Self::In,
        Self::NotIn,
        Self::FlagEvaluatesTo,
    ];

    /// PostHog's word as an operator.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        let known = Self::KNOWN.iter().find(|operator| operator.as_str() == word);
        known.cloned().unwrap_or_else(|| Self::Other(word.into()))
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Exact => "exact",
            Self::IsNot => "is_not",
            Self::Icontains => "icontains",
            Self::NotIcontains => "not_icontains",
            Self::IcontainsMulti => "icontains_multi",
            Self::NotIcontainsMulti => "not_icontains_multi",
            Self::StartsWith => "starts_with",
            Self::NotStartsWith => "not_starts_with",
            Self::EndsWith => "ends_with",
            Self::NotEndsWith => "not_ends_with",
            Self::Regex => "regex",
            Self::NotRegex => "not_regex",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Between => "between",
            Self::NotBetween => "not_between",
            Self::IsSet => "is_set",
            Self::IsNotSet => "is_not_set",
            Self::IsDateExact => "is_date_exact",
            Self::IsDateBefore => "is_date_before",
            Self::IsDateAfter => "is_date_after",
            Self::SemverEq => "semver_eq",
            Self::SemverNeq => "semver_neq",
            Self::SemverGt => "semver_gt",
            Self::SemverGte => "semver_gte",
            Self::SemverLt => "semver_lt",
            Self::SemverLte => "semver_lte",
            Self::SemverTilde => "semver_tilde",
            Self::SemverCaret => "semver_caret",
            Self::SemverWildcard => "semver_wildcard",
            Self::In => "in",
            Self::NotIn => "not_in",
            Self::FlagEvaluatesTo => "flag_evaluates_to",
            Self::Other(word) => word,
        }
    }

    /// Whether it passes what its counterpart does not: `is_not` beside `exact`.
    pub(super) const fn is_opposite(&self) -> bool {
        matches!(
            self,
            Self::IsNot
                | Self::NotIcontains
                | Self::NotIcontainsMulti
                | Self::NotStartsWith
                | Self::NotEndsWith
                | Self::NotRegex
                | Self::NotBetween
                | Self::IsNotSet
                | Self::SemverNeq
        )
    }

    /// Whether this version knows the operator.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
