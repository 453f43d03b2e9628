use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::{Chunk, SPAN};
use crate::record::Record;

/// A lane of a log, by its place among [`LaneSettings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LaneId(pub(crate) usize);

/// Wakes whoever reads a lane. Called under the log's lock: it must be short and must not come back.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

/// Asked about a record, with the log locked: short.
pub(crate) type Test = Arc<dyn Fn(&Record<'_>) -> bool + Send + Sync>;

/// What a lane is made of.
pub(crate) struct LaneSettings {
    /// Which records it carries; the others it skips.
    pub(crate) wants: Test,
    /// Which of those it is the one to count.
    pub(crate) counts: Test,
    pub(crate) wake: Arc<dyn Wake>,
}

pub(super) struct Lane {
    /// The position of the next record to take.
    pub(super) read: u64,
    /// The end of the log at which to wake the reader.
    pub(super) wake_at: u64,
    pub(super) wants: Test,
    pub(super) counts: Test,
    pub(super) wake: Arc<dyn Wake>,
}

impl Lane {
    pub(super) fn new(settings: LaneSettings) -> Self {
        let LaneSettings { wants, counts, wake } = settings;
        Self { read: 0, wake_at: u64::MAX, wants, counts, wake }
    }

    /// The next records, as [`Log::take`](super::Log::take) hands them over.
    pub(super) fn take(&mut self, sealed: &VecDeque<Arc<Chunk>>, max_bytes: usize, max_records: usize) -> Window {
        let mut window = Window::default();
        let mut first = None;
        self.walk(sealed, |chunk, at, position, record, is_wanted| {
            if !is_wanted {
                return true;
            }
            let length = record.bytes.len();
            let full = window.records.len() >= max_records || window.bytes + length > max_bytes;
            let far = position - *first.get_or_insert(position) > SPAN;
            if (full || far) && !window.records.is_empty() {
                return false;
            }
            window.push(chunk, at, length);
            true
        });
        window
    }

    /// Goes past records as long as they are such ones, by their position, themselves, and whether they are wanted;
    /// what it would have carried comes back.
    pub(super) fn skip_while(
        &mut self,
        sealed: &VecDeque<Arc<Chunk>>,
        mut is_such: impl FnMut(u64, &Record<'_>, bool) -> bool,
    ) -> Vec<RecordRef> {
        let mut skipped = Window::default();
        self.walk(sealed, |chunk, at, position, record, is_wanted| {
            let goes = is_such(position, record, is_wanted);
            if goes && is_wanted {
                skipped.push(chunk, at, record.bytes.len());
            }
            goes
        });
        skipped.records
    }

    /// Shows one record after the other, with its chunk, its place there, its position, and whether the lane wants
    /// it, and goes past those for which `goes_on` says so.
    fn walk(
        &mut self,
        sealed: &VecDeque<Arc<Chunk>>,
        mut goes_on: impl FnMut(&Arc<Chunk>, usize, u64, &Record<'_>, bool) -> bool,
    ) {
        let first = sealed.partition_point(|chunk| chunk.end() <= self.read);
        for chunk in sealed.range(first..) {
            while self.read < chunk.end() {
                let at = usize::try_from(self.read - chunk.start).unwrap_or(usize::MAX);
                let Ok(record) = Record::read(&chunk.bytes[at..]) else {
                    // What this process wrote it can read; a chunk that it cannot is left behind.
                    self.read = chunk.end();
                    break;
                };
                if !goes_on(chunk, at, self.read, &record, (self.wants)(&record)) {
                    return;
                }
                self.read += record.bytes.len() as u64;
            }
        }
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
    /// Its bytes in the log.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

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
