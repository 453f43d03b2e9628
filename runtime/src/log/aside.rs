use std::collections::{BTreeMap, VecDeque};

use super::{LaneId, Unread};
use crate::report::LossReason;
use crate::value::Timestamp;

/// What is to be known of a log on disk besides.
#[derive(Default)]
pub(super) struct Aside {
    /// Of each lane.
    pub(super) progress: Vec<Progress>,
    /// What lanes were moved past and nobody was told of yet.
    pub(super) skipped: VecDeque<Skipped>,
    /// What each lane wants of a segment, by where that begins.
    pub(super) tallies: BTreeMap<u64, Vec<Unread>>,
    /// What each lane had left when the log was given out of hand.
    pub(super) left: Option<Vec<Unread>>,
}

pub(super) struct Progress {
    /// Everything before this position is settled.
    pub(super) settled: u64,
    /// What it has taken ends here: from the one position to the other it is in flight.
    pub(super) taken: u64,
    /// Since when nobody runs the lane; where somebody does, nothing.
    pub(super) orphan_since: Option<Timestamp>,
}

/// What a lane was moved past without being asked, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skipped {
    pub(crate) lane: LaneId,
    pub(crate) why: LossReason,
    pub(super) from: u64,
    pub(super) until: u64,
}

impl Aside {
    pub(super) fn new(positions: impl IntoIterator<Item = (u64, Option<Timestamp>)>) -> Self {
        let progress = |(settled, orphan_since)| Progress { settled, taken: settled, orphan_since };
        Self { progress: positions.into_iter().map(progress).collect(), ..Self::default() }
    }

    pub(super) fn left(&self, lane: LaneId) -> Option<Unread> {
        self.left.as_ref().map(|left| left[lane.0])
    }

    /// What a lane wants of the segment that begins there, where it was counted before.
    pub(super) fn known(&self, segment: u64, lane: LaneId) -> Option<Unread> {
        self.tallies.get(&segment).map(|tally| tally[lane.0])
    }

    pub(super) fn remember(&mut self, segment: u64, tally: Vec<Unread>) {
        self.tallies.insert(segment, tally);
    }

    /// A lane has taken what lies before this position.
    pub(super) fn took(&mut self, lane: LaneId, position: u64) {
        if let Some(progress) = self.progress.get_mut(lane.0) {
            progress.taken = position;
        }
    }

    /// Everything before this position is settled for a lane, and told.
    pub(super) fn settled_by(&self, lane: LaneId) -> u64 {
        let skipped = self.skipped.iter().filter(|skipped| skipped.lane == lane).map(|skipped| skipped.from);
        skipped.chain([self.progress[lane.0].settled]).min().unwrap_or_default()
    }

    /// The same for all lanes.
    pub(super) fn settled(&self) -> u64 {
        (0..self.progress.len()).map(|lane| self.settled_by(LaneId(lane))).min().unwrap_or_default()
    }

    /// The ranges of the log that somebody still needs, besides what lanes have to read: what is in flight, in case the
    /// process dies, and what was not told yet.
    pub(super) fn needed(&self) -> impl Iterator<Item = (u64, u64)> {
        let in_flight = self.progress.iter().map(|lane| (lane.settled, lane.taken));
        in_flight.chain(self.skipped.iter().map(|skipped| (skipped.from, skipped.until)))
    }
}
