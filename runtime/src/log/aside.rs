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
        let progress = |(settled, orphan_since)| Progress { settled, orphan_since };
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

    /// Everything before this position is settled for all lanes, and told.
    pub(super) fn settled(&self) -> u64 {
        let settled = self.progress.iter().map(|lane| lane.settled);
        settled.chain(self.skipped.iter().map(|skipped| skipped.from)).min().unwrap_or_default()
    }
}
