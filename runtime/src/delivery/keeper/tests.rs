use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use super::*;
use crate::destinations::Destinations;
use crate::id::EventId;
use crate::record::{Header, Marks, RecordWriter, Verb, encode_text};

const LANE: &str = "posthog-batch-0";

fn record() -> Vec<u8> {
    let (mut user, time) = (Vec::new(), Timestamp::now());
    encode_text(&mut user, "user");
    let header = Header {
        verb: Verb::Capture,
        destinations: Destinations::ALL,
        id: EventId::new(time),
        time,
        marks: Marks::NONE,
        name: "event",
        names: &[None; Destinations::KINDS],
        distinct_id: &user,
        anonymous_id: &[],
        second_id: "",
        group_type: "",
        groups: (0, &[]),
        receipt: None,
    };
    RecordWriter::encode(&header, |_| {}, |bytes, _| bytes.to_vec())
}

#[test]
fn lanes_have_their_turn_while_what_was_dropped_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let record = record();
    let spool = Spool { bytes: 40 * record.len() as u64, ..Spool::new(directory.path()) };
    let orphan = Arc::new(Orphan::new(LANE));
    let log = Arc::new(Log::spooled(&spool, 1 << 20, Vec::new(), vec![(LANE.to_owned(), orphan.lane())]).unwrap());
    for _ in 0..100 {
        log.append(&record, || false);
    }

    let (turns, seen) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<usize>>>::default());
    let (turn, see) = (Arc::clone(&turns), Arc::clone(&seen));
    let on_loss = move |_: &Loss| see.lock().unwrap().push(turn.load(Ordering::Relaxed));
    let keeper = Arc::new(Keeper {
        spool,
        clock: Timestamp::now,
        logs: vec![Kept { log, accounts: vec![Account::Orphan(orphan)] }],
        ledger: Arc::default(),
        hooks: Arc::new(Hooks { on_loss: Some(Arc::new(on_loss)), ..Hooks::default() }),
        memory: Arc::default(),
        notices: Vec::new(),
        has_begun: AtomicBool::new(false),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        tokio::spawn(keeper.run());
        while seen.lock().unwrap().len() < 10 {
            turns.fetch_add(1, Ordering::Relaxed);
            yield_now().await;
        }
    });
    let seen = seen.lock().unwrap();
    assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
}
