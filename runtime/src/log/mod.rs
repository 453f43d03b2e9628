//! The log: records in the order in which they were captured, read by each lane at its own pace.
//!
//! Bytes lie in chunks. A chunk that is full, or that a lane wants to read, is sealed and shared; it is
//! freed when the last lane is past it. Positions count bytes since the log began and never come back.
//!
//! The bound counts the bytes of records. The memory behind them is about twice as much at most, whatever is
//! sealed early, and each lane holds in flight no more than the chunks of one [`Window`].

mod chunk;
mod lane;
mod overflow;
mod state;
mod unread;

pub(crate) use lane::{LaneId, LaneSettings, RecordRef, Wake, Window};
pub use overflow::Overflow;
pub(crate) use unread::Unread;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::record::Record;
use crate::value::Timestamp;
use chunk::Chunk;
use lane::Lane;
use state::State;

/// The log in memory.
pub(crate) struct Log {
    state: Mutex<State>,
    /// The most bytes between the slowest lane and the end.
    bound: u64,
    overflow: Overflow,
    /// Told when a lane has read on, while somebody waits for it.
    room: Condvar,
}

/// What became of an append.
#[derive(Debug)]
pub(crate) enum Appended {
    /// In the log. These lanes lost these records for it: the log was full.
    Accepted(Vec<(LaneId, Vec<RecordRef>)>),
    /// No more records are taken.
    Closed,
    /// The log is full, and its policy is to refuse what comes.
    Full,
    /// The record alone is larger than the bound.
    TooLarge,
}

const CHUNK: usize = 256 * 1024;
/// From the first record of a window to the last: its chunks stay in memory, with all that lies between.
const SPAN: u64 = 4 * 1024 * 1024;

impl Log {
    pub(crate) fn new(bound: usize, lanes: Vec<LaneSettings>) -> Self {
        let state = State::new(CHUNK.min(bound / 8).max(4096), lanes);
        Self { state: Mutex::new(state), bound: bound as u64, overflow: Overflow::default(), room: Condvar::new() }
    }

    pub(crate) fn with_overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Appends one record. What happens when the log is full says its policy; `may_wait` says whether this thread is
    /// one that may wait.
    pub(crate) fn append(&self, record: &[u8], may_wait: impl FnOnce() -> bool) -> Appended {
        let length = record.len() as u64;
        if length > self.bound {
            return Appended::TooLarge;
        }
        let mut state = self.state();
        let mut lost = Vec::new();
        if !state.closed && state.lacks_room(length, self.bound) {
            match self.overflow {
                Overflow::DropOldest => lost = state.make_room(length, self.bound),
                Overflow::Block(longest) if may_wait() => state = self.wait_for_room(state, length, longest),
                Overflow::DropNewest | Overflow::Block(_) => {}
            }
            if !state.closed && state.lacks_room(length, self.bound) {
                return Appended::Full;
            }
        }
        if state.closed {
            return Appended::Closed;
        }
        state.push(record);
        Appended::Accepted(lost)
    }

    #[cold]
    fn wait_for_room<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        length: u64,
        longest: Duration,
    ) -> MutexGuard<'a, State> {
        state.waiting += 1;
        state.wake_all();
        let is_full = |state: &mut State| !state.closed && state.lacks_room(length, self.bound);
        let waited = self.room.wait_timeout_while(state, longest, is_full);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Whether somebody waits for room, so that no lane lingers.
    pub(crate) fn is_awaited(&self) -> bool {
        self.state().waiting > 0
    }

    /// The next records of a lane, at most so many bytes and so many records and no further apart than
    /// [`SPAN`], but at least one where there is one. The lane is past them afterwards; records it does not
    /// want are skipped.
    pub(crate) fn take(&self, lane: LaneId, max_bytes: usize, max_records: usize) -> Window {
        let mut state = self.state();
        if state.lanes[lane.0].read >= state.active_start {
            state.seal();
        }
        let State { sealed, lanes, .. } = &mut *state;
        let window = lanes[lane.0].take(sealed, max_bytes, max_records);
        self.read_on(state);
        window
    }

    /// Moves a lane past the records before it that were captured before this time, and hands over those that it
    /// wanted: at most as many as a window spans, so that one asks until none come.
    ///
    /// Their own `time` may be of another age; what counts is when their id was minted.
    pub(crate) fn expire(&self, lane: LaneId, older_than: Timestamp) -> Vec<RecordRef> {
        let mut state = self.state();
        if !state.is_next(lane, |record| record.id.time() < older_than) {
            return Vec::new();
        }
        if state.lanes[lane.0].read >= state.active_start {
            state.seal();
        }
        let State { sealed, lanes, .. } = &mut *state;
        let mut first = None;
        let is_old = |position, record: &Record<'_>, is_wanted: bool| {
            if is_wanted {
                first.get_or_insert(position);
            }
            record.id.time() < older_than && first.is_none_or(|first| position - first <= SPAN)
        };
        let expired = lanes[lane.0].skip_while(sealed, is_old);
        self.read_on(state);
        expired
    }

    /// Everything before this position is settled for the lane: delivered, or lost and told.
    #[expect(clippy::unused_self, reason = "a log in memory ends with the process, and so does its progress")]
    pub(crate) fn settle(&self, _lane: LaneId, _position: u64) {}

    /// A lane has read on.
    fn read_on(&self, mut state: MutexGuard<'_, State>) {
        state.free();
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.room.notify_all();
        }
    }

    /// The most bytes between the slowest lane and the end.
    pub(crate) fn bound(&self) -> u64 {
        self.bound
    }

    /// The position behind the last record.
    pub(crate) fn end(&self) -> u64 {
        self.state().end()
    }

    /// The position of the next record that a lane takes, and the one behind the last.
    pub(crate) fn positions(&self, lane: LaneId) -> (u64, u64) {
        let state = self.state();
        (state.lanes[lane.0].read, state.end())
    }

    /// What a lane has not taken yet.
    ///
    /// It may be many megabytes, and is read with the log unlocked.
    pub(crate) fn unread(&self, lane: LaneId) -> Unread {
        let state = self.state();
        let Lane { read, wants, counts, .. } = &state.lanes[lane.0];
        let (read, wants, counts) = (*read, Arc::clone(wants), Arc::clone(counts));
        let first = state.sealed.partition_point(|chunk| chunk.end() <= read);
        let sealed: Vec<_> = state.sealed.range(first..).cloned().collect();
        let (active_start, active) = (state.active_start, state.active.clone());
        drop(state);
        let mut unread = Unread::default();
        let chunks = sealed.iter().map(|chunk| (chunk.start, chunk.bytes.as_slice()));
        for (start, bytes) in chunks.chain([(active_start, active.as_slice())]) {
            let skipped = usize::try_from(read.saturating_sub(start)).unwrap_or(usize::MAX);
            let mut rest = bytes.get(skipped..).unwrap_or_default();
            while let Ok(record) = Record::read(rest) {
                if wants(&record) {
                    unread.add(&record, counts(&record));
                }
                rest = &rest[record.bytes.len()..];
            }
        }
        unread
    }

    /// Asks to wake the lane once so many bytes more are unread than it has taken: at once if they are.
    pub(crate) fn wake_when(&self, lane: LaneId, unread: u64) {
        let mut state = self.state();
        let end = state.end();
        let lane = &mut state.lanes[lane.0];
        lane.wake_at = lane.read.saturating_add(unread);
        let now = end >= lane.wake_at;
        state.plan_wake();
        if now {
            state.wake();
        }
    }

    /// Takes no more records.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.room.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs half-way through a change of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
