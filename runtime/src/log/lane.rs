use std::fmt;
use std::sync::Arc;

use super::Chunk;
use super::reader::Reader;
use crate::record::Record;

/// A lane of a log, by its place among [`LaneSettings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LaneId(pub(crate) usize);

/// Wakes whoever reads a lane. Called under the log's lock: it must be short and must not come back.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

/// For a lane that nobody runs.
#[cfg(feature = "spool")]
pub(crate) struct NoWake;

#[cfg(feature = "spool")]
impl Wake for NoWake {
    fn wake(&self) {}
}

/// Asked about a record, with the log locked: short.
pub(crate) type Test = Arc<dyn Fn(&Record<'_>) -> bool + Send + Sync>;

/// What a lane is made of.
#[derive(Clone)]
pub(crate) struct LaneSettings {
    /// Which records it carries; the others it skips.
    pub(crate) wants: Test,
    /// Which of those it is the one to count.
    pub(crate) counts: Test,
    pub(crate) wake: Arc<dyn Wake>,
}

pub(super) struct Lane {
    pub(super) reader: Reader,
    /// The end of the log at which to wake the reader.
    pub(super) wake_at: u64,
    pub(super) settings: LaneSettings,
}

impl Lane {
    /// One that begins to read at this position, in a log with so many bytes before each record.
    pub(super) fn new(settings: LaneSettings, position: u64, frame: usize) -> Self {
        let reader = Reader::new(position, frame, Arc::clone(&settings.wants));
        Self { reader, wake_at: u64::MAX, settings }
    }

    pub(super) fn read(&self) -> u64 {
        self.reader.read
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

    /// The position of its first byte.
    #[cfg(feature = "spool")]
    pub(super) fn position(&self) -> u64 {
        self.chunk.start + self.start as u64
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
