//! The log: records in the order in which they were captured, read by each lane at its own pace.
//!
//! Bytes lie in chunks. A chunk that is full, or that a lane wants to read, is sealed and shared; it is
//! freed when the last lane is past it. Positions count bytes since the log began and never come back.
//!
//! The bound counts the bytes of records. The memory behind them is about twice as much at most, whatever is
//! sealed early, and each lane holds in flight no more than the chunks of one [`Window`].
//!
//! A log may lie on disk besides. Then each record stands in a frame there as in memory, chunks are freed when they are
//! on disk and there are enough of later ones, and a lane that is behind reads its own back.

mod chunk;
#[cfg(feature = "spool")]
mod disk;
#[cfg(not(feature = "spool"))]
#[path = "no_disk.rs"]
mod disk;
mod lane;
mod overflow;
mod reader;
mod state;
mod unread;

#[cfg(feature = "spool")]
pub(crate) use lane::NoWake;
pub(crate) use lane::{LaneId, LaneSettings, RecordRef, Wake, Window};
pub use overflow::Overflow;
pub(crate) use unread::Unread;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::report::LossReason;
use crate::value::Timestamp;
use chunk::Chunk;
use lane::Lane;
use reader::Reader;
use state::State;

/// The log, in memory or on disk besides.
pub(crate) struct Log {
    state: Mutex<State>,
    /// The most bytes between the slowest lane and the end.
    bound: u64,
    /// Of a log on disk, the most bytes that may lie in memory alone.
    memory: u64,
    overflow: Overflow,
    /// Told when a lane has read on, while somebody waits for it.
    room: Condvar,
    /// Whether it lies on disk, and each record in a frame.
    is_framed: bool,
    /// Logs that earlier processes left: what is dropped is theirs first.
    older: Vec<Arc<Log>>,
    /// Whether whoever appends waits until it is safe from a loss of power.
    waits_for_disk: bool,
    /// Everything before this position is safe from a loss of power. Held while files are being made safe.
    safe: Mutex<u64>,
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
    /// The disk cannot be written, and the memory that stands in for it is used up.
    Unwritable,
    /// The record alone is larger than the bound.
    TooLarge,
}

/// What a lane was moved past without being asked, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skipped {
    pub(crate) lane: LaneId,
    pub(crate) why: LossReason,
    from: u64,
    until: u64,
}

const CHUNK: usize = 256 * 1024;
/// From the first record of a window to the last: its chunks stay in memory, with all that lies between.
const SPAN: u64 = 4 * 1024 * 1024;

impl Log {
    pub(crate) fn new(bound: usize, lanes: Vec<LaneSettings>) -> Self {
        let lanes = lanes.into_iter().map(|lane| Lane::new(lane, 0, 0)).collect();
        Self::over(State::new(CHUNK.min(bound / 8).max(4096), 0, lanes), bound as u64)
    }

    fn over(state: State, bound: u64) -> Self {
        Self {
            is_framed: state.disk.is_some(),
            state: Mutex::new(state),
            bound,
            memory: 0,
            overflow: Overflow::default(),
            room: Condvar::new(),
            older: Vec::new(),
            waits_for_disk: false,
            safe: Mutex::new(0),
        }
    }

    pub(crate) fn with_overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Appends one record. What happens when the log is full says its policy; `may_wait` says whether this thread is
    /// one that may wait.
    pub(crate) fn append(&self, record: &[u8], may_wait: impl FnOnce() -> bool) -> Appended {
        if self.is_framed { self.append_framed(record, may_wait) } else { self.push(&[], record, may_wait).1 }
    }

    /// The same, on disk.
    fn append_framed(&self, record: &[u8], may_wait: impl FnOnce() -> bool) -> Appended {
        let (end, appended) = self.push(&disk::head(record), record, may_wait);
        if self.waits_for_disk && matches!(appended, Appended::Accepted(_)) {
            self.make_safe(end);
        }
        appended
    }

    /// What became of the record, and the end of the log with it.
    #[inline]
    fn push(&self, head: &[u8], record: &[u8], may_wait: impl FnOnce() -> bool) -> (u64, Appended) {
        let length = (head.len() + record.len()) as u64;
        if length > self.bound {
            return (0, Appended::TooLarge);
        }
        let mut state = self.state();
        let mut lost = Vec::new();
        if !state.closed && state.lacks_room(length, self.bound) {
            match self.overflow {
                Overflow::DropOldest => lost = self.drop_oldest(&mut state, length),
                Overflow::Block(longest) if may_wait() => state = self.wait_for_room(state, length, longest),
                Overflow::DropNewest | Overflow::Block(_) => {}
            }
            if !state.closed && state.lacks_room(length, self.bound) {
                return (0, Appended::Full);
            }
        }
        if state.closed {
            return (0, Appended::Closed);
        }
        if self.is_framed && !self.may_write(&mut state, length) {
            return (0, Appended::Unwritable);
        }
        state.push(head, record);
        (state.end(), Appended::Accepted(lost))
    }

    /// Whether there is a place for a record on disk, or in memory until there is one.
    fn may_write(&self, state: &mut State, length: u64) -> bool {
        // What was forked from a process has its files, and would write into the middle of what the other one writes.
        if state.disk.as_ref().is_some_and(|disk| disk.is_forked()) {
            return false;
        }
        if state.lacks_memory(length, self.memory) {
            state.write_through();
        }
        !state.lacks_memory(length, self.memory)
    }

    #[cold]
    fn drop_oldest(&self, state: &mut State, length: u64) -> Vec<(LaneId, Vec<RecordRef>)> {
        for older in &self.older {
            while state.lacks_room(length, self.bound) && older.drop_segment() {}
        }
        if state.lacks_room(length, self.bound) { state.make_room(length, self.bound) } else { Vec::new() }
    }

    #[cold]
    fn wait_for_room<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        length: u64,
        longest: Duration,
    ) -> MutexGuard<'a, State> {
        // Room that older logs make is told to nobody.
        let nap = if self.older.is_empty() { longest } else { Duration::from_millis(50) };
        let is_full = |state: &mut State| !state.closed && state.lacks_room(length, self.bound);
        let start = Instant::now();
        state.waiting += 1;
        state.wake_all();
        loop {
            let left = longest.saturating_sub(start.elapsed());
            let waited = self.room.wait_timeout_while(state, nap.min(left), is_full);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if left.is_zero() || !is_full(&mut state) {
                state.waiting -= 1;
                return state;
            }
        }
    }

    /// Whether somebody waits for room, so that no lane lingers.
    pub(crate) fn is_awaited(&self) -> bool {
        self.state().waiting > 0
    }

    /// The next records of a lane, at most so many bytes and so many records and no further apart than
    /// [`SPAN`], but at least one where there is one. The lane is past them afterwards; records it does not
    /// want are skipped.
    pub(crate) fn take(&self, lane: LaneId, max_bytes: usize, max_records: usize) -> Window {
        loop {
            let (window, is_on_disk) = self.advance(lane, |reader, chunks| reader.take(chunks, max_bytes, max_records));
            if !is_on_disk || !window.records.is_empty() {
                return window;
            }
        }
    }

    /// Moves a lane past the records before it that were captured before this time, and hands over those that it
    /// wanted: at most as many as a window spans, so that one asks until none come.
    ///
    /// Their own `time` may be of another age; what counts is when their id was minted.
    pub(crate) fn expire(&self, lane: LaneId, older_than: Timestamp) -> Vec<RecordRef> {
        let state = self.state();
        let is_on_disk = state.on_disk(state.lanes[lane.0].read()).is_some();
        if !is_on_disk && !state.is_next(lane, |record| record.id.time() < older_than) {
            return Vec::new();
        }
        drop(state);
        let expired = self.advance(lane, |reader, chunks| {
            let mut first = None;
            reader.skip_while(chunks, |step| {
                if step.is_wanted {
                    first.get_or_insert(step.position);
                }
                step.record.id.time() < older_than && first.is_none_or(|first| step.position - first <= SPAN)
            })
        });
        expired.0
    }

    /// Lets a lane walk over what comes next, and says whether that lay on disk. What does is read with nothing locked.
    fn advance<R>(
        &self,
        lane: LaneId,
        mut walk: impl FnMut(&mut Reader, &mut dyn Iterator<Item = Arc<Chunk>>) -> R,
    ) -> (R, bool) {
        loop {
            let mut state = self.state();
            let start = state.lanes[lane.0].read();
            if let Some(blocks) = state.on_disk(start) {
                let reader = state.lanes[lane.0].reader.clone();
                drop(state);
                if let Some(result) = self.advance_on_disk(lane, reader, blocks, &mut walk) {
                    return (result, true);
                }
                continue;
            }
            if start >= state.active_start {
                state.seal();
            }
            let State { sealed, lanes, .. } = &mut *state;
            let first = sealed.partition_point(|chunk| chunk.end() <= start);
            let result = walk(&mut lanes[lane.0].reader, &mut sealed.range(first..).cloned());
            self.read_on(state);
            return (result, false);
        }
    }

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
        (state.lanes[lane.0].read(), state.end())
    }

    /// Asks to wake the lane once so many bytes more are unread than it has taken: at once if they are.
    pub(crate) fn wake_when(&self, lane: LaneId, unread: u64) {
        let mut state = self.state();
        let end = state.end();
        let lane = &mut state.lanes[lane.0];
        lane.wake_at = lane.read().saturating_add(unread);
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

    /// Whether it takes no more records: its end is the last.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs half-way through a change of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
