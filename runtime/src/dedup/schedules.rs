//! The table under many orders of its threads: whoever reports may stop at every lock.

use std::sync::Arc;
use std::time::Duration;

use shuttle::sync::Mutex;
use shuttle::thread;

use super::moment::Moment;
use super::set::Ticket;
use super::table::Table;
use crate::log::schedules::in_many_orders;

struct Trial {
    table: Table,
    log: Mutex<Vec<&'static str>>,
}

impl Trial {
    /// Of no time passes, however long a schedule takes.
    fn claim(&self, variation: &str) -> Option<Ticket> {
        self.table.claim(self.table.fingerprint(&"user", &variation), Moment::START)
    }

    /// Reports, where it is new, to a log that may refuse it.
    fn report(&self, variation: &'static str, is_full: bool) {
        let Some(ticket) = self.claim(variation) else { return };
        let fingerprint = self.table.fingerprint(&"user", &variation);
        if is_full {
            self.table.take_back(fingerprint);
        } else {
            self.log.lock().unwrap().push(variation);
            self.table.confirm(fingerprint, ticket);
        }
    }
}

/// Threads that each see these variations in turn; the second one finds the log full the first time, if there are two
/// to see. What is in the log then.
fn run<const N: usize>(threads: [&'static [&'static str]; N]) -> Vec<&'static str> {
    let trial = Trial { table: Table::new(16, Duration::from_secs(60)), log: Mutex::default() };
    let trial = Arc::new(trial);
    let spawn = |(thread, variations): (usize, &'static [&'static str])| {
        let trial = Arc::clone(&trial);
        thread::spawn(move || {
            for (step, variation) in variations.iter().enumerate() {
                trial.report(variation, variations.len() > 1 && (thread, step) == (1, 0));
            }
        })
    };
    let threads: Vec<_> = threads.into_iter().enumerate().map(spawn).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let log = trial.log.lock().unwrap().clone();
    for variation in ["on", "off"] {
        if trial.claim(variation).is_none() {
            assert_eq!(log.last(), Some(&variation), "what is suppressed is what was reported last: {log:?}");
        }
    }
    log
}

#[test]
fn what_is_suppressed_was_reported_last() {
    in_many_orders(3_000, || {
        run([&["on", "off"], &["off", "on"], &["on"]]);
    });
}

#[test]
fn of_those_that_see_the_same_one_reports() {
    in_many_orders(1_000, || assert_eq!(run([&["on"], &["on"], &["on"]]), ["on"]));
}
