//! What was reported last of each subject, so that an exposure is reported once until something changes.
//!
//! [`Memory::claim`] enters a value before its record is made, so that of several threads that see the same at once one
//! reports it. The claim is confirmed when the log has taken the record; one that is dropped, because the record was
//! refused or something panicked, takes its entry back. The record carries the [`Receipt`] of its claim: where it is lost
//! before a vendor had it, the entry is taken back by that. Forgetting is always safe, and costs a repeat.

mod fingerprint;
mod fleet;
mod measured;
mod moment;
mod order;
mod receipt;
mod set;
mod settings;
mod subject;
mod table;

#[cfg(feature = "redis")]
pub(crate) use fleet::{Desk, RedisFleet, Worker};
pub(crate) use fleet::{Fleet, FleetMark};
#[cfg(feature = "redis")]
pub use fleet::{FleetProblem, FleetReport, Redis};
pub use measured::Remembered;
pub(crate) use receipt::Receipt;
pub use settings::Dedup;
pub(crate) use subject::{Kind, Seen, Subject};
pub(crate) use table::Table;

use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::id::EventId;
use fingerprint::Fingerprint;
use moment::Clock;
use set::Ticket;
use settings::Scope;

/// What a client remembers of what it reported.
///
/// The table is made when it is first asked for: who reports nothing does not pay for it.
pub(crate) struct Memory {
    settings: Dedup,
    table: OnceLock<Table>,
    clock: Clock,
    /// Who is asked besides, where it is shared.
    fleet: OnceLock<Arc<dyn Fleet>>,
}

/// An entry that was made before its record. Unless it is confirmed, dropping it takes it back.
#[must_use = "dropped unconfirmed, it is taken back"]
pub(crate) struct Claim<'a> {
    memory: &'a Memory,
    receipt: Receipt,
    /// None once it is confirmed, and where the fleet is asked first.
    ticket: Option<Ticket>,
    /// Whether this process has reported it already, and it is only that the fleet is asked.
    is_known_here: bool,
}

impl Memory {
    pub(crate) fn new(settings: Dedup) -> Self {
        Self { settings, table: OnceLock::new(), clock: Clock::start(), fleet: OnceLock::new() }
    }

    /// Shares it with others from now on; whoever was asked first stays.
    #[cfg(any(feature = "redis", test))]
    pub(crate) fn share(&self, fleet: Arc<dyn Fleet>) {
        let _ = self.fleet.set(fleet);
    }

    /// Those with whom it is shared.
    pub(crate) fn fleet(&self) -> Option<&Arc<dyn Fleet>> {
        self.fleet.get()
    }

    /// Whether each handle of a person has a memory of its own.
    pub(crate) fn is_of_handle(&self) -> bool {
        self.settings.scope == Scope::Request
    }

    /// Enters what was seen; `None` where it is what was there already. `handle` is the number of the person's handle.
    pub(crate) fn claim(
        &self,
        handle: impl FnOnce() -> HandleNumber,
        subject: &Subject<'_>,
        seen: &Seen<'_>,
    ) -> Option<Claim<'_>> {
        let table = self.table();
        let here = self.fingerprint(table, handle, subject, seen);
        let fleet = self.fleet().map(|fleet| fleet.mark(subject, seen));
        // What was seen last in this process may not be what was seen last in the fleet, so that the fleet is asked, and the
        // value entered when it has answered.
        let now = self.clock.now();
        let is_known_here = fleet.is_some() && table.knows(here, now);
        let ticket = match fleet {
            None => Some(table.claim(here, now)?),
            Some(_) if subject.is_once_for_each_value() && is_known_here => return None,
            Some(_) => None,
        };
        Some(Claim { memory: self, receipt: Receipt { here, fleet }, ticket, is_known_here })
    }

    /// Asks the fleet about a record, where there is a fleet.
    pub(crate) fn ask(&self, receipt: &Receipt, record: &[u8]) -> Asked {
        match self.fleet().filter(|_| receipt.fleet.is_some()) {
            None => Asked::Nobody,
            Some(fleet) if fleet.ask(record) => Asked::Fleet,
            Some(_) if self.enter(receipt.here) => Asked::Nobody,
            Some(_) => Asked::Here,
        }
    }

    /// The record of which nobody was asked was refused.
    pub(crate) fn refused(&self, receipt: &Receipt) {
        self.table().take_back(receipt.here);
    }

    /// Enters a value; `false` where it is what was there already.
    pub(crate) fn enter(&self, here: Fingerprint) -> bool {
        let ticket = self.table().claim(here, self.clock.now());
        ticket.map(|ticket| self.table().confirm(here, ticket)).is_some()
    }

    /// Whether this is what was seen last, as far as this process knows; nothing is entered.
    pub(crate) fn knows(&self, handle: impl FnOnce() -> HandleNumber, subject: &Subject<'_>, seen: &Seen<'_>) -> bool {
        let knows = |table: &Table| table.knows(self.fingerprint(table, handle, subject, seen), self.clock.now());
        self.table.get().is_some_and(knows)
    }

    /// Forgets what was reported by a record that is lost, unless something else was reported since.
    pub(crate) fn take_back(&self, receipt: &Receipt, id: EventId) {
        // Of another process's table there is nothing in this one.
        if let Some(table) = self.table.get() {
            table.take_back(receipt.here);
        }
        if let (Some(fleet), Some(mark)) = (self.fleet(), receipt.fleet) {
            fleet.take_back(mark, id);
        }
    }

    #[inline]
    fn fingerprint(
        &self,
        table: &Table,
        handle: impl FnOnce() -> HandleNumber,
        subject: &Subject<'_>,
        seen: &Seen<'_>,
    ) -> Fingerprint {
        let handle = if self.is_of_handle() { handle().0.get() } else { 0 };
        table.fingerprint(&(handle, subject), seen)
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| Table::new(self.settings.capacity, self.settings.time_to_live))
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(Dedup::default())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Memory").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Claim<'_> {
    /// What the record carries.
    pub(crate) fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Whether this process has not reported it yet.
    pub(crate) fn is_news_here(&self) -> bool {
        !self.is_known_here
    }

    /// The log has taken the record.
    pub(crate) fn confirm(mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.memory.table().confirm(self.receipt.here, ticket);
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if self.ticket.is_some() {
            self.memory.table().take_back(self.receipt.here);
        }
    }
}

/// Who knows about a record that is to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nobody: it is to be appended.
    Nobody,
    /// It is what was reported last in this process, and the fleet cannot be asked.
    Here,
    /// The fleet is being asked, and the record was taken over.
    Fleet,
}

/// The number of a person's handle, which its clones share and no other handle of the process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct HandleNumber(NonZeroU64);

impl HandleNumber {
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(NonZeroU64::MIN.saturating_add(LAST.fetch_add(1, Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod model;
#[cfg(all(test, shuttle, feature = "http"))]
mod schedules;
#[cfg(test)]
mod tests;
