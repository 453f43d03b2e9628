use super::*;
use crate::delivery::{Books, Outlet, Post, Settings};
use crate::destinations::Destinations;
use crate::id::EventId;
use crate::log::Appended;
use crate::record::{Header, Marks, RecordWriter, Verb, encode_text};
use crate::report::{Ledger, LossReason, Queued};
use crate::transport::{Destination, Mixpanel, Partly, Rejection};

/// The lane of Mixpanel's events, with the log that it reads, on no thread.
fn lane() -> Lane {
    let destination = Destination::from(Mixpanel::new("token"));
    let endpoint = Arc::new(destination.endpoints().unwrap().remove(0));
    let books = Books {
        ledger: Arc::new(Ledger::new(["mixpanel"])),
        hooks: Arc::default(),
        watches: Arc::default(),
        destination: 0,
    };
    let post = Post { endpoint, standing: Arc::default(), books, screen: Screen::new(&destination, &Arc::default()) };
    let (_, outlets) = Outlet::all(&[post], &Arc::default(), |lanes| Ok(Log::new(64 * 1024, lanes))).unwrap();
    let settings = Settings::default();
    outlets[0].start(&Http::new(&settings, false).unwrap(), &settings)
}

fn capture(lane: &Lane, distinct_id: &str) {
    let time = Timestamp::from_unix_millis(0);
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
    };
    let record = RecordWriter::encode(&header, |_| {}, |bytes, _| bytes.to_vec());
    assert!(matches!(lane.log.append(&record, || false), Appended::Accepted(lost) if lost.is_empty()));
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
