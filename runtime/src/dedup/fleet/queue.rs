use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};
use tokio::time::sleep_until;

use super::job::Job;
use super::question::Claim;

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
    /// Of whom a record went past the queue, because that did not take it.
    overtaken: HashMap<[u8; 16], Overtaken>,
    /// Who waits until so many are done with.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    /// No records are taken any more.
    closed: bool,
    /// From then on nobody is asked.
    hurry_from: Option<Instant>,
}

#[derive(Debug)]
struct Overtaken {
    /// How many had been entered then.
    entered: u64,
    /// What the record said that went past.
    value: [u8; 8],
}

/// The memory that all that waits may take.
const ROOM: usize = 8 * 1024 * 1024;
/// How much of that records may take: what is lost is taken back even then.
const FOR_RECORDS: usize = ROOM / 8 * 7;
/// Of how many that went past is remembered.
const OVERTAKEN: usize = 16 * 1024;

impl Queue {
    /// Whether it was taken: there has to be room for it, and a queue that is closed takes no records. What waits of whom a
    /// record was not taken is [overtaken](Self::is_overtaken) by that.
    pub(super) fn enter(&self, job: Job) -> bool {
        let (bytes, is_record) = (job.bytes(), job.is_record());
        let mut state = self.state();
        if state.bytes + bytes > if is_record { FOR_RECORDS } else { ROOM } || state.closed && is_record {
            state.overtake(&job);
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
        if settled == state.entered {
            state.overtaken.clear();
        }
        let done: Vec<_> = state.waiting.extract_if(.., |(awaited, _)| *awaited <= settled).collect();
        drop(state);
        for (_, done) in done {
            let _ = done.send(());
        }
    }

    /// Whether a record that says something else of the same subject has gone past the one that is to be done with next: this
    /// one is older.
    pub(super) fn is_overtaken(&self, claim: &Claim) -> bool {
        let state = self.state();
        let by = state.overtaken.get(&claim.key);
        by.is_some_and(|by| state.settled < by.entered && by.value != claim.value)
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

impl State {
    fn overtake(&mut self, job: &Job) {
        let Job::Record { claim, .. } = job else { return };
        let is_behind = self.settled < self.entered;
        if is_behind && (self.overtaken.len() < OVERTAKEN || self.overtaken.contains_key(&claim.key)) {
            self.overtaken.insert(claim.key, Overtaken { entered: self.entered, value: claim.value });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::fingerprint::Fingerprint;
    use crate::id::EventId;
    use crate::value::Timestamp;

    fn claim(key: u8, value: u8) -> Claim {
        let time = Timestamp::from_unix_millis(0);
        Claim { key: [key; 16], value: [value; 8], time, id: EventId::new(time) }
    }

    fn record(claim: Claim, bytes: usize) -> Job {
        Job::Record { claim, here: Fingerprint { key: 1, value: 1 }, record: vec![0; bytes].into() }
    }

    #[test]
    fn what_waits_of_whom_something_else_went_past_is_older_and_what_comes_after_it_is_not() {
        let queue = Queue::default();
        let (old, new, of_another) = (claim(1, 1), claim(1, 2), claim(2, 1));
        assert!(!queue.enter(record(new, ROOM)) && !queue.is_overtaken(&old), "nothing waits");
        assert!(queue.enter(record(old, 1)) && queue.enter(record(of_another, 1)));
        assert!(!queue.enter(record(new, ROOM)));
        assert!(queue.is_overtaken(&old) && !queue.is_overtaken(&new) && !queue.is_overtaken(&of_another));
        queue.take(1);
        queue.settle(1);
        assert!(queue.is_overtaken(&old), "another of them may wait still");
        assert!(queue.enter(record(old, 1)));
        queue.take(2);
        queue.settle(1);
        assert!(!queue.is_overtaken(&old), "this one came later");
        queue.settle(1);
        assert!(queue.state().overtaken.is_empty());

        assert!(queue.enter(record(old, 1)));
        queue.close(Instant::now());
        assert!(!queue.enter(record(new, 1)) && queue.is_overtaken(&old));
    }
}
