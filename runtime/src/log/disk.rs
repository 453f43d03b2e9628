//! What a log that lies on disk does besides.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError};

pub(super) use super::aside::Aside;
use super::aside::Progress;
pub(crate) use super::aside::Skipped;
use super::chunk::Chunk;
use super::lane::Lane;
use super::state::State;
use super::{Appended, CHUNK, LaneId, LaneSettings, Log, Reader, RecordRef, SPAN};
use crate::report::LossReason;
pub(super) use crate::spool::{Blocks, Disk, HEAD, Part};
use crate::spool::{Fsync, Notice, Recovered, Spool, head};
use crate::sync::Mutex;
use crate::value::Timestamp;

/// How a log that lies on disk is filled.
pub(super) struct Spooled {
    /// The most bytes that may lie in memory alone.
    memory: u64,
    /// Logs that earlier processes left: what is dropped is theirs first.
    older: Vec<Arc<Log>>,
    /// Whether whoever appends waits until it is safe from a loss of power.
    waits_for_disk: bool,
    /// Everything before this position is safe from a loss of power. Held while files are being made safe.
    safe: Mutex<u64>,
}

impl Spooled {
    pub(super) fn append(&self, log: &Log, record: &[u8], may_wait: impl FnOnce() -> bool) -> Appended {
        let (end, appended) = log.push(&head(record), record, may_wait);
        if self.waits_for_disk && matches!(appended, Appended::Accepted(_)) {
            log.make_safe(end);
        }
        appended
    }

    /// Whether there is a place for a record on disk, or in memory until there is one.
    pub(super) fn may_write(&self, state: &mut State, length: u64) -> bool {
        let lacks_memory = |state: &State| {
            let written = state.disk.as_ref().map_or(0, Disk::written);
            let unwritten = state.end() - written.max(state.in_memory());
            unwritten > 0 && unwritten + length > self.memory
        };
        // What was forked from a process has its files, and would write into the middle of what the other one writes.
        if state.disk.as_ref().is_some_and(Disk::is_forked) {
            return false;
        }
        if lacks_memory(state) {
            state.write_through();
        }
        !lacks_memory(state)
    }

    pub(super) fn older(&self) -> &[Arc<Log>] {
        &self.older
    }
}

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
        let aside = Aside::new(names.iter().map(|_| (0, None)));
        let disk = Disk::create(spool.clone(), names, sum)?;
        let lanes = settings.into_iter().map(|lane| Lane::new(lane, 0, HEAD)).collect();
        let state = State::new(CHUNK, 0, lanes).with_disk(disk, aside);
        let waits_for_disk = spool.fsync == Fsync::Always;
        let spooled = Spooled { memory: memory as u64, older, waits_for_disk, safe: Mutex::default() };
        Ok(Self { spooled: Some(spooled), ..Self::over(state, spool.bytes) })
    }

    /// A log that an earlier process left: nothing is appended, and when everything is settled it is removed. `lane` says
    /// of each what it wants, and whether the client runs it.
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
        let (mut lanes, mut progress) = (Vec::new(), Vec::new());
        for (place, (name, position)) in names.iter().zip(positions).enumerate() {
            let (settings, is_attended) = lane(place, name);
            lanes.push(Lane::new(settings, position, HEAD));
            progress.push((position, disk.attend(place, (!is_attended).then_some(now))));
        }
        let aside = Aside::new(progress);
        let mut state = State::new(0, end, lanes).with_disk(disk, aside);
        state.closed = true;
        state.clear_away();
        let spooled = Spooled { memory: 0, older: Vec::new(), waits_for_disk: false, safe: Mutex::default() };
        Self { spooled: Some(spooled), ..Self::over(state, spool.bytes) }
    }

    /// Everything before this position, at which a record begins or the log ends, is settled for the lane: delivered, or
    /// lost and told.
    pub(crate) fn settle(&self, lane: LaneId, position: u64) {
        if self.spooled.is_some() {
            self.state().settle(lane, position);
        }
    }

    /// The same of everything before this record.
    pub(crate) fn settle_before(&self, lane: LaneId, record: &RecordRef) {
        if self.spooled.is_some() {
            self.state().settle(lane, record.position() - HEAD as u64);
        }
    }

    /// Whether what is left is delivered by whoever starts next.
    pub(crate) fn outlives_process(&self) -> bool {
        let mut state = self.state();
        state.write_through();
        let end = state.end();
        state.disk.as_ref().is_some_and(|disk| disk.written() == end && !disk.is_forked() && disk.is_there())
    }

    /// Makes what is written safe from a loss of power, up to this position at least. Who comes while others do it
    /// waits for them, and mostly finds it done.
    pub(crate) fn make_safe(&self, position: u64) {
        let Some(spooled) = &self.spooled else { return };
        let mut safe = spooled.safe.lock().unwrap_or_else(PoisonError::into_inner);
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
    /// told elsewhere. Says besides whether a file could not be opened, so that more cannot be read for now.
    pub(super) fn advance_on_disk<R>(
        &self,
        lane: LaneId,
        mut reader: Reader,
        mut blocks: Blocks,
        walk: &mut impl FnMut(&mut Reader, &mut dyn Iterator<Item = Arc<Chunk>>) -> R,
    ) -> Option<(R, bool)> {
        let start = reader.read;
        let result = walk(&mut reader, &mut chunks(&mut blocks));
        if !reader.stopped {
            reader.read = reader.read.max(blocks.at());
        }
        let mut state = self.state();
        if state.lanes[lane.0].read() != start {
            return None;
        }
        let is_closed = state.note_damage(blocks, &mut reader);
        state.aside.took(lane, reader.read);
        state.lanes[lane.0].reader = reader;
        self.read_on(state);
        Some((result, is_closed))
    }

    /// The next records, a few megabytes at most, that a lane was moved past: to be told as lost. None where there are
    /// none, or a file cannot be opened now.
    pub(crate) fn take_skipped(&self) -> Option<(Skipped, Vec<RecordRef>)> {
        let state = self.state();
        let skipped = *state.aside.skipped.front()?;
        let mut reader = state.lanes[skipped.lane.0].reader.clone();
        let mut blocks = state.disk.as_ref()?.blocks(skipped.from, skipped.until, SPAN);
        drop(state);
        reader.read = skipped.from;
        let records = reader.skip_while(chunks(&mut blocks), |_| true);
        let next = blocks.at();
        let mut state = self.state();
        let is_closed = state.note_damage(blocks, &mut reader);
        if next < skipped.until {
            if let Some(front) = state.aside.skipped.front_mut() {
                front.from = next;
            }
        } else {
            state.aside.skipped.pop_front();
        }
        let progress = &state.aside.progress[skipped.lane.0];
        // A lane that has something in flight says itself when that is settled.
        let is_idle = progress.settled >= progress.taken;
        let settled = if is_idle { next } else { progress.settled };
        state.settle(skipped.lane, settled);
        (!is_closed || !records.is_empty()).then_some((skipped, records))
    }

    /// The lanes that nobody runs, and since when.
    pub(crate) fn orphans(&self) -> Vec<(LaneId, Timestamp)> {
        let state = self.state();
        let orphan = |(place, lane): (usize, &Progress)| Some((LaneId(place), lane.orphan_since?));
        state.aside.progress.iter().enumerate().filter_map(orphan).filter(|(lane, _)| state.is_behind(*lane)).collect()
    }

    /// Moves a lane that nobody runs to the end: what is left for it is lost.
    pub(crate) fn give_up(&self, lane: LaneId) {
        let mut state = self.state();
        let (from, until) = (state.lanes[lane.0].read(), state.end());
        if from < until {
            state.aside.skipped.push_back(Skipped { lane, why: LossReason::Orphaned, from, until });
            state.lanes[lane.0].reader.read = until;
            state.free();
        }
    }

    /// Tries again to write what could not be written, and hands over what there is to tell.
    pub(crate) fn tend(&self) -> Vec<Notice> {
        let mut state = self.state();
        state.disk.iter_mut().for_each(Disk::look);
        state.write_through();
        state.disk.as_mut().map(Disk::take_notices).unwrap_or_default()
    }

    /// Leaves the log to whoever starts next, or removes it where everything is settled. What its lanes have left is
    /// noted before, since it is read from there.
    pub(crate) fn finish(&self) {
        if self.spooled.is_none() {
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
        state.aside.left.get_or_insert(left);
        state.clear_away();
        if let Some(disk) = &mut state.disk {
            disk.release();
        }
    }
}

impl State {
    fn settle(&mut self, lane: LaneId, position: u64) {
        let progress = &mut self.aside.progress[lane.0];
        progress.settled = progress.settled.max(position);
        progress.taken = progress.taken.max(progress.settled);
        // What was not told yet is not behind it: if the process dies now, somebody else delivers it or loses it.
        let settled = self.aside.settled_by(lane);
        if let Some(disk) = &mut self.disk {
            disk.settle(lane.0, settled);
        }
        self.clear_away();
    }

    /// Removes what nobody needs any more.
    fn clear_away(&mut self) {
        let settled = self.aside.settled();
        let is_done = self.closed && settled >= self.end();
        self.aside.tallies.retain(|segment, _| *segment >= settled);
        if let Some(disk) = &mut self.disk {
            if is_done {
                disk.remove();
            } else {
                let read = self.lanes.iter().map(Lane::read).min().unwrap_or_default();
                let needed: Vec<_> = self.aside.needed().chain([(read, u64::MAX)]).collect();
                disk.free(&needed);
            }
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
                self.aside.skipped.push_back(Skipped { lane: LaneId(place), why, from, until });
                lane.reader.read = until;
            }
        }
        self.free();
    }

    fn is_behind(&self, lane: LaneId) -> bool {
        self.lanes[lane.0].read() < self.end()
    }

    /// Tells what could not be read, once for all lanes. Says whether that was a file that could not be opened.
    fn note_damage(&mut self, mut blocks: Blocks, reader: &mut Reader) -> bool {
        let unreadable = std::mem::take(&mut reader.unreadable);
        if let Some(disk) = &mut self.disk {
            for (position, bytes) in std::mem::take(&mut blocks.damage).into_iter().chain(unreadable) {
                disk.is_damaged(position, bytes);
            }
            if let Some(problem) = blocks.closed() {
                disk.is_closed(problem);
            }
        }
        blocks.is_closed()
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
        self.disk.as_ref().map(|disk| disk.parts(from, self.in_memory())).unwrap_or_default()
    }
}

/// Blocks as chunks, which nobody but who reads them holds.
pub(super) fn chunks(blocks: &mut Blocks) -> impl Iterator<Item = Arc<Chunk>> {
    blocks.map(|block| Arc::new(Chunk::read_back(block.start, block.bytes)))
}

#[cfg(test)]
mod tests;
