//! What became of what was captured.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::record::{Destinations, Record, Verb};
use crate::recorder::unescaped;

/// Why something was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// The log was full, and this destination was the slowest.
    LogFull,
    /// Larger than the destination takes, or than the log.
    TooLarge,
    /// The destination refused the request for good.
    Refused,
    /// The destination took the request and rejected this event.
    Rejected,
    /// The distinct id was empty.
    EmptyDistinctId,
    /// Captured after `shutdown`.
    AfterShutdown,
    /// Still undelivered when the deadline of `shutdown` came, or when the client was dropped.
    Shutdown,
}

impl fmt::Display for LossReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LogFull => "the log was full",
            Self::TooLarge => "too large",
            Self::Refused => "refused by the destination",
            Self::Rejected => "rejected by the destination",
            Self::EmptyDistinctId => "the distinct id was empty",
            Self::AfterShutdown => "captured after shutdown",
            Self::Shutdown => "not delivered before the deadline of shutdown",
        })
    }
}

/// Events that were lost together, as `on_loss` gets them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// `posthog`, `segment`, `mixpanel`; `None` where no destination ever saw them.
    pub destination: Option<&'static str>,
    /// Why.
    pub reason: LossReason,
    /// What the destination said, shortened, or why it was not reached; empty where there is nothing to say.
    pub detail: String,
    /// Which.
    pub events: Vec<LostEvent>,
}

/// One event that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostEvent {
    /// Its id on the wire: a UUID.
    pub id: String,
    /// Its name; for verbs without one `identify`, `set`, `group` or `alias`.
    pub name: String,
    /// Whose it is.
    pub distinct_id: String,
}

impl LostEvent {
    pub(crate) fn from_record(record: &Record<'_>) -> Self {
        let name = match record.verb {
            Verb::Capture => unescaped(record.name_at(Destinations::ALL)),
            verb => verb.name().to_owned(),
        };
        Self { id: record.id.to_string(), name, distinct_id: unescaped(record.distinct_id) }
    }
}

/// What was delivered, kept and lost since the client began.
///
/// An event counts once for each destination that it was for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Accepted by the destinations.
    pub delivered: u64,
    /// Still in the log.
    pub kept: u64,
    /// Given up, by reason, in a fixed order.
    pub lost: Vec<(LossReason, u64)>,
    /// Properties left out because they broke a rule of the plan.
    pub invalid: u64,
    /// The same for each destination.
    pub destinations: Vec<DestinationReport>,
}

/// The part of one destination in a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestinationReport {
    /// `posthog`, `segment` or `mixpanel`.
    pub name: &'static str,
    /// Accepted by it.
    pub delivered: u64,
    /// Still in the log for it.
    pub kept: u64,
    /// Given up, by reason.
    pub lost: Vec<(LossReason, u64)>,
}

impl fmt::Display for Report {
    /// One line a destination, for a person.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "delivered {}, kept {}, ", self.delivered, self.kept)?;
        write_losses(formatter, &self.lost)?;
        match self.invalid {
            0 => {}
            1 => formatter.write_str("; one property broke its rule and was left out")?,
            count => write!(formatter, "; {count} properties broke their rules and were left out")?,
        }
        for destination in &self.destinations {
            write!(
                formatter,
                "\n  {}: delivered {}, kept {}, ",
                destination.name, destination.delivered, destination.kept
            )?;
            write_losses(formatter, &destination.lost)?;
        }
        Ok(())
    }
}

fn write_losses(formatter: &mut fmt::Formatter<'_>, lost: &[(LossReason, u64)]) -> fmt::Result {
    let total: u64 = lost.iter().map(|(_, count)| count).sum();
    write!(formatter, "lost {total}")?;
    for (position, (reason, count)) in lost.iter().enumerate() {
        formatter.write_str(if position == 0 { " (" } else { ", " })?;
        write!(formatter, "{count} {reason}")?;
    }
    formatter.write_str(if lost.is_empty() { "" } else { ")" })
}

/// Counts for the report; every count is made by one thread at a time or atomically.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// What was lost before any destination: not for one of them.
    nowhere: Mutex<BTreeMap<LossReason, u64>>,
    invalid: AtomicU64,
    accounts: Vec<Account>,
}

#[derive(Debug)]
struct Account {
    name: &'static str,
    delivered: AtomicU64,
    lost: Mutex<BTreeMap<LossReason, u64>>,
}

impl Ledger {
    pub(crate) fn new(destinations: impl IntoIterator<Item = &'static str>) -> Self {
        let account = |name| Account { name, delivered: AtomicU64::new(0), lost: Mutex::default() };
        Self { accounts: destinations.into_iter().map(account).collect(), ..Self::default() }
    }

    pub(crate) fn invalid(&self, properties: usize) {
        self.invalid.fetch_add(properties as u64, Ordering::Relaxed);
    }

    /// `destination` is its place among those given to `new`.
    pub(crate) fn delivered(&self, destination: usize, events: usize) {
        self.accounts[destination].delivered.fetch_add(events as u64, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, destination: Option<usize>, reason: LossReason, events: usize) {
        let counts = destination.map_or(&self.nowhere, |place| &self.accounts[place].lost);
        *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += events as u64;
    }

    pub(crate) fn name(&self, destination: usize) -> &'static str {
        self.accounts[destination].name
    }

    /// The report, with what each destination still has in the log.
    pub(crate) fn report(&self, kept: impl Fn(usize) -> u64) -> Report {
        let counts = |lost: &Mutex<BTreeMap<_, _>>| lost.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut total = counts(&self.nowhere);
        let mut report = Report { invalid: self.invalid.load(Ordering::Relaxed), ..Report::default() };
        for (place, account) in self.accounts.iter().enumerate() {
            let lost = counts(&account.lost);
            for (reason, count) in &lost {
                *total.entry(*reason).or_default() += count;
            }
            let delivered = account.delivered.load(Ordering::Relaxed);
            report.delivered += delivered;
            report.kept += kept(place);
            let lost = lost.into_iter().collect();
            report.destinations.push(DestinationReport { name: account.name, delivered, kept: kept(place), lost });
        }
        report.lost = total.into_iter().collect();
        report
    }
}
