use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use taxogen_flags::Definitions;

use crate::value::Timestamp;

/// Definitions as they were loaded together: what is read of one snapshot agrees.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) definitions: Definitions,
    pub(crate) loaded_at: Timestamp,
    /// When somebody last said that these are the newest, in milliseconds since 1970.
    confirmed: AtomicI64,
}

impl Snapshot {
    pub(super) fn new(definitions: Definitions, now: Timestamp) -> Self {
        Self { definitions, loaded_at: now, confirmed: AtomicI64::new(now.as_unix_millis()) }
    }

    /// These are the newest still.
    pub(super) fn confirm(&self, now: Timestamp) {
        self.confirmed.store(now.as_unix_millis(), Ordering::Relaxed);
    }

    /// For how long nobody has said that these are the newest; none where the clock was set back.
    pub(crate) fn age(&self, now: Timestamp) -> Duration {
        let millis = now.as_unix_millis().saturating_sub(self.confirmed.load(Ordering::Relaxed));
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }
}
