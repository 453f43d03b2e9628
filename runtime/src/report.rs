//! What became of what was captured.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::invalids::{InvalidCount, Invalids};
use crate::record::Record;
use crate::recorder::unescaped;
use crate::value::Rule;

/// Why something was not delivered.
///
/// [`EmptyId`](Self::EmptyId), [`AfterShutdown`](Self::AfterShutdown), what is too large for the log, and what a full log
/// refuses ([`Overflow`](crate::Overflow)) are found before any destination: such an event counts once in all. Everything else counts once for each destination
/// that lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// The log was full, and this destination was the slowest; where the policy is to refuse what comes, it counts once.
    LogFull,
    /// Larger than the destination takes; or larger than the log, which counts once.
    TooLarge,
    /// The destination refused the request for good.
    Refused,
    /// The destination took the request and rejected this event.
    Rejected,
    /// The distinct id, the previous id of an alias or the key of a group was empty, or nothing but spaces.
    /// Counts once.
    EmptyId,
    /// Captured after `shutdown`. Counts once.
    AfterShutdown,
    /// [`Builder::before_capture`](crate::Builder::before_capture) panicked, which counts once, or the destination's
    /// `filter` did: what it was to hold back does not go out.
    HookPanicked,
    /// Captured inside [`Builder::before_capture`](crate::Builder::before_capture). Counts once.
    InsideHook,
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
            Self::EmptyId => "an id was empty",
            Self::AfterShutdown => "captured after shutdown",
            Self::HookPanicked => "the hook that decides about it panicked",
            Self::InsideHook => "captured inside `before_capture`",
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
    /// Its name; for verbs without one `identify`, `set`, `unset`, `group` or `alias`.
    pub name: String,
    /// Whose it is.
    pub distinct_id: String,
}

impl LostEvent {
    pub(crate) fn from_record(record: &Record<'_>) -> Self {
        Self { id: record.id.to_string(), name: record.label(), distinct_id: unescaped(record.distinct_id) }
    }
}

/// What was delivered, kept and lost since the client began.
///
/// An event counts once for each destination that it was for; one that was lost before any of them saw it, see
/// [`LossReason`], counts once.
///
/// After `shutdown`, and after a `flush` while nobody captures, it is exact. In between it is read while events
/// move, so that one may be missing or stand in two places for a moment.
///
/// ```
/// use std::time::Duration;
/// use taxogen::{Client, LossReason};
///
/// let (client, _recorder) = Client::recorder();
/// client.user("").alias("anonymous_7");
/// let report = client.shutdown(Duration::from_secs(5));
/// assert!(!report.is_complete());
/// assert_eq!((report.lost_for(LossReason::EmptyId), report.total_lost()), (1, 1));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Accepted by the destinations.
    pub delivered: u64,
    /// Still in the log.
    pub kept: u64,
    /// Given up, by reason, in a fixed order; a reason that never came up is left out.
    pub lost: Vec<(LossReason, u64)>,
    /// Dropped because the application said so, which is no loss: by
    /// [`Builder::before_capture`](crate::Builder::before_capture) and by [`Client::opt_out`](crate::Client::opt_out) when
    /// it was captured, once, or later, for each destination, by `opt_out` and by the destination's `filter`.
    pub dropped: u64,
    /// Properties left out because they broke a rule of the plan; which stands in
    /// [`Client::invalid_report`](crate::Client::invalid_report).
    pub invalid: u64,
    /// Properties with `hash: true` that some destination got neither as they are nor hashed, because the client has no
    /// [`hash_key`](crate::Builder::hash_key).
    pub unhashed: u64,
    /// The same for each destination.
    pub destinations: Vec<DestinationReport>,
}

impl Report {
    /// How many were given up for this reason.
    #[must_use]
    pub fn lost_for(&self, reason: LossReason) -> u64 {
        self.lost.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }

    /// How many were given up, for whatever reason.
    #[must_use]
    pub fn total_lost(&self) -> u64 {
        total(&self.lost)
    }

    /// Whether everything was delivered: nothing is still in the log, and nothing was given up.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.kept == 0 && self.lost.is_empty()
    }
}

fn total(lost: &[(LossReason, u64)]) -> u64 {
    lost.iter().map(|(_, count)| count).sum()
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
    /// Dropped on the way there, by its `filter` and by [`Client::opt_out`](crate::Client::opt_out).
    pub dropped: u64,
}

impl fmt::Display for Report {
    /// One line a destination, for a person.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "delivered {}, kept {}, ", self.delivered, self.kept)?;
        write_losses(formatter, &self.lost)?;
        write_dropped(formatter, self.dropped)?;
        match self.invalid {
            0 => {}
            1 => formatter.write_str("; one property broke its rule and was left out")?,
            count => write!(formatter, "; {count} properties broke their rules and were left out")?,
        }
        match self.unhashed {
            0 => {}
            1 => formatter.write_str("; one property was not hashed for lack of a key")?,
            count => write!(formatter, "; {count} properties were not hashed for lack of a key")?,
        }
        for destination in &self.destinations {
            write!(
                formatter,
                "\n  {}: delivered {}, kept {}, ",
                destination.name, destination.delivered, destination.kept
            )?;
            write_losses(formatter, &destination.lost)?;
            write_dropped(formatter, destination.dropped)?;
        }
        Ok(())
    }
}

fn write_losses(formatter: &mut fmt::Formatter<'_>, lost: &[(LossReason, u64)]) -> fmt::Result {
    write!(formatter, "lost {}", total(lost))?;
    for (position, (reason, count)) in lost.iter().enumerate() {
        formatter.write_str(if position == 0 { " (" } else { ", " })?;
        write!(formatter, "{count} {reason}")?;
    }
    formatter.write_str(if lost.is_empty() { "" } else { ")" })
}

fn write_dropped(formatter: &mut fmt::Formatter<'_>, dropped: u64) -> fmt::Result {
    if dropped == 0 { Ok(()) } else { write!(formatter, ", dropped {dropped}") }
}

/// Counts for the report; every count is made by one thread at a time or atomically.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// What was lost before any destination: not for one of them.
    nowhere: Mutex<BTreeMap<LossReason, u64>>,
    /// The same of what the application did not want.
    dropped: AtomicU64,
    invalid: Mutex<Invalids>,
    unhashed: AtomicU64,
    accounts: Vec<Account>,
}

#[derive(Debug)]
struct Account {
    name: &'static str,
    delivered: AtomicU64,
    lost: Mutex<BTreeMap<LossReason, u64>>,
    dropped: AtomicU64,
}

impl Ledger {
    pub(crate) fn new(destinations: impl IntoIterator<Item = &'static str>) -> Self {
        let account = |name| Account {
            name,
            delivered: AtomicU64::default(),
            lost: Mutex::default(),
            dropped: AtomicU64::default(),
        };
        Self { accounts: destinations.into_iter().map(account).collect(), ..Self::default() }
    }

    pub(crate) fn invalid(&self, event: &str, property: &str, rule: Rule) {
        self.invalids().count(event, property, rule);
    }

    pub(crate) fn invalid_report(&self) -> Vec<InvalidCount> {
        self.invalids().counts.clone()
    }

    fn invalids(&self) -> MutexGuard<'_, Invalids> {
        self.invalid.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn unhashed(&self, properties: u64) {
        self.unhashed.fetch_add(properties, Ordering::Relaxed);
    }

    /// `destination` is its place among those given to `new`.
    pub(crate) fn delivered(&self, destination: usize, events: usize) {
        self.accounts[destination].delivered.fetch_add(events as u64, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, destination: Option<usize>, reason: LossReason, events: usize) {
        if events == 0 {
            return;
        }
        let counts = destination.map_or(&self.nowhere, |place| &self.accounts[place].lost);
        *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += events as u64;
    }

    /// `destination` is `None` for what is dropped before any of them.
    pub(crate) fn dropped(&self, destination: Option<usize>, events: usize) {
        let count = destination.map_or(&self.dropped, |place| &self.accounts[place].dropped);
        count.fetch_add(events as u64, Ordering::Relaxed);
    }

    pub(crate) fn name(&self, destination: usize) -> &'static str {
        self.accounts[destination].name
    }

    /// The report, with what each destination still has in the log.
    pub(crate) fn report(&self, kept: impl Fn(usize) -> u64) -> Report {
        let counts = |lost: &Mutex<BTreeMap<_, _>>| lost.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut total = counts(&self.nowhere);
        let (invalid, unhashed) = (self.invalids().total, self.unhashed.load(Ordering::Relaxed));
        let dropped = self.dropped.load(Ordering::Relaxed);
        let mut report = Report { invalid, unhashed, dropped, ..Report::default() };
        for (place, account) in self.accounts.iter().enumerate() {
            let lost = counts(&account.lost);
            for (reason, count) in &lost {
                *total.entry(*reason).or_default() += count;
            }
            let delivered = account.delivered.load(Ordering::Relaxed);
            let kept = kept(place);
            report.delivered += delivered;
            report.kept += kept;
            let dropped = account.dropped.load(Ordering::Relaxed);
            report.dropped += dropped;
            let lost = lost.into_iter().collect();
            report.destinations.push(DestinationReport { name: account.name, delivered, kept, lost, dropped });
        }
        report.lost = total.into_iter().collect();
        report
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_report_adds_up_and_asks_each_destination_once() {
        let ledger = Ledger::new(["posthog", "segment"]);
        ledger.delivered(0, 3);
        ledger.delivered(1, 2);
        ledger.lost(Some(1), LossReason::Refused, 1);
        ledger.lost(Some(1), LossReason::Rejected, 0);
        ledger.lost(None, LossReason::EmptyId, 2);
        let asked = Cell::new(0);
        let report = ledger.report(|_| asked.replace(asked.get() + 1));
        assert_eq!(asked.get(), 2);
        assert_eq!(report.lost, [(LossReason::Refused, 1), (LossReason::EmptyId, 2)]);
        assert_eq!(
            report.to_string(),
            "delivered 5, kept 1, lost 3 (1 refused by the destination, 2 an id was empty)\n  \
             posthog: delivered 3, kept 0, lost 0\n  \
             segment: delivered 2, kept 1, lost 1 (1 refused by the destination)"
        );
        assert_eq!((report.total_lost(), report.lost_for(LossReason::EmptyId)), (3, 2));
        assert_eq!((report.lost_for(LossReason::Rejected), report.is_complete()), (0, false));
    }

    #[test]
    fn a_report_is_complete_when_nothing_is_kept_and_nothing_lost() {
        let ledger = Ledger::new(["posthog"]);
        ledger.delivered(0, 1);
        ledger.lost(Some(0), LossReason::Refused, 0);
        assert!(ledger.report(|_| 0).is_complete());
        assert!(!ledger.report(|_| 1).is_complete());
    }
}
