//! What a log that lies on disk does besides.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError};

use super::chunk::Chunk;
use super::lane::Lane;
use super::state::State;
use super::{CHUNK, LaneId, LaneSettings, Log, Reader, RecordRef, SPAN, Skipped};
use crate::report::LossReason;
pub(super) use crate::spool::{Blocks, Disk, HEAD, Part, head};
use crate::spool::{Fsync, Notice, Recovered, Spool};
use crate::value::Timestamp;

impl Log {
    /// A log on disk that begins, with lanes by their names. As long as the disk is full, so much of it may lie in memory.
    ///
    /// # Errors
    ///
    /// When its folder cannot be made.
    pub(crate) fn spooled(
        spool: &Spool,
        memory: usize,
        older: Vec<Arc<Self>>,
        lanes: Vec<(String, LaneSettings)>,
    ) -> io::Result<Self> {
        let (names, settings): (Vec<_>, Vec<_>) = lanes.into_iter().unzip();
        let sum = Arc::new(AtomicU64::new(0));
        for log in &older {
            log.state().count_into(&sum);
        }
        let disk = Disk::create(spool.clone(), names, sum)?;
        let lanes = settings.into_iter().map(|lane| Lane::new(lane, 0, HEAD)).collect();
        let mut state = State::new(CHUNK, 0, lanes);
        state.disk = Some(disk);
        let waits_for_disk = spool.fsync == Fsync::Always;
        Ok(Self { memory: memory as u64, older, waits_for_disk, ..Self::over(state, spool.bytes) })
    }

    /// A log that an earlier process left: nothing is appended, and when everything is settled it is removed. `None` of a
    /// lane is for nobody whom the client knows.
    pub(crate) fn adopted(
        spool: &Spool,
        recovered: Recovered,
        now: Timestamp,
        mut lane: impl FnMut(usize, &str) -> (LaneSettings, bool),
    ) -> Self {
        let end = recovered.end();
        let names: Vec<_> = recovered.lanes().map(str::to_owned).collect();
        let positions: Vec<_> = (0..names.len()).map(|place| recovered.position(place)).collect();
        let mut disk = Disk::adopt(spool.clone(), recovered);
        let mut lanes = Vec::new();
        for (place, (name, position)) in names.iter().zip(positions).enumerate() {
            let (settings, is_attended) = lane(place, name);
            let mut lane = Lane::new(settings, position, HEAD);
            if is_attended {
                disk.is_attended(place);
            } else {
                lane.orphan_since = Some(disk.orphan_since(place, now));
            }
            lanes.push(lane);
        }
        let mut state = State::new(0, end, lanes);
        state.disk = Some(disk);
        state.closed = true;
        state.clear_away();
        Self::over(state, spool.bytes)
    }

    /// Everything before this position is settled for the lane: delivered, or lost and told.
    pub(crate) fn settle(&self, lane: LaneId, position: u64) {
        if self.is_framed {
            self.state().settle(lane, position);
        }
    }

    /// Whether what is left is delivered by whoever starts next.
    pub(crate) fn outlives_process(&self) -> bool {
        let mut state = self.state();
        state.write_through();
        let end = state.end();
        state.disk.as_ref().is_some_and(|disk| disk.written() == end && !disk.is_forked())
    }

    /// Makes what is written safe from a loss of power, up to this position at least. Who comes while others do it
    /// waits for them, and mostly finds it done.
    pub(crate) fn make_safe(&self, position: u64) {
        let mut safe = self.safe.lock().unwrap_or_else(PoisonError::into_inner);
        if *safe >= position {
            return;
        }
        let (written, files) = {
            let mut state = self.state();
            let Some(disk) = &mut state.disk else { return };
            (disk.written(), disk.take_unsafe())
        };
        for file in files {
            if let Err(problem) = file.sync_data()
                && let Some(disk) = &mut self.state().disk
            {
                disk.is_unsafe(&problem);
            }
        }
        *safe = written;
    }

    /// Moves the slowest lanes past a segment; `false` where there is none.
    pub(super) fn drop_segment(&self) -> bool {
        let mut state = self.state();
        let slowest = state.slowest();
        if slowest == state.end() {
            return false;
        }
        state.skip_segments(slowest + 1, LossReason::LogFull);
        true
    }

    /// Lets a lane walk over what lies on disk. `None` where it was moved on meanwhile: then what was read is lost, and
    /// told elsewhere.
    pub(super) fn advance_on_disk<R>(
        &self,
        lane: LaneId,
        mut reader: Reader,
        mut blocks: Blocks,
        walk: &mut impl FnMut(&mut Reader, &mut dyn Iterator<Item = Arc<Chunk>>) -> R,
    ) -> Option<R> {
        let start = reader.read;
        let result = walk(&mut reader, &mut chunks(&mut blocks));
        if !reader.stopped {
            reader.read = reader.read.max(blocks.at());
        }
        let mut state = self.state();
        if state.lanes[lane.0].read() != start {
            return None;
        }
        state.note_damage(blocks, &mut reader);
        state.lanes[lane.0].reader = reader;
        self.read_on(state);
        Some(result)
    }

    /// The next records, a few megabytes at most, that a lane was moved past: to be told as lost.
    pub(crate) fn take_skipped(&self) -> Option<(Skipped, Vec<RecordRef>)> {
        let state = self.state();
        let skipped = *state.skipped.front()?;
        let mut reader = state.lanes[skipped.lane.0].reader.clone();
        let mut blocks = state.disk.as_ref()?.blocks(skipped.from, skipped.until, SPAN);
        drop(state);
        reader.read = skipped.from;
        let records = reader.skip_while(chunks(&mut blocks), |_| true);
        let next = blocks.at();
        let mut state = self.state();
        state.note_damage(blocks, &mut reader);
        if next < skipped.until {
            if let Some(front) = state.skipped.front_mut() {
                front.from = next;
            }
        } else {
            state.skipped.pop_front();
            // For a lane that nobody runs nobody else does.
            if state.lanes[skipped.lane.0].orphan_since.is_some() {
                state.settle(skipped.lane, skipped.until);
            }
        }
        state.clear_away();
        Some((skipped, records))
    }

    /// The lanes that nobody runs, and since when.
    pub(crate) fn orphans(&self) -> Vec<(LaneId, Timestamp)> {
        let state = self.state();
        let orphan = |(place, lane): (usize, &Lane)| Some((LaneId(place), lane.orphan_since?));
        state.lanes.iter().enumerate().filter_map(orphan).filter(|(lane, _)| state.is_behind(*lane)).collect()
    }

    /// Moves a lane that nobody runs to the end: what is left for it is lost.
    pub(crate) fn give_up(&self, lane: LaneId) {
        let mut state = self.state();
        let (from, until) = (state.lanes[lane.0].read(), state.end());
        if from < until {
            state.skipped.push_back(Skipped { lane, why: LossReason::Orphaned, from, until });
            state.lanes[lane.0].reader.read = until;
            state.free();
        }
    }

    /// Tries again to write what could not be written, and hands over what there is to tell.
    pub(crate) fn tend(&self) -> Vec<Notice> {
        let mut state = self.state();
        state.write_through();
        state.disk.as_mut().map(Disk::take_notices).unwrap_or_default()
    }

    /// Leaves the log to whoever starts next, or removes it where everything is settled. What its lanes have left is
    /// noted before, since it is read from there.
    pub(crate) fn finish(&self) {
        if !self.is_framed {
            return;
        }
        self.close();
        let lanes = self.state().lanes.len();
        let left = (0..lanes).map(|lane| self.unread(LaneId(lane))).collect();
        let mut state = self.state();
        state.write_through();
        let syncs = state.disk.as_ref().is_some_and(|disk| disk.settings().fsync != Fsync::Never);
        drop(state);
        if syncs {
            self.make_safe(u64::MAX);
        }
        let mut state = self.state();
        state.left.get_or_insert(left);
        state.clear_away();
        if let Some(disk) = &mut state.disk {
            disk.release();
        }
    }
}

impl State {
    fn settle(&mut self, lane: LaneId, position: u64) {
        let (place, lane) = (lane.0, &mut self.lanes[lane.0]);
        if position > lane.settled {
            lane.settled = position;
            if let Some(disk) = &mut self.disk {
                disk.settle(place, position);
            }
        }
        self.clear_away();
    }

    /// Removes what nobody needs any more.
    fn clear_away(&mut self) {
        let behind = self.skipped.iter().map(|skipped| skipped.from);
        let settled = self.lanes.iter().map(|lane| lane.settled).chain(behind).min().unwrap_or_default();
        let is_done = self.closed && settled >= self.end();
        self.tallies = self.tallies.split_off(&settled);
        if let Some(disk) = &mut self.disk {
            if is_done { disk.remove() } else { disk.free(settled) }
        }
        self.free();
    }

    /// Moves every lane to the first segment that begins at this position or behind it.
    pub(super) fn skip_segments(&mut self, position: u64, why: LossReason) {
        let Some(disk) = &mut self.disk else { return };
        let until = disk.boundary(position);
        for (place, lane) in self.lanes.iter_mut().enumerate() {
            let from = lane.read();
            if from < until {
                self.skipped.push_back(Skipped { lane: LaneId(place), why, from, until });
                lane.reader.read = until;
            }
        }
        self.free();
    }

    fn is_behind(&self, lane: LaneId) -> bool {
        self.lanes[lane.0].read() < self.end()
    }

    /// Tells what could not be read, once for all lanes.
    fn note_damage(&mut self, blocks: Blocks, reader: &mut Reader) {
        let unreadable = std::mem::take(&mut reader.unreadable);
        if let Some(disk) = &mut self.disk {
            for (position, bytes) in blocks.damage.into_iter().chain(unreadable) {
                disk.is_damaged(position, bytes);
            }
        }
    }

    /// Counts what is left of this log into the sum of all that are older than the client's own.
    fn count_into(&mut self, sum: &Arc<AtomicU64>) {
        if let Some(disk) = &mut self.disk {
            disk.count_into(Arc::clone(sum));
        }
        self.free();
    }

    /// What lies on disk alone from a position on, segment by segment.
    pub(super) fn parts(&self, from: u64) -> Vec<Part> {
        let until = self.chunks(0).next().map_or(self.active_start, |chunk| chunk.start);
        self.disk.as_ref().map(|disk| disk.parts(from, until)).unwrap_or_default()
    }
}

/// Blocks as chunks, which nobody but who reads them holds.
pub(super) fn chunks(blocks: &mut Blocks) -> impl Iterator<Item = Arc<Chunk>> {
    blocks.map(|block| Arc::new(Chunk::read_back(block.start, block.bytes)))
}
