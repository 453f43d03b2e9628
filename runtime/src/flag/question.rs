use std::fmt;

use taxogen_flags::Person;

/// What is asked of a [`FlagLayer`](crate::FlagLayer): one flag of one person.
pub struct FlagQuestion<'a> {
    pub(super) key: &'a str,
    pub(super) person: Person<'a>,
    pub(super) now: i64,
}

impl<'a> FlagQuestion<'a> {
    /// The flag's key.
    #[must_use]
    pub const fn key(&self) -> &'a str {
        self.key
    }

    /// Whose flag it is.
    #[must_use]
    pub const fn distinct_id(&self) -> &'a str {
        self.person.distinct_id()
    }

    /// What the handle knows of them: properties, groups, the device; see [`evaluation`](crate::evaluation).
    pub const fn person(&self) -> &Person<'a> {
        &self.person
    }

    /// The same question, at another time.
    pub(super) const fn at(&self, now: i64) -> Self {
        Self { key: self.key, person: self.person, now }
    }

    /// When it is asked, in milliseconds since 1970; a few milliseconds old at most.
    #[must_use]
    pub const fn now(&self) -> i64 {
        self.now
    }
}

impl fmt::Debug for FlagQuestion<'_> {
    /// Which flag, and nothing of the person.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FlagQuestion").field("key", &self.key).finish_non_exhaustive()
    }
}
