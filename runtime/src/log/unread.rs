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
    pub(super) fn add(&mut self, record: &Record<'_>, counts: bool) {
        self.records += u64::from(counts);
        self.parts += u64::from(!counts);
        self.bytes += record.bytes.len() as u64;
        self.oldest.get_or_insert(record.id.time());
    }
}
