/// Of what the last value is remembered: keys are these, and no texts that were put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: Kind<'a>,
    /// Whose it is.
    pub(crate) distinct_id: &'a str,
    pub(crate) flag_key: &'a str,
    /// In which groups the person is: type and key, in the order of the types.
    pub(crate) groups: &'a [(String, String)],
}

impl Subject<'_> {
    /// Whether its value never changes: the value is part of the subject.
    pub(super) const fn is_once_for_each_value(&self) -> bool {
        matches!(self.kind, Kind::Called { .. })
    }
}

/// What is reported of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind<'a> {
    /// `Experiment Viewed`.
    Viewed {
        /// Who decided, by its name.
        engine: &'a str,
        /// Which experiment, where one flag may have several that are read on their own.
        experiment: Option<&'a str>,
    },
    /// `$feature_flag_called`. PostHog's own rule is once for each value, so that it is part of the subject, and what was
    /// [`Seen`] is always the same.
    Called {
        /// The variant, where there is one.
        variant: Option<&'a str>,
        enabled: bool,
    },
}

/// The value of a subject: when another one comes, that is reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Seen<'a> {
    pub(crate) variation: Option<&'a str>,
    pub(crate) rule: Option<&'a str>,
    pub(crate) enabled: bool,
}
