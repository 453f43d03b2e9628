//! Claims under many orders of their threads: whoever reports may stop at every lock.

use shuttle::sync::Mutex;
use shuttle::thread;

use super::*;
use crate::log::schedules::in_many_orders;

fn claim<'a>(memory: &'a Memory, variation: &str) -> Option<Claim<'a>> {
    let kind = Kind::Viewed { engine: "Optimizely", experiment: None };
    let subject = Subject { kind, distinct_id: "user", flag_key: "flag", groups: &[] };
    memory.claim(HandleNumber::next, &subject, &Seen { variation: Some(variation), rule: None, enabled: true })
}

/// Reports, where it is new, to a log that takes a variation once and refuses `full`.
fn report(memory: &Memory, log: &Mutex<Vec<&'static str>>, variation: &'static str, full: bool) {
    if let Some(claim) = claim(memory, variation) {
        if !full {
            log.lock().unwrap().push(variation);
            claim.confirm();
        }
    }
}

/// Each thread sees these variations in turn; the second one finds the log full the first time.
fn trial(threads: [&'static [&'static str]; 3]) {
    let (memory, log) = (Arc::<Memory>::default(), Arc::<Mutex<Vec<_>>>::default());
    let handles: Vec<_> = threads
        .into_iter()
        .enumerate()
        .map(|(thread, variations)| {
            let (memory, log) = (Arc::clone(&memory), Arc::clone(&log));
            thread::spawn(move || {
                for (step, variation) in variations.iter().enumerate() {
                    report(&memory, &log, variation, (thread, step) == (1, 0));
                }
            })
        })
        .collect();
    handles.into_iter().for_each(|handle| handle.join().unwrap());
    let log = log.lock().unwrap();
    for variation in ["on", "off"] {
        if claim(&memory, variation).is_none() {
            assert_eq!(log.last(), Some(&variation), "what is suppressed is what was reported last: {log:?}");
        }
    }
}

#[test]
fn what_is_suppressed_was_reported_last() {
    in_many_orders(2_000, || trial([&["on", "off"], &["off", "on"], &["on"]]));
}

#[test]
fn of_those_that_see_the_same_one_reports_unless_the_log_is_full() {
    in_many_orders(2_000, || {
        let (memory, log) = (Arc::<Memory>::default(), Arc::<Mutex<Vec<_>>>::default());
        let handles: Vec<_> = (0..3)
            .map(|_| {
                let (memory, log) = (Arc::clone(&memory), Arc::clone(&log));
                thread::spawn(move || report(&memory, &log, "on", false))
            })
            .collect();
        handles.into_iter().for_each(|handle| handle.join().unwrap());
        assert_eq!(*log.lock().unwrap(), ["on"]);
    });
}
