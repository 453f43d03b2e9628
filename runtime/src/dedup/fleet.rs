use std::fmt::Debug;

use super::{Seen, Subject};

/// Whoever shares a memory with other processes: what is new to this process is asked there before it is recorded.
pub(crate) trait Fleet: Debug + Send + Sync {
    /// What the entry is called there, the same in every process.
    fn mark(&self, subject: &Subject<'_>, seen: &Seen<'_>) -> FleetMark;

    /// Takes a record over, to append it to the log where it is new to the fleet too. Never waits; `false` where it
    /// cannot be asked, and the record is to be appended at once.
    fn ask(&self, mark: FleetMark, record: &[u8]) -> bool;

    /// The record that was made for this entry is lost: forgets it, unless another value came after it.
    fn take_back(&self, mark: FleetMark);
}

/// An entry of a fleet: hashes under a key that all its processes have, and long enough that nobody finds two that meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FleetMark {
    pub(crate) key: [u8; 16],
    pub(crate) value: [u8; 8],
}
