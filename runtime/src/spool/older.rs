use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the logs hold that are older than a client's own, in bytes: one of them, or the client's own that looks at the sum.
#[derive(Debug)]
pub(super) struct Older {
    sum: Arc<AtomicU64>,
    /// What this log has in the sum; the client's own has nothing there.
    counted: Option<u64>,
}

impl Older {
    /// For the log that a client writes.
    pub(super) fn seen(sum: Arc<AtomicU64>) -> Self {
        Self { sum, counted: None }
    }

    /// For one that is part of the sum.
    pub(super) fn part(sum: Arc<AtomicU64>) -> Self {
        Self { sum, counted: Some(0) }
    }

    /// So many bytes of this log are still to be delivered.
    pub(super) fn count(&mut self, bytes: u64) {
        if let Some(counted) = &mut self.counted {
            // Added before the rest is taken away, so that the sum never goes below nothing.
            self.sum.fetch_add(bytes, Ordering::Relaxed);
            self.sum.fetch_sub(std::mem::replace(counted, bytes), Ordering::Relaxed);
        }
    }

    /// What is older than this log.
    pub(super) fn bytes(&self) -> u64 {
        if self.counted.is_none() { self.sum.load(Ordering::Relaxed) } else { 0 }
    }
}
