use crate::error::Error;

/// What came of loading the flags of a person.
///
/// Something was loaded: where nothing was, loading is an [`Error`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LoadedFlags {
    /// Flags that the client's definitions decide for this person.
    pub local: usize,
    /// Flags that PostHog answered for.
    pub remote: usize,
    /// Flags that were asked for by name, and that PostHog does not have.
    pub missing: usize,
    /// Flags that nobody decided this time: PostHog could not be asked, was not to be asked, or could not evaluate them.
    /// What the handle knew of them before stays; otherwise their defaults stand.
    pub failed: usize,
    /// Why PostHog's part is missing.
    pub error: Option<Error>,
}

impl LoadedFlags {
    /// Whether nothing went wrong: every flag that exists has a value.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.failed == 0 && self.error.is_none()
    }
}
