//! What becomes of a capture for which the log has no room.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use taxogen::{Client, LossReason, Overflow};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Plain, listen, schema, to};

/// Half of the smallest log has room for three.
fn large() -> Plain {
    Plain(const { &schema("large") }, |properties| properties.internal("text", &"x".repeat(10_000)))
}

#[test]
fn the_newest_can_be_dropped_instead_of_the_oldest() {
    let sandbox = Sandbox::start().unwrap();
    let builder = to(&sandbox, Vendor::Segment).log_bytes(64 * 1024).linger(LONG).overflow(Overflow::DropNewest);
    let (builder, losses) = listen(builder);
    sandbox.fault(Vendor::Segment, Fault::Hang.forever());
    let client = builder.request_timeout(LONG).build().unwrap();
    let user = client.user("u");
    // What is on its way takes no room, and comes back to none.
    for _ in 0..40 {
        user.capture(large());
    }
    let report = client.report();
    let lost = report.lost_for(LossReason::LogFull);
    assert_eq!((report.kept + lost, report.destinations[0].lost.as_slice()), (40, [].as_slice()));
    let losses = losses.lock().unwrap().clone();
    assert!(losses.iter().all(|loss| (loss.0, loss.1) == (None, LossReason::LogFull)));
    assert_eq!(losses.len() as u64, lost);
    assert!(lost >= 40 - 2 * 7, "{lost}");
    sandbox.clear_faults(Vendor::Segment);
    client.shutdown(Duration::ZERO);
}

#[test]
fn a_capture_can_wait_for_room() {
    let sandbox = Sandbox::start().unwrap();
    let builder = to(&sandbox, Vendor::Segment).log_bytes(64 * 1024).overflow(Overflow::Block(LONG));
    sandbox.fault(Vendor::Segment, Fault::Delay(Duration::from_millis(20)).forever());
    let client = builder.build().unwrap();
    for _ in 0..100 {
        client.user("u").capture(large());
    }
    let report = client.shutdown(LONG);
    assert_eq!((report.delivered, report.total_lost()), (100, 0));
}

#[test]
fn a_hook_that_captures_does_not_wait_for_room() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Segment, Fault::Hang.forever());
    let client = Arc::new(OnceLock::<Client>::new());
    let inside = Arc::clone(&client);
    let builder =
        to(&sandbox, Vendor::Segment).log_bytes(64 * 1024).request_timeout(LONG).overflow(Overflow::Block(LONG));
    let builder = builder.on_loss(move |_| {
        for _ in 0..40 {
            inside.get().unwrap().user("u").capture(large());
        }
    });
    let client = client.get_or_init(|| builder.build().unwrap());
    let start = Instant::now();
    // Told on this thread.
    client.user("").capture(large());
    let report = client.report();
    assert!(start.elapsed() < LONG);
    assert!(report.lost_for(LossReason::LogFull) >= 40 - 2 * 7, "{report}");
    client.shutdown(Duration::ZERO);
}
