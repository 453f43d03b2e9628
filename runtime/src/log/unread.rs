use std::sync::Arc;

use super::chunk::Chunk;
use super::disk::{Part, chunks};
use super::{LaneId, LaneSettings, Log, Reader};
use crate::record::Record;
use crate::value::Timestamp;

/// What a lane has still to take from the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Those that it is the one to count.
    pub(crate) records: u64,
    /// The others: parts of records that count elsewhere.
    pub(crate) parts: u64,
    /// Bytes of all that it wants.
    pub(crate) bytes: u64,
    /// When the first of them was captured.
    pub(crate) oldest: Option<Timestamp>,
}

impl Unread {
    fn add(&mut self, record: &Record<'_>, lane: &LaneSettings) {
        let counts = (lane.counts)(record);
        self.records += u64::from(counts);
        self.parts += u64::from(!counts);
        self.bytes += record.bytes.len() as u64;
        self.oldest.get_or_insert(record.id.time());
    }

    /// What comes behind it.
    fn append(&mut self, later: Self) {
        self.records += later.records;
        self.parts += later.parts;
        self.bytes += later.bytes;
        self.oldest = self.oldest.or(later.oldest);
    }

    fn walk(&mut self, reader: &mut Reader, lane: &LaneSettings, chunks: impl Iterator<Item = Arc<Chunk>>) {
        reader.walk(chunks, |step| {
            if step.is_wanted {
                self.add(step.record, lane);
            }
            true
        });
    }
}

impl Log {
    /// What a lane has not taken yet.
    ///
    /// It may be many megabytes, and is read with the log unlocked. Of segments on disk it is remembered.
    pub(crate) fn unread(&self, lane: LaneId) -> Unread {
        let state = self.state();
        if let Some(left) = state.aside.left(lane) {
            return left;
        }
        let lanes: Vec<LaneSettings> = state.lanes.iter().map(|lane| lane.settings.clone()).collect();
        let mut reader = state.lanes[lane.0].reader.clone();
        let parts = state.parts(reader.read);
        let known: Vec<_> = parts.iter().map(|part| state.aside.known(part.start, lane)).collect();
        let mut sealed: Vec<_> = state.chunks(reader.read).cloned().collect();
        sealed.push(Arc::new(Chunk::read_back(state.active_start, state.active.clone())));
        drop(state);
        let mut unread = Unread::default();
        for (part, known) in parts.into_iter().zip(known) {
            unread.append(known.unwrap_or_else(|| self.count(part, &lanes, lane, &reader)));
        }
        unread.walk(&mut reader, &lanes[lane.0], sealed.into_iter());
        unread
    }

    /// Counts what a lane wants of a part on disk; of a whole segment what each of them does, so that it is read once.
    fn count(&self, part: Part, lanes: &[LaneSettings], lane: LaneId, reader: &Reader) -> Unread {
        let Part { start, is_whole, mut blocks } = part;
        let mut tally = vec![Unread::default(); lanes.len()];
        for chunk in chunks(&mut blocks) {
            for (place, (settings, unread)) in lanes.iter().zip(&mut tally).enumerate() {
                if is_whole || place == lane.0 {
                    let mut reader = reader.at(start, settings);
                    unread.walk(&mut reader, settings, std::iter::once(Arc::clone(&chunk)));
                }
            }
        }
        let unread = tally[lane.0];
        if is_whole && !blocks.is_closed() {
            self.state().aside.remember(start, tally);
        }
        unread
    }
}
