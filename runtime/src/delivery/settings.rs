use std::time::Duration;

use crate::log::Overflow;
use crate::value::Timestamp;

/// How delivery goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long the first record of a batch waits for others.
    pub(crate) linger: Duration,
    /// How long a request may take, and each of its connections.
    pub(crate) request_timeout: Duration,
    /// What happens when the log is full.
    pub(crate) overflow: Overflow,
    /// How long a record may wait for its delivery.
    pub(crate) max_age: Duration,
    /// By which records grow old.
    pub(crate) clock: fn() -> Timestamp,
    /// How many times shorter the pauses between attempts are: 1 but for tests.
    pub(crate) haste: u32,
}

/// Where what is captured waits.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    /// The most that may wait in memory.
    pub(crate) bytes: usize,
    /// The most that may wait on disk, and where.
    #[cfg(feature = "spool")]
    pub(crate) spool: Option<crate::spool::Spool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            linger: Duration::from_secs(1),
            request_timeout: Duration::from_secs(30),
            overflow: Overflow::default(),
            max_age: Duration::from_secs(12 * 60 * 60),
            clock: Timestamp::now,
            haste: 1,
        }
    }
}

impl Settings {
    /// What was captured before is too old.
    pub(super) fn too_old(&self) -> Option<Timestamp> {
        let age = i64::try_from(self.max_age.as_millis()).ok()?;
        Some(Timestamp::from_unix_millis((self.clock)().as_unix_millis().checked_sub(age)?))
    }

    /// How long until what was captured then is too old.
    pub(super) fn time_left(&self, captured: Timestamp) -> Duration {
        self.max_age.saturating_sub(age(captured, (self.clock)()))
    }
}

/// How long ago that was; what lies ahead, because a clock was set back, is as old as nothing.
pub(super) fn age(captured: Timestamp, now: Timestamp) -> Duration {
    let millis = now.as_unix_millis().saturating_sub(captured.as_unix_millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_too_old_when_its_time_is_over() {
        let clock = || Timestamp::from_unix_millis(100_000);
        for (max_age, captured, left) in
            [(10, 100_000, 10_000), (10, 95_000, 5_000), (10, 90_000, 0), (10, 0, 0), (10, 200_000, 10_000)]
        {
            let settings = Settings { max_age: Duration::from_secs(max_age), clock, ..Settings::default() };
            let captured = Timestamp::from_unix_millis(captured);
            assert_eq!(settings.time_left(captured), Duration::from_millis(left), "{captured:?}");
            let is_too_old = settings.too_old().is_some_and(|limit| captured < limit);
            assert!(!is_too_old || left == 0, "{captured:?}");
        }
        let forever = Settings { max_age: Duration::MAX, clock, ..Settings::default() };
        assert_eq!(forever.too_old(), None);
    }
}
