//! The table beside a plain map: in order it is one, and in any order of claims, records and losses a change is never
//! suppressed.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::fingerprint::Fingerprint;
use super::moment::Moment;
use super::set::Ticket;
use super::table::Table;

/// How long a value counts, and a claim, in tenths of a second.
const LIFE: u32 = 600;
const CLAIM: u32 = 100;

fn table(capacity: usize) -> Table {
    Table::new(capacity, Duration::from_secs(u64::from(LIFE / 10)))
}

/// The same in every run, so that a failure can be made shorter.
fn fingerprint(key: u8, value: u8) -> Fingerprint {
    Fingerprint { key: u64::from(key) << 32 | 1, value: u64::from(value) }
}

/// What may happen next. A number names one of those of which it can be said, and begins anew behind the last.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Somebody sees this key with this value.
    Claim(u8, u8),
    /// The log takes the record of a claim, which is not confirmed yet.
    Append(usize),
    /// The claim of a record that was taken is confirmed.
    Confirm(usize),
    /// The log refuses the record of a claim.
    Refuse(usize),
    /// Whoever claimed never comes back.
    Vanish(usize),
    /// A record is lost before a vendor had it.
    Lose(usize),
    /// So many tenths of a second pass.
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..40_u8, 0..3_u8).prop_map(|(key, value)| Step::Claim(key, value)),
        // Few keys, so that claims meet.
        6 => (0..2_u8, 0..3_u8).prop_map(|(key, value)| Step::Claim(key, value)),
        6 => any::<usize>().prop_map(Step::Append),
        6 => any::<usize>().prop_map(Step::Confirm),
        2 => any::<usize>().prop_map(Step::Refuse),
        1 => any::<usize>().prop_map(Step::Vanish),
        2 => any::<usize>().prop_map(Step::Lose),
        2 => (0..2 * LIFE).prop_map(Step::Wait),
    ]
}

/// A claim, and then the record of it.
#[derive(Debug, Clone, Copy)]
struct Report {
    key: u8,
    value: u8,
    fingerprint: Fingerprint,
    ticket: Ticket,
}

struct World {
    table: Table,
    now: u32,
    claimed: Vec<Report>,
    /// Taken by the log, and not confirmed.
    appended: Vec<Report>,
    /// In the order of the log, without those that were lost.
    records: Vec<Report>,
}

impl World {
    fn new(capacity: usize) -> Self {
        Self { table: table(capacity), now: 0, claimed: Vec::new(), appended: Vec::new(), records: Vec::new() }
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Claim(key, value) => self.claim(key, value),
            Step::Append(number) => {
                if let Some(report) = take(&mut self.claimed, number) {
                    self.appended.push(report);
                    self.records.push(report);
                }
            }
            Step::Confirm(number) => {
                if let Some(report) = take(&mut self.appended, number) {
                    self.table.confirm(report.fingerprint, report.ticket);
                }
            }
            Step::Refuse(number) => {
                if let Some(report) = take(&mut self.claimed, number) {
                    self.table.take_back(report.fingerprint);
                }
            }
            Step::Vanish(number) => {
                // It stands for one that is open until its time is over.
                if take(&mut self.claimed, number).is_some() {
                    self.now += CLAIM;
                }
            }
            Step::Lose(number) => {
                if let Some(report) = take(&mut self.records, number) {
                    self.table.take_back(report.fingerprint);
                }
            }
            Step::Wait(tenths) => self.now += tenths,
        }
    }

    fn claim(&mut self, key: u8, value: u8) {
        let fingerprint = fingerprint(key, value);
        if let Some(ticket) = self.table.claim(fingerprint, Moment::from_tenths(self.now)) {
            self.claimed.push(Report { key, value, fingerprint, ticket });
            return;
        }
        let is_same = |other: &Report| (other.key, other.value) == (key, value);
        let is_open = self.claimed.iter().chain(&self.appended).any(|open| open.key == key);
        if is_open {
            let mut reported = self.claimed.iter().chain(&self.records);
            assert!(reported.any(is_same), "{key}={value} is suppressed, and nobody reports it");
        } else {
            let last = self.records.iter().rev().find(|record| record.key == key);
            assert!(last.is_some_and(is_same), "{key}={value} is suppressed behind {last:?}");
        }
    }

    /// Appends and confirms whatever is open.
    fn finish(&mut self) {
        while !self.claimed.is_empty() || !self.appended.is_empty() {
            self.go(Step::Append(0));
            self.go(Step::Confirm(0));
        }
    }
}

fn take(reports: &mut Vec<Report>, number: usize) -> Option<Report> {
    (!reports.is_empty()).then(|| reports.remove(number % reports.len()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_is_never_suppressed(
        capacity in prop_oneof![Just(16_usize), Just(1024)],
        steps in prop::collection::vec(step(), 1..200),
        values in Just([0_u8, 1, 2]).prop_shuffle(),
    ) {
        let mut world = World::new(capacity);
        for step in steps {
            world.go(step);
        }
        world.finish();
        for key in 0..40 {
            for value in values {
                world.claim(key, value);
                world.finish();
            }
        }
    }

    #[test]
    fn in_order_and_with_room_it_is_a_map(
        steps in prop::collection::vec((0..8_u8, 0..3_u8, 0..LIFE / 4), 1..300),
    ) {
        let (table, mut model) = (table(1024), HashMap::new());
        let mut now = 0;
        for (key, value, passes) in steps {
            now += passes;
            let fingerprint = fingerprint(key, value);
            let ticket = table.claim(fingerprint, Moment::from_tenths(now));
            let is_known = model.get(&key).is_some_and(|(known, since)| *known == value && now - since < LIFE);
            prop_assert_eq!(ticket.is_none(), is_known, "{}={} at {}", key, value, now);
            if let Some(ticket) = ticket {
                table.confirm(fingerprint, ticket);
                model.insert(key, (value, now));
            }
        }
    }
}
