use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};
use tokio::time::sleep_until;

use super::job::Job;

/// What waits until the fleet is asked, in the order of capture. Whoever enters something never waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Something is there.
    changed: Notify,
    /// There is an end to asking.
    hurried: Notify,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    /// The memory that they take.
    bytes: usize,
    /// How many there were ever, and how many of them are done with.
    entered: u64,
    settled: u64,
    /// Who waits until so many are done with.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    /// No records are taken any more.
    closed: bool,
    /// From then on nobody is asked.
    hurry_from: Option<Instant>,
}

/// The memory that all that waits may take.
const ROOM: usize = 8 * 1024 * 1024;
/// How much of that records may take: what is lost is taken back even then.
const FOR_RECORDS: usize = ROOM / 8 * 7;

impl Queue {
    /// Whether it was taken: there has to be room for it, and a queue that is closed takes no records.
    pub(super) fn enter(&self, job: Job) -> bool {
        let (bytes, is_record) = (job.bytes(), job.is_record());
        let mut state = self.state();
        if state.bytes + bytes > if is_record { FOR_RECORDS } else { ROOM } || state.closed && is_record {
            return false;
        }
        state.bytes += bytes;
        state.entered += 1;
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        true
    }

    /// The next ones, at most so many; none where there are none.
    pub(super) fn take(&self, most: usize) -> Vec<Job> {
        let mut state = self.state();
        let count = state.jobs.len().min(most);
        let taken: Vec<_> = state.jobs.drain(..count).collect();
        state.bytes -= taken.iter().map(Job::bytes).sum::<usize>();
        taken
    }

    /// So many that were taken are done with.
    pub(super) fn settle(&self, count: usize) {
        let mut state = self.state();
        state.settled += count as u64;
        let settled = state.settled;
        let done: Vec<_> = state.waiting.extract_if(.., |(awaited, _)| *awaited <= settled).collect();
        drop(state);
        for (_, done) in done {
            let _ = done.send(());
        }
    }

    /// Waits until something may be there.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The answer comes when all that is there now is done with.
    pub(super) fn flush(&self) -> oneshot::Receiver<()> {
        let (done, settled) = oneshot::channel();
        let mut state = self.state();
        if state.settled == state.entered {
            let _ = done.send(());
        } else {
            state.waiting.retain(|(_, done)| !done.is_closed());
            let awaited = state.entered;
            state.waiting.push((awaited, done));
        }
        settled
    }

    /// Takes no more records, and from this moment on nobody is asked about those that are there.
    pub(super) fn close(&self, hurry_from: Instant) {
        let mut state = self.state();
        state.closed = true;
        // Another shutdown may have given more time.
        state.hurry_from = state.hurry_from.max(Some(hurry_from));
        drop(state);
        self.hurried.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Whether nobody is to be asked any more.
    pub(super) fn is_hurried(&self) -> bool {
        self.state().hurry_from.is_some_and(|from| from <= Instant::now())
    }

    /// Waits until nobody is to be asked any more.
    pub(super) async fn hurried(&self) {
        loop {
            let from = self.state().hurry_from;
            match from {
                Some(from) if from <= Instant::now() => return,
                Some(from) => sleep_until(from.into()).await,
                None => self.hurried.notified().await,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs half-way through a change of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
