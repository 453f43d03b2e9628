use std::fmt;

use super::{Claim, Dedup, HandleNumber, Kind, Memory, Seen, Subject};

/// For who measures: what a client remembers, without the client. It may change in any release.
pub struct Remembered(Memory);

impl Remembered {
    /// As a client of these settings remembers.
    #[must_use]
    pub fn new(dedup: Dedup) -> Self {
        Self(Memory::new(dedup))
    }

    /// Whether a decision is to be reported, and is then taken for reported.
    #[inline]
    pub fn is_new(
        &self,
        (engine, distinct_id, flag_key, groups): (&str, &str, &str, &[(String, String)]),
        (variation, rule, enabled): (Option<&str>, Option<&str>, bool),
    ) -> bool {
        let subject = Subject { kind: Kind::Viewed { engine, experiment: None }, distinct_id, flag_key, groups };
        let claim = self.0.claim(HandleNumber::next, &subject, &Seen { variation, rule, enabled });
        claim.map(Claim::confirm).is_some()
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
