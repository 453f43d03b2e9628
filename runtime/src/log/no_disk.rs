//! Without the feature `spool` no log lies on disk: of what one needs there is nothing.

use std::sync::Arc;

use super::chunk::Chunk;
use super::state::State;
use super::{Appended, LaneId, Log, Reader, RecordRef, Unread};
use crate::report::LossReason;

pub(super) const HEAD: usize = 0;

pub(super) enum Disk {}

pub(super) enum Blocks {}

pub(super) enum Spooled {}

#[derive(Default)]
pub(super) struct Aside {}

pub(super) struct Part {
    pub(super) start: u64,
    pub(super) is_whole: bool,
    pub(super) blocks: Blocks,
}

pub(super) fn chunks(blocks: &mut Blocks) -> impl Iterator<Item = Arc<Chunk>> {
    std::iter::from_fn(|| match *blocks {})
}

impl Blocks {
    pub(super) fn is_closed(&self) -> bool {
        match *self {}
    }
}

impl Disk {
    pub(super) fn can_try(&self) -> bool {
        match *self {}
    }

    pub(super) fn written(&self) -> u64 {
        match *self {}
    }

    pub(super) fn older(&self) -> u64 {
        match *self {}
    }

    pub(super) fn write(&mut self, _: u64, _: &[u8]) -> bool {
        match *self {}
    }

    pub(super) fn caught_up(&mut self) {
        match *self {}
    }

    pub(super) fn count(&mut self, _: u64) {
        match *self {}
    }

    pub(super) fn blocks(&self, _: u64, _: u64, _: u64) -> Blocks {
        match *self {}
    }
}

impl Spooled {
    pub(super) fn append(&self, _: &Log, _: &[u8], _: impl FnOnce() -> bool) -> Appended {
        match *self {}
    }

    pub(super) fn may_write(&self, _: &mut State, _: u64) -> bool {
        match *self {}
    }

    pub(super) fn older(&self) -> &[Arc<Log>] {
        match *self {}
    }
}

impl Aside {
    pub(super) fn settled(&self) -> u64 {
        0
    }

    pub(super) fn left(&self, _: LaneId) -> Option<Unread> {
        None
    }

    pub(super) fn known(&self, _: u64, _: LaneId) -> Option<Unread> {
        None
    }

    pub(super) fn remember(&mut self, _: u64, _: Vec<Unread>) {}

    pub(super) fn took(&mut self, _: LaneId, _: u64) {}
}

impl State {
    pub(super) fn skip_segments(&mut self, _: u64, _: LossReason) {}

    pub(super) fn parts(&self, _: u64) -> Vec<Part> {
        Vec::new()
    }
}

impl Log {
    /// Everything before this position is settled for the lane: delivered, or lost and told. A log in memory ends with
    /// the process, and so does its progress.
    pub(crate) fn settle(&self, _: LaneId, _: u64) {}

    /// The same of everything before this record.
    pub(crate) fn settle_before(&self, _: LaneId, _: &RecordRef) {}

    /// Whether what is left is delivered by whoever starts next.
    pub(crate) fn outlives_process(&self) -> bool {
        false
    }

    pub(super) fn drop_segment(&self) -> bool {
        false
    }

    pub(super) fn advance_on_disk<R>(
        &self,
        _: LaneId,
        _: Reader,
        blocks: Blocks,
        _: &mut impl FnMut(&mut Reader, &mut dyn Iterator<Item = Arc<Chunk>>) -> R,
    ) -> Option<(R, bool)> {
        match blocks {}
    }
}
