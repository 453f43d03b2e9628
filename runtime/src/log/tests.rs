use std::sync::Weak;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::destinations::Destinations;
use crate::id::EventId;
use crate::record::{Header, Marks, Record, RecordWriter, Verb, encode_text};
use crate::value::Timestamp;

#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

pub(super) fn record(name: &str) -> Vec<u8> {
    record_of(name, 0)
}

/// A record that was captured at this millisecond.
pub(super) fn record_of(name: &str, millis: i64) -> Vec<u8> {
    let mut distinct_id = Vec::new();
    encode_text(&mut distinct_id, "u");
    let time = Timestamp::from_unix_millis(millis);
    let header = Header {
        verb: Verb::Capture,
        destinations: Destinations::ALL,
        id: EventId::new(time),
        time: Timestamp::from_unix_millis(0),
        marks: Marks::NONE,
        name,
        names: &[None; Destinations::KINDS],
        distinct_id: &distinct_id,
        anonymous_id: &[],
        second_id: "",
        group_type: "",
        groups: (0, &[]),
        receipt: None,
    };
    RecordWriter::encode(&header, |_| {}, |bytes, _| bytes.to_vec())
}

pub(super) fn lane(wants: impl Fn(&Record<'_>) -> bool + Send + Sync + 'static) -> LaneSettings {
    LaneSettings { wants: Arc::new(wants), counts: Arc::new(|_| true), wake: Arc::new(Counter::default()) }
}

/// Whoever appends may wait.
pub(super) fn anybody() -> bool {
    true
}

pub(super) fn names(records: &[RecordRef]) -> Vec<String> {
    records.iter().map(|record| record.read().name_at(Destinations::POSTHOG).to_owned()).collect()
}

const FIRST: LaneId = LaneId(0);
const SECOND: LaneId = LaneId(1);

#[test]
fn each_lane_reads_everything_it_wants_in_order() {
    let log = Log::new(1 << 20, vec![lane(|_| true), lane(|record| record.name != "b")]);
    for name in ["a", "b", "c"] {
        assert!(matches!(log.append(&record(name), anybody), Appended::Accepted(lost) if lost.is_empty()));
    }
    assert_eq!(names(&log.take(FIRST, usize::MAX, 2).records), ["a", "b"]);
    assert_eq!(names(&log.take(SECOND, usize::MAX, 10).records), ["a", "c"]);
    assert_eq!(names(&log.take(FIRST, usize::MAX, 2).records), ["c"]);
    assert!(log.take(FIRST, usize::MAX, 2).records.is_empty());
    assert_eq!((log.positions(FIRST), log.positions(SECOND)), ((log.end(), log.end()), (log.end(), log.end())));
    assert!(log.state().sealed.is_empty(), "what all lanes are past is freed");
}

#[test]
fn what_a_lane_has_not_taken_can_be_counted_while_others_capture() {
    let log = Arc::new_cyclic(|log: &Weak<Log>| {
        let log = Weak::clone(log);
        let counts = Arc::new(move |record: &Record<'_>| {
            let log = log.upgrade().unwrap();
            assert!(log.state.try_lock().is_ok(), "nobody who captures waits for it");
            record.name != "b"
        });
        let first = LaneSettings { counts, ..lane(|record| record.name != "d") };
        Log::new(1 << 20, vec![first, lane(|_| true)])
    });
    for (name, millis) in [("a", 5), ("b", 6), ("c", 7), ("d", 8)] {
        log.append(&record_of(name, millis), anybody);
        if name == "b" {
            assert_eq!(names(&log.take(FIRST, usize::MAX, 1).records), ["a"]);
        }
    }
    let one = record("a").len() as u64;
    let oldest = |millis| Some(Timestamp::from_unix_millis(millis));
    assert_eq!(log.unread(FIRST), Unread { records: 1, parts: 1, bytes: 2 * one, oldest: oldest(6) });
    assert_eq!(log.unread(SECOND), Unread { records: 4, parts: 0, bytes: 4 * one, oldest: oldest(5) });
    while !log.take(SECOND, usize::MAX, 10).records.is_empty() {}
    assert_eq!(log.unread(SECOND), Unread::default());
}

#[test]
fn what_was_captured_too_long_ago_is_handed_over_whatever_its_time() {
    let log = Log::new(1 << 20, vec![lane(|record| record.name != "b"), lane(|_| true)]);
    for (name, millis) in [("a", 5), ("b", 6), ("c", 7), ("d", 4)] {
        log.append(&record_of(name, millis), anybody);
    }
    let expire = |lane, millis| names(&log.expire(lane, Timestamp::from_unix_millis(millis)));
    assert!(expire(FIRST, 5).is_empty());
    assert_eq!(expire(FIRST, 7), ["a"]);
    assert!(expire(FIRST, 7).is_empty(), "it stops at the first that is not");
    assert_eq!(expire(FIRST, 8), ["c", "d"]);
    assert!(expire(FIRST, 9).is_empty());
    assert_eq!(names(&log.take(SECOND, usize::MAX, 10).records), ["a", "b", "c", "d"]);
}

#[test]
fn much_that_was_captured_too_long_ago_comes_in_parts() {
    let log = Log::new(64 << 20, vec![lane(|_| true)]);
    let mebibyte = record(&"x".repeat(1 << 20));
    for _ in 0..9 {
        log.append(&mebibyte, anybody);
    }
    let parts = std::iter::from_fn(|| {
        let expired = log.expire(FIRST, Timestamp::from_unix_millis(1)).len();
        (expired > 0).then_some(expired)
    });
    assert_eq!(parts.collect::<Vec<_>>(), [4, 4, 1]);
}

#[test]
fn a_window_is_bounded_by_bytes_but_never_empty_for_it() {
    let log = Log::new(1 << 20, vec![lane(|_| true)]);
    let one = record("a");
    for _ in 0..3 {
        log.append(&one, anybody);
    }
    assert_eq!(log.take(FIRST, one.len() * 2, 10).records.len(), 2);
    assert_eq!(log.take(FIRST, 1, 10).records.len(), 1);
}

#[test]
fn memory_is_bounded_by_what_the_log_holds_and_not_by_how_often_it_is_read() {
    let log = Log::new(64 << 20, vec![lane(|_| true), lane(|_| true)]);
    for number in 0..1_000 {
        log.append(&record(&format!("{number:03}")), anybody);
        assert_eq!(log.take(FIRST, usize::MAX, 10).records.len(), 1);
    }
    let state = log.state();
    let capacity: usize = state.sealed.iter().map(|chunk| chunk.bytes.capacity()).sum();
    let bytes: usize = state.sealed.iter().map(|chunk| chunk.bytes.len()).sum();
    assert!(bytes as u64 == state.end() && capacity <= 2 * bytes, "{capacity} for {bytes}");
}

#[test]
fn a_window_ends_where_it_would_hold_too_much_of_the_log() {
    let log = Log::new(64 << 20, vec![lane(|record| record.name.len() == 1)]);
    let mebibyte = record(&"x".repeat(1 << 20));
    for part in ["a", "bc", "d"] {
        for name in part.split_inclusive(|_: char| true) {
            log.append(&record(name), anybody);
        }
        for _ in 0..4 {
            log.append(&mebibyte, anybody);
        }
    }
    assert_eq!(names(&log.take(FIRST, usize::MAX, 10).records), ["a"]);
    assert_eq!(names(&log.take(FIRST, usize::MAX, 10).records), ["b", "c"]);
    assert_eq!(names(&log.take(FIRST, usize::MAX, 10).records), ["d"]);
    assert!(log.take(FIRST, usize::MAX, 10).records.is_empty());
}

#[test]
fn a_full_log_of_many_small_chunks_loses_from_the_right_one() {
    let one = record("000");
    let log = Log::new(one.len() * 20, vec![lane(|_| true), lane(|_| true)]);
    let mut lost = Vec::new();
    for number in 0..50 {
        let Appended::Accepted(losses) = log.append(&record(&format!("{number:03}")), anybody) else {
            panic!("accepted")
        };
        lost.extend(losses.into_iter().flat_map(|(_, records)| names(&records)));
        if number == 20 {
            // The slow lane stands in the middle of the chunks, one of them the first lane's.
            assert_eq!(names(&log.take(SECOND, usize::MAX, 5).records).len(), 5);
        }
        log.take(FIRST, usize::MAX, 100);
    }
    let slow = names(&log.take(SECOND, usize::MAX, 100).records);
    let expected: Vec<_> =
        (0..50).filter(|number| !(1..6).contains(number)).map(|number| format!("{number:03}")).collect();
    assert_eq!([lost, slow].concat(), expected);
}

#[test]
fn a_full_log_moves_only_the_slow_lane_and_tells_what_it_lost() {
    let one = record("000");
    let bound = one.len() * 20;
    let log = Log::new(bound, vec![lane(|_| true), lane(|_| true)]);
    let mut lost = Vec::new();
    let mut fast = Vec::new();
    for number in 0..50 {
        let Appended::Accepted(losses) = log.append(&record(&format!("{number:03}")), anybody) else {
            panic!("accepted")
        };
        for (lane, records) in losses {
            assert_eq!(lane, SECOND);
            lost.extend(names(&records));
        }
        fast.extend(names(&log.take(FIRST, usize::MAX, 100).records));
    }
    let slow = names(&log.take(SECOND, usize::MAX, 100).records);
    let all: Vec<_> = (0..50).map(|number| format!("{number:03}")).collect();
    assert_eq!(fast, all);
    assert_eq!(slow.len(), 20);
    assert_eq!([lost, slow].concat(), all, "lost and kept together are everything, once");
}

#[test]
fn a_lane_is_woken_once_at_its_mark() {
    let wake = Arc::new(Counter::default());
    let settings = LaneSettings { wake: Arc::clone(&wake) as Arc<dyn Wake>, ..lane(|_| true) };
    let log = Log::new(1 << 20, vec![settings]);
    let one = record("a");
    log.append(&one, anybody);
    assert_eq!(wake.0.load(Ordering::SeqCst), 0, "nobody asked");
    log.wake_when(FIRST, one.len() as u64 * 3);
    log.append(&one, anybody);
    assert_eq!(wake.0.load(Ordering::SeqCst), 0);
    log.append(&one, anybody);
    log.append(&one, anybody);
    assert_eq!(wake.0.load(Ordering::SeqCst), 1);
    log.wake_when(FIRST, 1);
    assert_eq!(wake.0.load(Ordering::SeqCst), 2, "already there");
}

#[test]
fn a_closed_log_takes_nothing_and_a_giant_never_fits() {
    let log = Log::new(100, vec![lane(|_| true)]);
    assert!(matches!(log.append(&record(&"x".repeat(200)), anybody), Appended::TooLarge));
    log.close();
    assert!(matches!(log.append(&record("a"), anybody), Appended::Closed));
}

#[test]
fn a_full_log_that_drops_the_newest_refuses_until_the_slowest_has_read_on() {
    let one = record("000");
    let log = Log::new(one.len() * 2, vec![lane(|_| true), lane(|_| true)]).with_overflow(Overflow::DropNewest);
    for _ in 0..2 {
        assert!(matches!(log.append(&one, anybody), Appended::Accepted(lost) if lost.is_empty()));
        log.take(FIRST, usize::MAX, 10);
    }
    assert!(matches!(log.append(&one, anybody), Appended::Full));
    assert_eq!(log.take(SECOND, usize::MAX, 1).records.len(), 1);
    assert!(matches!(log.append(&one, anybody), Appended::Accepted(lost) if lost.is_empty()));
    assert!(matches!(log.append(&one, anybody), Appended::Full));
}

/// A full log that blocks for a minute, and the record that has no room.
fn blocking() -> (Arc<Log>, Vec<u8>) {
    let one = record("000");
    let log = Log::new(one.len(), vec![lane(|_| true)]).with_overflow(Overflow::Block(Duration::from_secs(60)));
    assert!(matches!(log.append(&one, anybody), Appended::Accepted(_)));
    (Arc::new(log), one)
}

#[test]
fn who_waits_for_room_goes_on_when_there_is_some() {
    for how in ["taken", "expired", "closed"] {
        let (log, one) = blocking();
        let start = std::time::Instant::now();
        let appended = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| log.append(&one, anybody));
            while !log.is_awaited() {
                std::thread::yield_now();
            }
            match how {
                "taken" => drop(log.take(FIRST, usize::MAX, 10)),
                "expired" => drop(log.expire(FIRST, Timestamp::from_unix_millis(1))),
                _ => log.close(),
            }
            waiting.join().unwrap()
        });
        assert!(!log.is_awaited() && start.elapsed() < Duration::from_secs(60), "{how}");
        match how {
            "closed" => assert!(matches!(appended, Appended::Closed)),
            _ => assert!(matches!(appended, Appended::Accepted(lost) if lost.is_empty()), "{how}"),
        }
    }
}

#[test]
fn who_may_not_wait_is_refused_at_once_and_who_may_at_the_deadline() {
    let (log, one) = blocking();
    assert!(matches!(log.append(&one, || false), Appended::Full));
    let log = Arc::into_inner(log).unwrap().with_overflow(Overflow::Block(Duration::from_millis(1)));
    assert!(matches!(log.append(&one, anybody), Appended::Full));
    assert_eq!(names(&log.take(FIRST, usize::MAX, 10).records), ["000"]);
}

#[test]
fn lanes_are_woken_when_somebody_waits_for_room() {
    let wake = Arc::new(Counter::default());
    let settings = LaneSettings { wake: Arc::clone(&wake) as Arc<dyn Wake>, ..lane(|_| true) };
    let one = record("000");
    let log = Log::new(one.len(), vec![settings]).with_overflow(Overflow::Block(Duration::from_millis(1)));
    log.append(&one, anybody);
    log.wake_when(FIRST, 1 << 20);
    assert_eq!(wake.0.load(Ordering::SeqCst), 0);
    log.append(&one, anybody);
    assert_eq!(wake.0.load(Ordering::SeqCst), 1);
}
