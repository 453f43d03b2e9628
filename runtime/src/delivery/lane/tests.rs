use super::*;
use crate::dedup::Receipt;
use crate::delivery::{Books, Outlet, Post, Settings};
use crate::destinations::Destinations;
use crate::id::EventId;
use crate::log::Appended;
use crate::record::{Header, Marks, RecordWriter, Verb, encode_text};
use crate::report::{Ledger, LossReason, Queued};
use crate::transport::{Destination, Mixpanel, Partly, Rejection};

/// The lane of Mixpanel's events, with the log that it reads, on no thread.
pub(super) fn lane() -> Lane {
    let destination = Destination::from(Mixpanel::new("token"));
    let endpoint = Arc::new(destination.endpoints().unwrap().remove(0));
    let books = Books {
        ledger: Arc::new(Ledger::new(["mixpanel"])),
        hooks: Arc::default(),
        watches: Arc::default(),
        memory: Arc::default(),
        destination: 0,
    };
    let post = Post { endpoint, standing: Arc::default(), books, screen: Screen::new(&destination, &Arc::default()) };
    let (_, outlets) = Outlet::all(&[post], &Arc::default(), |lanes| Ok(Log::new(64 * 1024, lanes))).unwrap();
    let settings = Settings::default();
    outlets[0].start(&Http::new(&settings, false).unwrap(), &settings)
}

fn capture(lane: &Lane, distinct_id: &str) {
    capture_at(lane, distinct_id, Timestamp::now());
}

fn capture_at(lane: &Lane, distinct_id: &str, time: Timestamp) {
    let appended = lane.log.append(&event(distinct_id, time), || false);
    assert!(matches!(appended, Appended::Accepted(lost) if lost.is_empty()));
}

/// An event of somebody, captured at that time.
pub(super) fn event(distinct_id: &str, time: Timestamp) -> Vec<u8> {
    exposure(distinct_id, time, None)
}

/// The same of what is reported once.
pub(super) fn exposure(distinct_id: &str, time: Timestamp, receipt: Option<&Receipt>) -> Vec<u8> {
    let mut encoded = Vec::new();
    encode_text(&mut encoded, distinct_id);
    let header = Header {
        verb: Verb::Capture,
        destinations: Destinations::ALL,
        id: EventId::new(time),
        time,
        marks: Marks::NONE,
        name: "event",
        names: &[None; Destinations::KINDS],
        distinct_id: &encoded,
        anonymous_id: &[],
        second_id: "",
        group_type: "",
        groups: (0, &[]),
        receipt,
    };
    RecordWriter::encode(&header, |_| {}, |bytes, _| bytes.to_vec())
}

#[test]
fn a_batch_that_nothing_went_into_leaves_its_memory_for_the_next() {
    let mut lane = lane();
    capture(&lane, "user");
    lane.take();
    lane.fill();
    let batch = lane.batches.pop_front().expect("one event");
    let memory = batch.messages().as_ptr();
    lane.settle(batch, Outcome::Delivered);
    assert_eq!(lane.spare.messages().as_ptr(), memory);

    // Mixpanel takes nothing of nobody.
    capture(&lane, "null");
    lane.take();
    lane.fill();
    assert!(lane.batches.is_empty());
    assert_eq!(lane.spare.messages().as_ptr(), memory);
}

#[test]
fn what_a_vendor_asks_for_again_is_left_as_the_same_request() {
    let mut lane = lane();
    for user in ["a", "b", "c", "d", "e"] {
        capture(&lane, user);
    }
    lane.take();
    lane.fill();
    let mut batch = lane.batches.pop_front().expect("five events");
    let ids = |batch: &Batch| -> Vec<String> {
        let messages = [b"[".as_slice(), batch.messages(), b"]"].concat();
        let messages: Vec<serde_json::Value> = serde_json::from_slice(&messages).expect("messages are JSON");
        messages.iter().map(|message| message["properties"]["distinct_id"].as_str().unwrap().to_owned()).collect()
    };
    let first = batch.attempt(Timestamp::from_unix_millis(1_000));
    let rejected = vec![Rejection { message: 0, why: "no".to_owned() }];
    lane.settle(batch, Outcome::Partly(Partly { rejected, again: vec![3, 1, 9], retry_after: None }));
    let mut batch = lane.batches.pop_front().expect("two are asked for again");
    assert_eq!((ids(&batch), batch.len(), batch.counted()), (vec!["b".to_owned(), "d".to_owned()], 2, 2));
    let second = batch.attempt(Timestamp::from_unix_millis(2_000));
    assert_eq!((second.number, second.request), (2, first.request));
    assert_eq!(ids(&batch.split()[1]), ["d"]);
    let report = lane.books.ledger.report(|_| Queued::default());
    assert_eq!((report.delivered, report.lost), (2, vec![(LossReason::Rejected, 1)]));
}

#[test]
fn a_rejection_of_nothing_that_was_sent_passes_for_no_delivery() {
    let mut lane = lane();
    for user in ["a", "b", "c"] {
        capture(&lane, user);
    }
    lane.take();
    lane.fill();
    let rejected = |message| {
        let rejected = vec![Rejection { message, why: "no".to_owned() }];
        Outcome::Partly(Partly { rejected, ..Partly::default() })
    };
    let batch = lane.batches.pop_front().expect("three events");
    lane.settle(batch, rejected(7));
    let halves: Vec<_> = lane.batches.iter().map(Batch::len).collect();
    assert_eq!((halves, lane.books.ledger.report(|_| Queued::default()).delivered), (vec![1, 2], 0));
    let batch = lane.batches.pop_front().expect("one event");
    lane.settle(batch, rejected(7));
    let report = lane.books.ledger.report(|_| Queued::default());
    assert_eq!((report.delivered, report.lost), (0, vec![(LossReason::Refused, 1)]));
}

#[test]
fn what_is_too_old_goes_out_of_a_batch_and_the_rest_stays() {
    let mut lane = lane();
    let hour = |hour: i64| Timestamp::from_unix_millis(hour * 3_600_000);
    lane.settings.clock = || Timestamp::from_unix_millis(20 * 3_600_000);
    for (place, user) in ["a", "b", "c", "d"].into_iter().enumerate() {
        capture_at(&lane, user, hour(7 + i64::try_from(place).unwrap() / 2 * 2));
    }
    lane.take();
    lane.fill();
    capture_at(&lane, "e", hour(1));
    assert_eq!(lane.orders.in_hand().records, 4);
    lane.expire();
    let tally = lane.orders.in_hand();
    assert_eq!((tally.records, tally.oldest, lane.batches[0].len()), (2, Some(hour(9)), 2));
    // While something is left in its hands the lane does not look behind it.
    assert_eq!(lane.log.unread(lane.id).records, 1);

    lane.settings.clock = || Timestamp::from_unix_millis(22 * 3_600_000);
    lane.trouble = "status 503".to_owned();
    lane.expire();
    assert!(lane.batches.is_empty() && lane.log.unread(lane.id).records == 0);
    let report = lane.books.ledger.report(|_| Queued::default());
    assert_eq!(report.lost, [(LossReason::Expired, 5)]);
}

#[test]
fn what_is_refused_alone_again_and_again_slows_the_lane_until_something_is_taken() {
    let mut lane = lane();
    for number in 0..20 {
        capture(&lane, &format!("user_{number}"));
    }
    lane.take();
    lane.fill();
    let refused = || Outcome::Split(LossReason::Refused, "no".to_owned());
    let mut pauses = Vec::new();
    while let Some(batch) = lane.batches.pop_front() {
        if batch.len() == 2 && lane.refused_alone == 18 {
            assert_eq!(lane.settle(batch, Outcome::Delivered), Duration::ZERO);
            assert_eq!(lane.refused_alone, 0);
            break;
        }
        pauses.push(lane.settle(batch, refused()));
    }
    let free = pauses.iter().take_while(|pause| pause.is_zero()).count();
    assert!(free >= 16 && pauses[free..].iter().all(|pause| !pause.is_zero()), "{pauses:?}");
    let report = lane.books.ledger.report(|_| Queued::default());
    assert_eq!((report.delivered, report.lost), (2, vec![(LossReason::Refused, 18)]));
}

/// Lets a vendor that refuses every batch with a bad record in it answer until all is settled. Says how often it was
/// asked, and who was delivered, in order.
fn isolate(lane: &mut Lane, is_bad: impl Fn(usize) -> bool) -> (usize, Vec<usize>) {
    let numbers = |batch: &Batch| -> Vec<usize> {
        batch.records().map(|(record, _)| record.read().distinct_id.parse().unwrap()).collect()
    };
    let (mut requests, mut delivered) = (0, Vec::new());
    while let Some(batch) = lane.batches.pop_front() {
        requests += 1;
        let sent = numbers(&batch);
        if sent.iter().any(|number| is_bad(*number)) {
            lane.settle(batch, Outcome::Split(LossReason::Refused, "no".to_owned()));
        } else {
            lane.settle(batch, Outcome::Delivered);
            delivered.extend(sent);
        }
    }
    (requests, delivered)
}

#[test]
fn whatever_is_bad_all_good_records_are_delivered_in_order_by_few_requests() {
    const ALL: usize = 64;
    let mut random = 7_u64;
    for round in 0..200 {
        let mut bad = [false; ALL];
        for is_bad in &mut bad {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // From none to nearly all.
            *is_bad = random >> 33 & 63 < round * round / 640;
        }
        let mut lane = lane();
        (0..ALL).for_each(|number| capture(&lane, &number.to_string()));
        lane.take();
        lane.fill();
        // Mixpanel takes nothing of `0`.
        bad[0] = true;
        let (requests, delivered) = isolate(&mut lane, |number| bad[number]);
        let good: Vec<_> = (0..ALL).filter(|number| !bad[*number]).collect();
        let refused = bad[1..].iter().filter(|bad| **bad).count();
        assert_eq!(delivered, good, "round {round}");
        assert!(requests <= 1 + 2 * refused * 6, "round {round}: {requests} requests for {refused} bad records");
        let report = lane.books.ledger.report(|_| Queued::default());
        let lost = report.total_lost();
        assert_eq!((report.delivered, lost), (good.len() as u64, refused as u64 + 1), "round {round}");
    }
}

#[test]
fn what_is_given_up_stays_kept_while_the_application_is_told() {
    let mut lane = lane();
    let counted = Arc::<std::sync::Mutex<Vec<(usize, u64)>>>::default();
    let (count, orders, log, id) = (Arc::clone(&counted), Arc::clone(&lane.orders), Arc::clone(&lane.log), lane.id);
    let hooks = crate::hooks::Hooks {
        on_loss: Some(Arc::new(move |loss| {
            let kept = orders.in_hand().records + log.unread(id).records;
            count.lock().unwrap().push((loss.events.len(), kept));
        })),
        ..crate::hooks::Hooks::default()
    };
    lane.books.hooks = Arc::new(hooks);
    for user in ["a", "b"] {
        capture(&lane, user);
    }
    lane.take();
    lane.fill();
    for user in ["c", "d", "e"] {
        capture(&lane, user);
    }
    lane.give_up();
    assert_eq!(*counted.lock().unwrap(), [(2, 5), (3, 5)]);
    assert_eq!(lane.orders.in_hand().records, 5);
}

#[test]
fn who_hurries_a_paused_destination_is_heard_where_the_lane_that_asks_has_nothing_left() {
    let mut lane = lane();
    capture(&lane, "user");
    lane.take();
    lane.fill();
    let (standing, other) = (Arc::clone(&lane.standing), lane.standing.join());
    standing.refused(other, "status 401", after(Duration::from_secs(3600)), false);
    let _flushed = lane.orders.flush(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let turn = runtime.block_on(async {
        // After the lane has heard of the hurry.
        tokio::spawn(async move { standing.leave(other) });
        tokio::time::timeout(Duration::from_secs(20), lane.turn()).await
    });
    assert!(matches!(turn, Ok(Ok(()))));
}

#[test]
fn what_a_shutdown_found_paused_no_lane_asks_again() {
    let mut lane = lane();
    capture(&lane, "user");
    lane.take();
    lane.fill();
    let other = lane.standing.join();
    // The lane that asked has ended before this one heard of the shutdown.
    lane.standing.refused(other, "status 401", after(Duration::from_secs(3600)), true);
    lane.standing.leave(other);
    let _ended = lane.orders.drain(after(Duration::from_secs(3600)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let turn = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), lane.turn()).await });
    assert!(matches!(turn, Ok(Err(GiveUp))));
}

#[test]
fn a_lane_that_comes_too_late_takes_nothing_from_the_log() {
    let mut lane = lane();
    capture(&lane, "user");
    lane.log.close();
    drop(lane.orders.drain(Instant::now()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    assert!(matches!(runtime.block_on(lane.has_work()), Err(GiveUp)));
    assert!(lane.waiting.is_empty() && lane.log.unread(lane.id).records == 1);
}

#[test]
fn a_lane_that_panics_lets_go_who_waits_and_says_so() {
    let mut lane = lane();
    let told = Arc::<std::sync::Mutex<Vec<String>>>::default();
    let tell = Arc::clone(&told);
    let hooks = crate::hooks::Hooks {
        on_trouble: Some(Arc::new(move |trouble| tell.lock().unwrap().push(trouble.to_string()))),
        ..crate::hooks::Hooks::default()
    };
    lane.books.hooks = Arc::new(hooks);
    let mut flushed = lane.orders.flush(1);
    let guard = Guard::new(&lane);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _guard = guard;
        panic!("a test ends a lane");
    }));
    assert!(panicked.is_err());
    assert_eq!((flushed.try_recv(), lane.orders.ended()), (Ok(false), Some(End::Broken)));
    let sentence = "delivery to mixpanel has stopped: a panic ended delivery there; what waits is kept and not sent";
    assert_eq!(*told.lock().unwrap(), [sentence]);
}
