use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::destinations::Destinations;
use crate::id::EventId;
use crate::record::{Header, RecordWriter, Verb, encode_text};
use crate::value::Timestamp;

#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn record(name: &str) -> Vec<u8> {
    let mut distinct_id = Vec::new();
    encode_text(&mut distinct_id, "u");
    let time = Timestamp::from_unix_millis(0);
    let header = Header {
        verb: Verb::Capture,
        destinations: Destinations::ALL,
        id: EventId::new(time),
        time,
        name,
        names: &[None; Destinations::KINDS],
        distinct_id: &distinct_id,
        second_id: "",
        group_type: "",
        groups: (0, &[]),
    };
    RecordWriter::encode(&header, |_| {}, |bytes, _| bytes.to_vec())
}

fn lane(wants: impl Fn(&Record<'_>) -> bool + Send + Sync + 'static) -> LaneSettings {
    LaneSettings { wants: Box::new(wants), wake: Arc::new(Counter::default()) }
}

fn names(records: &[RecordRef]) -> Vec<String> {
    records.iter().map(|record| record.read().name_at(Destinations::POSTHOG).to_owned()).collect()
}

const FIRST: LaneId = LaneId(0);
const SECOND: LaneId = LaneId(1);

#[test]
fn each_lane_reads_everything_it_wants_in_order() {
    let log = Log::new(1 << 20, vec![lane(|_| true), lane(|record| record.name != "b")]);
    for name in ["a", "b", "c"] {
        assert!(matches!(log.append(&record(name)), Appended::Accepted(lost) if lost.is_empty()));
    }
    assert_eq!(names(&log.take(FIRST, usize::MAX, 2).records), ["a", "b"]);
    assert_eq!(names(&log.take(SECOND, usize::MAX, 10).records), ["a", "c"]);
    assert_eq!(names(&log.take(FIRST, usize::MAX, 2).records), ["c"]);
    assert!(log.take(FIRST, usize::MAX, 2).records.is_empty());
    assert_eq!((log.positions(FIRST), log.positions(SECOND)), ((log.end(), log.end()), (log.end(), log.end())));
    assert!(log.state().sealed.is_empty(), "what all lanes are past is freed");
}

#[test]
fn what_a_lane_has_not_taken_can_be_looked_at() {
    let log = Log::new(1 << 20, vec![lane(|_| true), lane(|_| true)]);
    log.append(&record("a"));
    log.append(&record("b"));
    assert_eq!(names(&log.take(FIRST, usize::MAX, 1).records), ["a"]);
    log.append(&record("c"));
    for (lane, expected) in [(FIRST, ["b", "c"].as_slice()), (SECOND, &["a", "b", "c"])] {
        let mut unread = Vec::new();
        log.for_each_unread(lane, |record| {
            assert!(log.state.try_lock().is_ok(), "nobody who captures waits for it");
            unread.push(record.name.to_owned());
        });
        assert_eq!(unread, expected);
    }
}

#[test]
fn a_window_is_bounded_by_bytes_but_never_empty_for_it() {
    let log = Log::new(1 << 20, vec![lane(|_| true)]);
    let one = record("a");
    for _ in 0..3 {
        log.append(&one);
    }
    assert_eq!(log.take(FIRST, one.len() * 2, 10).records.len(), 2);
    assert_eq!(log.take(FIRST, 1, 10).records.len(), 1);
}

#[test]
fn memory_is_bounded_by_what_the_log_holds_and_not_by_how_often_it_is_read() {
    let log = Log::new(64 << 20, vec![lane(|_| true), lane(|_| true)]);
    for number in 0..1_000 {
        log.append(&record(&format!("{number:03}")));
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
            log.append(&record(name));
        }
        for _ in 0..4 {
            log.append(&mebibyte);
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
        let Appended::Accepted(losses) = log.append(&record(&format!("{number:03}"))) else { panic!("accepted") };
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
        let Appended::Accepted(losses) = log.append(&record(&format!("{number:03}"))) else { panic!("accepted") };
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
    let settings = LaneSettings { wants: Box::new(|_| true), wake: Arc::clone(&wake) as Arc<dyn Wake> };
    let log = Log::new(1 << 20, vec![settings]);
    let one = record("a");
    log.append(&one);
    assert_eq!(wake.0.load(Ordering::SeqCst), 0, "nobody asked");
    log.wake_when(FIRST, one.len() as u64 * 3);
    log.append(&one);
    assert_eq!(wake.0.load(Ordering::SeqCst), 0);
    log.append(&one);
    log.append(&one);
    assert_eq!(wake.0.load(Ordering::SeqCst), 1);
    log.wake_when(FIRST, 1);
    assert_eq!(wake.0.load(Ordering::SeqCst), 2, "already there");
}

#[test]
fn a_closed_log_takes_nothing_and_a_giant_never_fits() {
    let log = Log::new(100, vec![lane(|_| true)]);
    assert!(matches!(log.append(&record(&"x".repeat(200))), Appended::TooLarge));
    log.close();
    assert!(matches!(log.append(&record("a")), Appended::Closed));
}
