use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{DestinationReport, LossReason, Report};
use crate::invalids::{InvalidCount, Invalids};
use crate::telemetry;
use crate::value::Rule;

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

#[derive(Debug, Default)]
struct Account {
    name: &'static str,
    delivered: AtomicU64,
    retried: AtomicU64,
    lost_parts: AtomicU64,
    lost: Mutex<BTreeMap<LossReason, u64>>,
    dropped: AtomicU64,
    limited: AtomicU64,
}

/// What waits for a destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) records: u64,
    /// Of records that count elsewhere.
    pub(crate) parts: u64,
    pub(crate) bytes: u64,
    pub(crate) oldest: Option<Duration>,
    pub(crate) paused: Option<String>,
    pub(crate) trouble: Option<String>,
}

impl Ledger {
    pub(crate) fn new(destinations: impl IntoIterator<Item = &'static str>) -> Self {
        let accounts = destinations.into_iter().map(|name| Account { name, ..Account::default() });
        Self { accounts: accounts.collect(), ..Self::default() }
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
        let account = &self.accounts[destination];
        account.delivered.fetch_add(events as u64, Ordering::Relaxed);
        telemetry::delivered(account.name, events);
    }

    /// An attempt with so many events has to be made again.
    pub(crate) fn retried(&self, destination: usize, events: usize) {
        let account = &self.accounts[destination];
        account.retried.fetch_add(events as u64, Ordering::Relaxed);
        telemetry::retried(account.name, events);
    }

    /// Of so many events the part that is delivered apart from them is lost.
    pub(crate) fn lost_parts(&self, destination: usize, parts: usize) {
        self.accounts[destination].lost_parts.fetch_add(parts as u64, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, destination: Option<usize>, reason: LossReason, events: usize) {
        if events == 0 {
            return;
        }
        telemetry::lost(destination.map(|place| self.name(place)), reason, events);
        let counts = destination.map_or(&self.nowhere, |place| &self.accounts[place].lost);
        *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += events as u64;
    }

    /// `destination` is `None` for what is dropped before any of them.
    pub(crate) fn dropped(&self, destination: Option<usize>, events: usize) {
        let count = destination.map_or(&self.dropped, |place| &self.accounts[place].dropped);
        count.fetch_add(events as u64, Ordering::Relaxed);
        telemetry::dropped(destination.map(|place| self.name(place)), events);
    }

    pub(crate) fn limited(&self, destination: usize, properties: usize) {
        self.accounts[destination].limited.fetch_add(properties as u64, Ordering::Relaxed);
    }

    pub(crate) fn name(&self, destination: usize) -> &'static str {
        self.accounts[destination].name
    }

    /// The report, with what waits for each destination.
    pub(crate) fn report(&self, queued: impl Fn(usize) -> Queued) -> Report {
        let counts = |lost: &Mutex<BTreeMap<_, _>>| lost.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut total = counts(&self.nowhere);
        let (invalid, unhashed) = (self.invalids().total, self.unhashed.load(Ordering::Relaxed));
        let dropped = self.dropped.load(Ordering::Relaxed);
        let mut report = Report { dropped, invalid, unhashed, ..Report::default() };
        for (place, account) in self.accounts.iter().enumerate() {
            let lost = counts(&account.lost);
            for (reason, count) in &lost {
                *total.entry(*reason).or_default() += count;
            }
            let delivered = account.delivered.load(Ordering::Relaxed);
            let Queued { records: kept, parts: kept_parts, bytes: queued_bytes, oldest, paused, trouble } =
                queued(place);
            report.delivered += delivered;
            report.kept += kept;
            let dropped = account.dropped.load(Ordering::Relaxed);
            report.dropped += dropped;
            let limited = account.limited.load(Ordering::Relaxed);
            report.limited += limited;
            report.destinations.push(DestinationReport {
                name: account.name,
                accepted: delivered + kept + lost.values().sum::<u64>(),
                delivered,
                kept,
                lost: lost.into_iter().collect(),
                dropped,
                limited,
                retried: account.retried.load(Ordering::Relaxed),
                kept_parts,
                lost_parts: account.lost_parts.load(Ordering::Relaxed),
                queued_bytes,
                oldest,
                paused,
                trouble,
            });
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
        ledger.retried(1, 4);
        ledger.lost_parts(1, 2);
        let report = ledger.report(|destination| {
            asked.set(asked.get() + 1);
            let paused = (destination == 1).then(|| "status 401".to_owned());
            let trouble = Some("status 503".to_owned());
            Queued { records: destination as u64, paused, trouble, ..Queued::default() }
        });
        assert_eq!(asked.get(), 2);
        assert_eq!(report.lost, [(LossReason::Refused, 1), (LossReason::EmptyId, 2)]);
        assert_eq!(
            report.to_string(),
            "delivered 5, kept 1, lost 3 (1 refused by the destination, 2 an id was empty)\n  \
             posthog: delivered 3, kept 0, lost 0\n  \
             segment: delivered 2, kept 1, lost 1 (1 refused by the destination); parts of 2 events were lost; \
             paused: status 401"
        );
        assert_eq!((report.destinations[1].accepted, report.destinations[1].retried), (4, 4));
        assert_eq!((report.total_lost(), report.lost_for(LossReason::EmptyId)), (3, 2));
        assert_eq!((report.lost_for(LossReason::Rejected), report.is_complete()), (0, false));
    }

    #[test]
    fn a_report_says_why_something_is_kept() {
        let trouble = || Some("Connection refused".to_owned());
        let ledger = Ledger::new(["posthog"]);
        let report = ledger.report(|_| Queued { records: 2, trouble: trouble(), ..Queued::default() });
        let last = "\n  posthog: delivered 0, kept 2, lost 0; the last attempt failed: Connection refused";
        assert_eq!(report.to_string(), format!("delivered 0, kept 2, lost 0{last}"));
        let report = ledger.report(|_| Queued { trouble: trouble(), ..Queued::default() });
        assert_eq!(report.to_string(), "delivered 0, kept 0, lost 0\n  posthog: delivered 0, kept 0, lost 0");
    }

    #[test]
    fn a_report_is_complete_when_nothing_is_kept_and_nothing_lost() {
        let ledger = Ledger::new(["posthog"]);
        ledger.delivered(0, 1);
        ledger.lost(Some(0), LossReason::Refused, 0);
        assert!(ledger.report(|_| Queued::default()).is_complete());
        assert!(!ledger.report(|_| Queued { records: 1, ..Queued::default() }).is_complete());
        assert!(!ledger.report(|_| Queued { parts: 1, ..Queued::default() }).is_complete());
        ledger.lost_parts(0, 1);
        assert!(!ledger.report(|_| Queued::default()).is_complete());
    }
}
