use crate::log::{RecordRef, Unread};
use crate::transport::Share;
use crate::value::Timestamp;

/// What waits at a lane: in the log, or in its hands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Those that count for the destination.
    pub(super) records: u64,
    /// Parts of records that count elsewhere.
    pub(super) parts: u64,
    pub(super) bytes: u64,
    /// When the oldest was captured.
    pub(super) oldest: Option<Timestamp>,
}

impl Tally {
    /// Adds a record behind those before, which are older.
    pub(super) fn add(&mut self, record: &RecordRef, share: Share) {
        match share {
            Share::Nothing => return,
            Share::Whole => self.records += 1,
            Share::Part => self.parts += 1,
        }
        self.bytes += record.len() as u64;
        if self.oldest.is_none() {
            self.oldest = Some(record.read().id.time());
        }
    }

    /// Adds what the log still holds for the lane.
    pub(super) fn add_unread(&mut self, unread: Unread) {
        let Unread { records, parts, bytes, oldest } = unread;
        self.add_all(Self { records, parts, bytes, oldest });
    }

    pub(super) fn add_all(&mut self, other: Self) {
        self.records += other.records;
        self.parts += other.parts;
        self.bytes += other.bytes;
        self.oldest = match (self.oldest, other.oldest) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up_and_keep_the_older_time() {
        let at = |millis| Some(Timestamp::from_unix_millis(millis));
        let mut tally = Tally::default();
        for (oldest, expected) in [(None, None), (at(7), at(7)), (at(9), at(7)), (at(2), at(2)), (None, at(2))] {
            tally.add_all(Tally { records: 1, parts: 2, bytes: 3, oldest });
            assert_eq!(tally.oldest, expected);
        }
        assert_eq!((tally.records, tally.parts, tally.bytes), (5, 10, 15));
    }
}
