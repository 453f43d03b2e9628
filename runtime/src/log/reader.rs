use std::sync::Arc;

use super::lane::Test;
use super::{Chunk, LaneSettings, RecordRef, SPAN, Window};
use crate::record::Record;

/// Where a lane reads, and what.
#[derive(Clone)]
pub(super) struct Reader {
    /// The position of the next record to take.
    pub(super) read: u64,
    /// Bytes that stand before each record.
    frame: usize,
    wants: Test,
    /// Whether the last walk ended at a record, and not at the end of what there was to read.
    pub(super) stopped: bool,
    /// Where the last walk came upon something that is no record of this version, and how many bytes.
    pub(super) unreadable: Vec<(u64, u64)>,
}

/// A record that is walked over.
pub(super) struct Step<'a> {
    pub(super) chunk: &'a Arc<Chunk>,
    /// Its place in the chunk.
    pub(super) at: usize,
    pub(super) position: u64,
    pub(super) record: &'a Record<'a>,
    pub(super) is_wanted: bool,
}

impl Reader {
    pub(super) fn new(read: u64, frame: usize, wants: Test) -> Self {
        Self { read, frame, wants, stopped: false, unreadable: Vec::new() }
    }

    /// Another one, for another lane, at this position of the same log.
    pub(super) fn at(&self, read: u64, lane: &LaneSettings) -> Self {
        Self::new(read, self.frame, Arc::clone(&lane.wants))
    }

    /// The next records, as [`Log::take`](super::Log::take) hands them over.
    pub(super) fn take(
        &mut self,
        chunks: impl Iterator<Item = Arc<Chunk>>,
        max_bytes: usize,
        max_records: usize,
    ) -> Window {
        let mut window = Window::default();
        let mut first = None;
        self.walk(chunks, |step| {
            if !step.is_wanted {
                return true;
            }
            let length = step.record.bytes.len();
            let full = window.records.len() >= max_records || window.bytes + length > max_bytes;
            let far = step.position - *first.get_or_insert(step.position) > SPAN;
            if (full || far) && !window.records.is_empty() {
                return false;
            }
            window.push(step.chunk, step.at, length);
            true
        });
        window
    }

    /// Goes past records as long as they are such ones; what it would have carried comes back.
    pub(super) fn skip_while(
        &mut self,
        chunks: impl Iterator<Item = Arc<Chunk>>,
        mut is_such: impl FnMut(&Step<'_>) -> bool,
    ) -> Vec<RecordRef> {
        let mut skipped = Window::default();
        self.walk(chunks, |step| {
            let goes = is_such(step);
            if goes && step.is_wanted {
                skipped.push(step.chunk, step.at, step.record.bytes.len());
            }
            goes
        });
        skipped.records
    }

    /// Shows one record after the other, and goes past those for which `goes_on` says so.
    pub(super) fn walk(
        &mut self,
        chunks: impl Iterator<Item = Arc<Chunk>>,
        mut goes_on: impl FnMut(&Step<'_>) -> bool,
    ) {
        self.stopped = false;
        for chunk in chunks {
            // Between chunks that were read back there may be damage.
            self.read = self.read.max(chunk.start);
            while self.read < chunk.end() {
                let at = usize::try_from(self.read - chunk.start).unwrap_or(usize::MAX).saturating_add(self.frame);
                let bytes = chunk.bytes.get(at..).unwrap_or_default();
                let Ok(record) = Record::read(bytes) else {
                    // What this process wrote it can read; in a frame may lie what another one wrote.
                    let length = if self.frame == 0 { None } else { Record::length(bytes).ok() };
                    let next = length.map_or(chunk.end(), |length| self.read + (self.frame + length) as u64);
                    self.unreadable.push((self.read, next - self.read));
                    self.read = next;
                    continue;
                };
                let is_wanted = (self.wants)(&record);
                let step = Step { chunk: &chunk, at, position: self.read, record: &record, is_wanted };
                if !goes_on(&step) {
                    self.stopped = true;
                    return;
                }
                self.read += (self.frame + record.bytes.len()) as u64;
            }
        }
    }
}
