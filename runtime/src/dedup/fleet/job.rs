use super::question::{Claim, Question};
use crate::dedup::fingerprint::Fingerprint;
use crate::id::EventId;

/// What waits until the fleet is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// A record that is to be delivered if what it claims is news.
    Record {
        claim: Claim,
        /// The same in the table of this process.
        here: Fingerprint,
        record: Box<[u8]>,
    },
    /// A record is lost.
    TakeBack { key: [u8; 16], id: EventId },
    /// A record went out unasked.
    Tell(Claim),
}

impl Job {
    pub(super) fn is_record(&self) -> bool {
        matches!(self, Self::Record { .. })
    }

    pub(super) fn question(&self) -> Question {
        match self {
            Self::Record { claim, .. } | Self::Tell(claim) => Question::Claim(*claim),
            Self::TakeBack { key, id } => Question::TakeBack { key: *key, id: *id },
        }
    }

    /// The memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        let record = if let Self::Record { record, .. } = self { record.len() } else { 0 };
        size_of::<Self>() + record
    }
}
