use std::fmt;
use std::time::Instant;

use tokio::sync::oneshot;

use super::job::Job;
use super::question::Claim;
use super::queue::Queue;
use super::report::{Counts, FleetProblem, FleetReport};
use super::stable::fingerprint;
use super::{Fleet, FleetMark};
use crate::dedup::{Seen, Subject};
use crate::id::EventId;
use crate::record::Record;

/// A fleet with a Redis, seen from all threads.
#[derive(Default)]
pub(crate) struct RedisFleet {
    pub(super) queue: Queue,
    pub(super) counts: Counts,
}

impl RedisFleet {
    /// The answer comes when all that waits now is done with.
    pub(crate) fn flush(&self) -> oneshot::Receiver<()> {
        self.queue.flush()
    }

    /// Takes no more records. The answer comes when those that wait are done with; from this moment on nobody is asked
    /// about them.
    pub(crate) fn close(&self, hurry_from: Instant) -> oneshot::Receiver<()> {
        self.queue.close(hurry_from);
        self.queue.flush()
    }

    /// What the fleet said so far.
    pub(crate) fn report(&self) -> FleetReport {
        self.counts.report()
    }
}

impl Fleet for RedisFleet {
    fn mark(&self, subject: &Subject<'_>, seen: &Seen<'_>) -> FleetMark {
        let [key, value] = [fingerprint(subject), fingerprint(seen)].map(u128::to_be_bytes);
        let mut mark = FleetMark { key, value: [0; 8] };
        mark.value.copy_from_slice(&value[..8]);
        mark
    }

    fn ask(&self, record: &[u8]) -> bool {
        let Some((claim, here)) = Claim::of(record) else { return false };
        let is_taken = self.queue.enter(Job::Record { claim, here, record: record.into() });
        if !is_taken {
            let why = if self.queue.is_closed() { FleetProblem::Shutdown } else { FleetProblem::QueueFull };
            self.counts.unanswered(why);
        }
        is_taken
    }

    fn tell(&self, record: &[u8]) {
        if let Some((claim, _)) = Claim::of(record) {
            self.enter(Job::Tell(claim));
        }
    }

    fn take_back(&self, mark: FleetMark, id: EventId) {
        self.enter(Job::TakeBack { key: mark.key, id });
    }
}

impl RedisFleet {
    fn enter(&self, job: Job) {
        if !self.queue.enter(job) {
            self.counts.untold.add(1);
        }
    }
}

impl fmt::Debug for RedisFleet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisFleet").field("report", &self.report()).finish_non_exhaustive()
    }
}

impl Claim {
    /// What a record claims, and its entry in the table of this process.
    fn of(record: &[u8]) -> Option<(Self, crate::dedup::fingerprint::Fingerprint)> {
        let record = Record::read(record).ok()?;
        let receipt = record.receipt()?;
        let FleetMark { key, value } = receipt.fleet?;
        Some((Self { key, value, time: record.time, id: record.id }, receipt.here))
    }
}
