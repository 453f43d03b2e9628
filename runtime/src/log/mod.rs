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

#[cfg(feature = "spool")]
mod aside;
mod chunk;
#[cfg(feature = "spool")]
mod disk;
#[cfg(not(feature = "spool"))]
#[path = "no_disk.rs"]
#[expect(clippy::unused_self, clippy::needless_pass_by_value, reason = "of a log on disk there is something to ask")]
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

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::value::Timestamp;
use chunk::Chunk;
#[cfg(feature = "spool")]
pub(crate) use disk::Skipped;
use disk::Spooled;
use lane::Lane;
use reader::Reader;
use state::State;

/// The log, in memory or on disk besides.
pub(crate) struct Log {
    state: Mutex<State>,
    /// The most bytes between the slowest lane and the end.
    bound: u64,
    overflow: Overflow,
    /// Told when a lane has read on, while somebody waits for it.
    room: Condvar,
    /// Where it lies on disk besides.
    spooled: Option<Spooled>,
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

const CHUNK: usize = 256 * 1024;
/// From the first record of a window to the last: its chunks stay in memory, with all that lies between.
const SPAN: u64 = 4 * 1024 * 1024;

impl Log {
    pub(crate) fn new(bound: usize, lanes: Vec<LaneSettings>) -> Self {
        let lanes = lanes.into_iter().map(|lane| Lane::new(lane, 0, 0)).collect();
        Self::over(State::new(CHUNK.min(bound / 8).max(4096), 0, lanes), bound as u64)
    }

    fn over(state: State, bound: u64) -> Self {
        Self { state: Mutex::new(state), bound, overflow: Overflow::default(), room: Condvar::new(), spooled: None }
    }

    pub(crate) fn with_overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Appends one record. What happens when the log is full says its policy; `may_wait` says whether this thread is
    /// one that may wait.
    pub(crate) fn append(&self, record: &[u8], may_wait: impl FnOnce() -> bool) -> Appended {
        match &self.spooled {
            None => self.push(&[], record, may_wait).1,
            Some(spooled) => spooled.append(self, record, may_wait),
        }
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
        if self.spooled.as_ref().is_some_and(|spooled| !spooled.may_write(&mut state, length)) {
            return (0, Appended::Unwritable);
        }
        state.push(head, record);
        (state.end(), Appended::Accepted(lost))
    }

    #[cold]
    fn drop_oldest(&self, state: &mut State, length: u64) -> Vec<(LaneId, Vec<RecordRef>)> {
        // What earlier processes left is older.
        for older in self.spooled.iter().flat_map(Spooled::older) {
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
        let has_older = self.spooled.as_ref().is_some_and(|spooled| !spooled.older().is_empty());
        let nap = if has_older { Duration::from_millis(50) } else { longest };
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
            let (window, is_all) = self.advance(lane, |reader, chunks| reader.take(chunks, max_bytes, max_records));
            if is_all || !window.records.is_empty() {
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

    /// Lets a lane walk over what comes next, and says whether that is all for now: it is at the end of the log, or a file
    /// cannot be opened. What lies on disk is read with nothing locked.
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
                if let Some(walked) = self.advance_on_disk(lane, reader, blocks, &mut walk) {
                    return walked;
                }
                continue;
            }
            if start >= state.active_start {
                state.seal();
            }
            let State { sealed, lanes, .. } = &mut *state;
            let first = sealed.partition_point(|chunk| chunk.end() <= start);
            let result = walk(&mut lanes[lane.0].reader, &mut sealed.range(first..).cloned());
            let read = state.lanes[lane.0].read();
            state.aside.took(lane, read);
            let is_at_end = read == state.end();
            self.read_on(state);
            return (result, is_at_end);
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

#[cfg(all(test, shuttle))]
pub(crate) mod schedules;
#[cfg(test)]
mod tests;
