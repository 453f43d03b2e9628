//! The log: records in the order in which they were captured, read by each lane at its own pace.
//!
//! Bytes lie in chunks. A chunk that is full, or that a lane wants to read, is sealed and shared; it is
//! freed when the last lane is past it. Positions count bytes since the log began and never come back.
//!
//! The bound counts the bytes of records. The memory behind them is about twice as much at most, whatever is
//! sealed early, and each lane holds in flight no more than the chunks of one [`Window`].

mod chunk;
mod lane;

pub(crate) use lane::{LaneId, LaneSettings, RecordRef, Wake, Window};

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::record::Record;
use chunk::{Chunk, Spares};
use lane::Lane;

/// The log in memory.
pub(crate) struct Log {
    state: Mutex<State>,
    /// The most bytes between the slowest lane and the end.
    bound: u64,
}

struct State {
    sealed: VecDeque<Arc<Chunk>>,
    active: Vec<u8>,
    spares: Arc<Spares>,
    /// The position of the first byte of `active`.
    active_start: u64,
    lanes: Vec<Lane>,
    /// The end of the log at which some lane wants to be woken.
    wake_at: u64,
    closed: bool,
}

/// What became of an append.
#[derive(Debug)]
pub(crate) enum Appended {
    /// In the log. These lanes lost these records for it: the log was full.
    Accepted(Vec<(LaneId, Vec<RecordRef>)>),
    /// No more records are taken.
    Closed,
    /// The record alone is larger than the bound.
    TooLarge,
}

const CHUNK: usize = 256 * 1024;
/// From the first record of a window to the last: its chunks stay in memory, with all that lies between.
const SPAN: u64 = 4 * 1024 * 1024;

impl Log {
    pub(crate) fn new(bound: usize, lanes: Vec<LaneSettings>) -> Self {
        let spares = Arc::new(Spares::new(CHUNK.min(bound / 8).max(4096)));
        let state = State {
            sealed: VecDeque::new(),
            active: spares.take(),
            spares,
            active_start: 0,
            lanes: lanes.into_iter().map(Lane::new).collect(),
            wake_at: u64::MAX,
            closed: false,
        };
        let log = Self { state: Mutex::new(state), bound: bound as u64 };
        log.state().plan_wake();
        log
    }

    /// Appends one record. A full log moves its slowest lanes forward and nobody waits.
    pub(crate) fn append(&self, record: &[u8]) -> Appended {
        if record.len() as u64 > self.bound {
            return Appended::TooLarge;
        }
        let mut state = self.state();
        if state.closed {
            return Appended::Closed;
        }
        let end = state.end() + record.len() as u64;
        let lost = if end - state.slowest() > self.bound { state.make_room(end - self.bound) } else { Vec::new() };
        if state.active.len() + record.len() > state.spares.size() {
            state.seal();
        }
        state.active.extend_from_slice(record);
        if end >= state.wake_at {
            state.wake();
        }
        Appended::Accepted(lost)
    }

    /// The next records of a lane, at most so many bytes and so many records and no further apart than
    /// [`SPAN`], but at least one where there is one. The lane is past them afterwards; records it does not
    /// want are skipped.
    pub(crate) fn take(&self, lane: LaneId, max_bytes: usize, max_records: usize) -> Window {
        let mut state = self.state();
        if state.lanes[lane.0].read >= state.active_start {
            state.seal();
        }
        let mut window = Window::default();
        let mut window_start = None;
        let State { sealed, lanes, .. } = &mut *state;
        let lane = &mut lanes[lane.0];
        let first = sealed.partition_point(|chunk| chunk.end() <= lane.read);
        'chunks: for chunk in sealed.range(first..) {
            while lane.read < chunk.end() {
                let at = usize::try_from(lane.read - chunk.start).unwrap_or(usize::MAX);
                let Ok(record) = Record::read(&chunk.bytes[at..]) else {
                    // What this process wrote it can read; a chunk that it cannot is left behind.
                    lane.read = chunk.end();
                    continue 'chunks;
                };
                let length = record.bytes.len();
                if (lane.wants)(&record) {
                    let full = window.records.len() >= max_records || window.bytes + length > max_bytes;
                    let far = lane.read - *window_start.get_or_insert(lane.read) > SPAN;
                    if (full || far) && !window.records.is_empty() {
                        break 'chunks;
                    }
                    window.push(chunk, at, length);
                }
                lane.read += length as u64;
            }
        }
        if state.lanes.iter().all(|lane| lane.read >= state.active_start) && state.sealed.is_empty() {
            return window;
        }
        state.free();
        window
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

    /// Shows the records that a lane has not taken yet, also those that it does not want.
    ///
    /// They may be many megabytes, and are read with the log unlocked.
    pub(crate) fn for_each_unread(&self, lane: LaneId, mut show: impl FnMut(&Record<'_>)) {
        let state = self.state();
        let read = state.lanes[lane.0].read;
        let first = state.sealed.partition_point(|chunk| chunk.end() <= read);
        let sealed: Vec<_> = state.sealed.range(first..).cloned().collect();
        let (active_start, active) = (state.active_start, state.active.clone());
        drop(state);
        let chunks = sealed.iter().map(|chunk| (chunk.start, chunk.bytes.as_slice()));
        for (start, bytes) in chunks.chain([(active_start, active.as_slice())]) {
            let skipped = usize::try_from(read.saturating_sub(start)).unwrap_or(usize::MAX);
            let mut rest = bytes.get(skipped..).unwrap_or_default();
            while let Ok(record) = Record::read(rest) {
                show(&record);
                rest = &rest[record.bytes.len()..];
            }
        }
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
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs half-way through a change of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end(&self) -> u64 {
        self.active_start + self.active.len() as u64
    }

    fn slowest(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.read).min().unwrap_or_else(|| self.end())
    }

    /// Moves `active` to the sealed chunks, and begins a new one.
    fn seal(&mut self) {
        if self.active.is_empty() {
            return;
        }
        // A chunk may stay for as long as the slowest lane wants it: one that holds little is as small as that.
        let bytes = if self.active.len() < self.active.capacity() / 2 {
            let bytes = self.active.as_slice().to_vec();
            self.active.clear();
            bytes
        } else {
            std::mem::replace(&mut self.active, self.spares.take())
        };
        let start = self.active_start;
        self.active_start += bytes.len() as u64;
        self.sealed.push_back(Arc::new(Chunk::new(start, bytes, &self.spares)));
        self.free();
    }

    /// Frees the chunks that every lane is past.
    fn free(&mut self) {
        let slowest = self.slowest();
        while self.sealed.front().is_some_and(|chunk| chunk.end() <= slowest) {
            self.sealed.pop_front();
        }
    }

    /// Moves every lane to `position` at least; what they lose by it is told.
    #[cold]
    fn make_room(&mut self, position: u64) -> Vec<(LaneId, Vec<RecordRef>)> {
        if position > self.active_start {
            self.seal();
        }
        let Self { sealed, lanes, .. } = self;
        let mut lost = Vec::new();
        for (index, lane) in lanes.iter_mut().enumerate() {
            let records = lane.skip_to(position, sealed);
            if !records.is_empty() {
                lost.push((LaneId(index), records));
            }
        }
        self.free();
        lost
    }

    fn plan_wake(&mut self) {
        self.wake_at = self.lanes.iter().map(|lane| lane.wake_at).min().unwrap_or(u64::MAX);
    }

    /// Wakes the lanes whose moment has come; each asks anew for the next.
    #[cold]
    fn wake(&mut self) {
        let end = self.end();
        for lane in &mut self.lanes {
            if lane.wake_at <= end {
                lane.wake_at = u64::MAX;
                lane.wake.wake();
            }
        }
        self.plan_wake();
    }
}

#[cfg(test)]
mod tests;
