use std::sync::Arc;

use super::home::Home;
use super::outlet::Post;
use crate::log::{Appended, LaneId, Log, RecordRef};
use crate::report::LossReason;

/// The way of a record into the log.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(super) log: Arc<Log>,
    /// Those of its lanes, in their order.
    pub(super) posts: Arc<[Post]>,
    pub(super) home: Arc<Home>,
}

impl Intake {
    /// Appends a record; what others lose for it is counted and told. `may_wait` says whether this thread is one that may
    /// wait for room.
    #[inline]
    pub(crate) fn append(&self, record: &[u8], may_wait: impl FnOnce() -> bool) -> Result<(), LossReason> {
        match self.log.append(record, may_wait) {
            Appended::Accepted(lost) => {
                if !lost.is_empty() {
                    self.log_full(&lost);
                }
                Ok(())
            }
            Appended::Full => Err(LossReason::LogFull),
            // A fork writes to no file of the first process.
            Appended::Unwritable if self.home.look() => Err(LossReason::Forked),
            Appended::Unwritable => Err(LossReason::Spool),
            Appended::Closed => Err(LossReason::AfterShutdown),
            Appended::TooLarge => Err(LossReason::TooLarge),
        }
    }

    #[cold]
    fn log_full(&self, lost: &[(LaneId, Vec<RecordRef>)]) {
        for (lane, records) in lost {
            let Post { endpoint, books, .. } = &self.posts[lane.0];
            let shares = records.iter().map(|record| (record, endpoint.dialect.share(&record.read())));
            books.lost_unread(LossReason::LogFull, "", shares);
        }
    }
}
