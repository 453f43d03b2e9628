//! A memory that processes share, by way of a Redis.
//!
//! The caller never waits: the record of what the process does not know for certain goes, with the id and the time that it
//! has from the capture, into a bounded queue. A [`Worker`] on the delivery thread asks the fleet, and appends to the log
//! what is news there. Where the fleet is silent the process goes by its own table, and tells the fleet later.

#[cfg(feature = "redis")]
mod address;
#[cfg(feature = "redis")]
mod breaker;
#[cfg(feature = "redis")]
mod desk;
#[cfg(feature = "redis")]
mod job;
#[cfg(feature = "redis")]
mod link;
#[cfg(feature = "redis")]
mod question;
#[cfg(feature = "redis")]
mod queue;
#[cfg(feature = "redis")]
mod report;
#[cfg(feature = "redis")]
mod settings;
#[cfg(feature = "redis")]
mod shared;
#[cfg(feature = "redis")]
mod stable;
#[cfg(feature = "redis")]
mod worker;

#[cfg(feature = "redis")]
pub(crate) use desk::Desk;
#[cfg(feature = "redis")]
pub use report::{FleetProblem, FleetReport};
#[cfg(feature = "redis")]
pub use settings::Redis;
#[cfg(feature = "redis")]
pub(crate) use shared::RedisFleet;
#[cfg(feature = "redis")]
pub(crate) use worker::Worker;

use std::fmt::Debug;

use super::{Seen, Subject};
use crate::id::EventId;

/// Whoever shares a memory with other processes: what is not known here for certain is asked there before it is recorded.
pub(crate) trait Fleet: Debug + Send + Sync {
    /// What the entry is called there, the same in every process.
    fn mark(&self, subject: &Subject<'_>, seen: &Seen<'_>) -> FleetMark;

    /// Takes a record over, to append it to the log where it is news to the fleet too. Never waits; `false` where it
    /// cannot be asked.
    fn ask(&self, record: &[u8]) -> bool;

    /// This record was appended without asking.
    fn tell(&self, record: &[u8]);

    /// The record of this id that was made for an entry is lost: forgets the entry, unless another record made it anew.
    fn take_back(&self, mark: FleetMark, id: EventId);
}

/// An entry of a fleet: hashes that all its processes agree on, and long enough that nobody finds two that meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FleetMark {
    pub(crate) key: [u8; 16],
    pub(crate) value: [u8; 8],
}
