use std::collections::VecDeque;
use std::sync::Arc;

use super::SPAN;
use super::chunk::{Chunk, Spares};
use super::disk::{Aside, Blocks, Disk};
use super::lane::{Lane, LaneId, RecordRef};
use crate::record::Record;

/// What the lock of a log guards.
pub(super) struct State {
    pub(super) sealed: VecDeque<Arc<Chunk>>,
    pub(super) active: Vec<u8>,
    spares: Arc<Spares>,
    /// The position of the first byte of `active`.
    pub(super) active_start: u64,
    pub(super) lanes: Vec<Lane>,
    /// The end of the log at which some lane wants to be woken.
    wake_at: u64,
    pub(super) closed: bool,
    /// How many threads wait for room.
    pub(super) waiting: usize,
    /// Where all of it lies besides.
    pub(super) disk: Option<Disk>,
    /// What is to be known of it then.
    pub(super) aside: Aside,
}

/// Of what is on disk so much stays in memory, for the lanes that are not behind.
const CACHED: u64 = 8 * 1024 * 1024;

impl State {
    /// A log whose records lie before this position; `size` is that of a chunk.
    pub(super) fn new(size: usize, end: u64, lanes: Vec<Lane>) -> Self {
        let spares = Arc::new(Spares::new(size));
        Self {
            sealed: VecDeque::new(),
            active: spares.take(),
            spares,
            active_start: end,
            lanes,
            wake_at: u64::MAX,
            closed: false,
            waiting: 0,
            disk: None,
            aside: Aside::default(),
        }
    }

    #[cfg(feature = "spool")]
    pub(super) fn with_disk(mut self, disk: Disk, aside: Aside) -> Self {
        (self.disk, self.aside) = (Some(disk), aside);
        self
    }

    /// Appends a record, with what stands before it.
    pub(super) fn push(&mut self, head: &[u8], record: &[u8]) {
        if self.active.len() + head.len() + record.len() > self.spares.size() {
            self.seal();
        }
        self.active.extend_from_slice(head);
        self.active.extend_from_slice(record);
        if self.disk.is_some() {
            self.write_through();
        }
        if self.end() >= self.wake_at {
            self.wake();
        }
    }

    /// Writes to disk what is not there yet, the oldest first.
    pub(super) fn write_through(&mut self) {
        let Self { disk: Some(disk), sealed, active, active_start, .. } = self else { return };
        if !disk.can_try() {
            return;
        }
        let first = sealed.partition_point(|chunk| chunk.end() <= disk.written());
        let chunks = sealed.range(first..).map(|chunk| (chunk.start, chunk.bytes.as_slice()));
        for (start, bytes) in chunks.chain([(*active_start, active.as_slice())]) {
            let at = usize::try_from(disk.written().saturating_sub(start)).unwrap_or(usize::MAX);
            let bytes = bytes.get(at..).unwrap_or_default();
            if !bytes.is_empty() && !disk.write(start.max(disk.written()), bytes) {
                return;
            }
        }
        disk.caught_up();
    }

    pub(super) fn end(&self) -> u64 {
        self.active_start + self.active.len() as u64
    }

    pub(super) fn slowest(&self) -> u64 {
        self.lanes.iter().map(Lane::read).min().unwrap_or_else(|| self.end())
    }

    pub(super) fn lacks_room(&self, length: u64, bound: u64) -> bool {
        let older = self.disk.as_ref().map_or(0, Disk::older);
        self.end() + length - self.slowest() + older > bound
    }

    /// Whether there is a next record for a lane, in memory, and it is such a one.
    pub(super) fn is_next(&self, lane: LaneId, is_such: impl FnOnce(&Record<'_>) -> bool) -> bool {
        let read = self.lanes[lane.0].read();
        let (start, bytes) = match self.sealed.get(self.sealed.partition_point(|chunk| chunk.end() <= read)) {
            Some(chunk) => (chunk.start, chunk.bytes.as_slice()),
            None => (self.active_start, self.active.as_slice()),
        };
        let frame = self.disk.as_ref().map_or(0, |_| super::disk::HEAD);
        let at = usize::try_from(read - start).unwrap_or(usize::MAX).saturating_add(frame);
        Record::read(bytes.get(at..).unwrap_or_default()).is_ok_and(|record| is_such(&record))
    }

    /// Where what is in memory begins.
    pub(super) fn in_memory(&self) -> u64 {
        self.sealed.front().map_or(self.active_start, |chunk| chunk.start)
    }

    /// What lies from a position on and is not in memory.
    pub(super) fn on_disk(&self, from: u64) -> Option<Blocks> {
        let until = self.in_memory();
        self.disk.as_ref().filter(|_| from < until).map(|disk| disk.blocks(from, until, SPAN))
    }

    /// The sealed chunks from a position on.
    pub(super) fn chunks(&self, from: u64) -> impl Iterator<Item = &Arc<Chunk>> {
        self.sealed.range(self.sealed.partition_point(|chunk| chunk.end() <= from)..)
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

    /// Frees the chunks that every lane is past, and those that can be read back from disk.
    ///
    /// What is to be on disk and is not there yet stays until it is settled: if its lanes cannot deliver it, whoever
    /// starts next can.
    pub(super) fn free(&mut self) {
        let slowest = self.slowest();
        let disk = self.disk.as_ref();
        let (written, settled) = disk.map_or((0, slowest), |disk| (disk.written(), self.aside.settled()));
        while let Some(chunk) = self.sealed.front() {
            let is_written = chunk.end() <= written;
            let is_far = is_written && self.active_start - chunk.start > CACHED;
            let needed = if is_written { slowest } else { settled };
            if chunk.end() > needed && !is_far {
                break;
            }
            self.sealed.pop_front();
        }
        let unread = self.end() - slowest;
        if let Some(disk) = &mut self.disk {
            disk.count(unread);
        }
    }

    /// Moves the slowest lanes forward until there is room; what they lose by it is told.
    #[cold]
    pub(super) fn make_room(&mut self, length: u64, bound: u64) -> Vec<(LaneId, Vec<RecordRef>)> {
        let older = self.disk.as_ref().map_or(0, Disk::older);
        let until = (self.end() + length + older).saturating_sub(bound);
        if self.disk.is_some() {
            self.skip_segments(until, crate::report::LossReason::LogFull);
            return Vec::new();
        }
        if until > self.active_start {
            self.seal();
        }
        let Self { sealed, lanes, .. } = self;
        let mut lost = Vec::new();
        for (index, lane) in lanes.iter_mut().enumerate() {
            let first = sealed.partition_point(|chunk| chunk.end() <= lane.read());
            let chunks = sealed.range(first..).cloned();
            let records = lane.reader.skip_while(chunks, |step| step.position < until);
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
                lane.settings.wake.wake();
            }
        }
        self.plan_wake();
    }

    /// Wakes every lane, whatever it waits for.
    pub(super) fn wake_all(&mut self) {
        for lane in &mut self.lanes {
            lane.wake_at = u64::MAX;
            lane.settings.wake.wake();
        }
        self.plan_wake();
    }
}
