use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::Chunk;
use crate::record::Record;

/// A lane of a log, by its place among [`LaneSettings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LaneId(pub(crate) usize);

/// Wakes whoever reads a lane. Called under the log's lock: it must be short and must not come back.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

/// What a lane is made of.
pub(crate) struct LaneSettings {
    /// Which records it carries; the others it skips, and never counts.
    pub(crate) wants: Box<dyn Fn(&Record<'_>) -> bool + Send + Sync>,
    pub(crate) wake: Arc<dyn Wake>,
}

pub(super) struct Lane {
    /// The position of the next record to take.
    pub(super) read: u64,
    /// The end of the log at which to wake the reader.
    pub(super) wake_at: u64,
    pub(super) wants: Box<dyn Fn(&Record<'_>) -> bool + Send + Sync>,
    pub(super) wake: Arc<dyn Wake>,
}

impl Lane {
    pub(super) fn new(settings: LaneSettings) -> Self {
        Self { read: 0, wake_at: u64::MAX, wants: settings.wants, wake: settings.wake }
    }

    /// Goes to the first record at or behind `position`; what it would have carried comes back.
    pub(super) fn skip_to(&mut self, position: u64, sealed: &VecDeque<Arc<Chunk>>) -> Vec<RecordRef> {
        let mut skipped = Window::default();
        let first = sealed.partition_point(|chunk| chunk.end() <= self.read);
        for chunk in sealed.range(first..).take_while(|chunk| chunk.start < position) {
            while self.read < position && self.read < chunk.end() {
                let at = usize::try_from(self.read - chunk.start).unwrap_or(usize::MAX);
                let Ok(record) = Record::read(&chunk.bytes[at..]) else {
                    self.read = chunk.end();
                    break;
                };
                if (self.wants)(&record) {
                    skipped.push(chunk, at, record.bytes.len());
                }
                self.read += record.bytes.len() as u64;
            }
        }
        skipped.records
    }
}

/// Records that a lane has taken, in order.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) records: Vec<RecordRef>,
    pub(crate) bytes: usize,
}

impl Window {
    pub(super) fn push(&mut self, chunk: &Arc<Chunk>, start: usize, length: usize) {
        self.bytes += length;
        self.records.push(RecordRef { chunk: Arc::clone(chunk), start, length });
    }
}

/// One record; it holds its chunk in memory.
#[derive(Clone)]
pub(crate) struct RecordRef {
    chunk: Arc<Chunk>,
    start: usize,
    length: usize,
}

impl RecordRef {
    pub(crate) fn read(&self) -> Record<'_> {
        let bytes = &self.chunk.bytes[self.start..self.start + self.length];
        Record::read(bytes).expect("a record was read here before")
    }
}

impl fmt::Debug for RecordRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RecordRef({})", self.read().id)
    }
}
