use std::collections::VecDeque;
use std::sync::Arc;

use super::chunk::{Chunk, Spares};
use super::lane::{Lane, LaneId, LaneSettings, RecordRef};
use crate::record::Record;

/// What the lock of a log guards.
pub(super) struct State {
    pub(super) sealed: VecDeque<Arc<Chunk>>,
    pub(super) active: Vec<u8>,
    pub(super) spares: Arc<Spares>,
    /// The position of the first byte of `active`.
    pub(super) active_start: u64,
    pub(super) lanes: Vec<Lane>,
    /// The end of the log at which some lane wants to be woken.
    pub(super) wake_at: u64,
    pub(super) closed: bool,
    /// How many threads wait for room.
    pub(super) waiting: usize,
}

impl State {
    /// `size` is that of a chunk.
    pub(super) fn new(size: usize, lanes: Vec<LaneSettings>) -> Self {
        let spares = Arc::new(Spares::new(size));
        Self {
            sealed: VecDeque::new(),
            active: spares.take(),
            spares,
            active_start: 0,
            lanes: lanes.into_iter().map(Lane::new).collect(),
            wake_at: u64::MAX,
            closed: false,
            waiting: 0,
        }
    }

    /// Appends a record.
    pub(super) fn push(&mut self, record: &[u8]) {
        if self.active.len() + record.len() > self.spares.size() {
            self.seal();
        }
        self.active.extend_from_slice(record);
        if self.end() >= self.wake_at {
            self.wake();
        }
    }

    pub(super) fn end(&self) -> u64 {
        self.active_start + self.active.len() as u64
    }

    pub(super) fn lacks_room(&self, length: u64, bound: u64) -> bool {
        self.end() + length - self.slowest() > bound
    }

    /// Whether there is a next record for a lane and it is such a one.
    pub(super) fn is_next(&self, lane: LaneId, is_such: impl FnOnce(&Record<'_>) -> bool) -> bool {
        let read = self.lanes[lane.0].read;
        let (start, bytes) = match self.sealed.get(self.sealed.partition_point(|chunk| chunk.end() <= read)) {
            Some(chunk) => (chunk.start, chunk.bytes.as_slice()),
            None => (self.active_start, self.active.as_slice()),
        };
        let at = usize::try_from(read - start).unwrap_or(usize::MAX);
        Record::read(bytes.get(at..).unwrap_or_default()).is_ok_and(|record| is_such(&record))
    }

    fn slowest(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.read).min().unwrap_or_else(|| self.end())
    }

    /// Moves `active` to the sealed chunks, and begins a new one.
    pub(super) fn seal(&mut self) {
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
    pub(super) fn free(&mut self) {
        let slowest = self.slowest();
        while self.sealed.front().is_some_and(|chunk| chunk.end() <= slowest) {
            self.sealed.pop_front();
        }
    }

    /// Moves the slowest lanes forward until there is room; what they lose by it is told.
    #[cold]
    pub(super) fn make_room(&mut self, length: u64, bound: u64) -> Vec<(LaneId, Vec<RecordRef>)> {
        let until = (self.end() + length).saturating_sub(bound);
        if until > self.active_start {
            self.seal();
        }
        let Self { sealed, lanes, .. } = self;
        let mut lost = Vec::new();
        for (index, lane) in lanes.iter_mut().enumerate() {
            let records = lane.skip_while(sealed, |position, _, _| position < until);
            if !records.is_empty() {
                lost.push((LaneId(index), records));
            }
        }
        self.free();
        lost
    }

    pub(super) fn plan_wake(&mut self) {
        self.wake_at = self.lanes.iter().map(|lane| lane.wake_at).min().unwrap_or(u64::MAX);
    }

    /// Wakes the lanes whose moment has come; each asks anew for the next.
    #[cold]
    pub(super) fn wake(&mut self) {
        let end = self.end();
        for lane in &mut self.lanes {
            if lane.wake_at <= end {
                lane.wake_at = u64::MAX;
                lane.wake.wake();
            }
        }
        self.plan_wake();
    }

    /// Wakes every lane, whatever it waits for.
    pub(super) fn wake_all(&mut self) {
        for lane in &mut self.lanes {
            lane.wake_at = u64::MAX;
            lane.wake.wake();
        }
        self.plan_wake();
    }
}
