//! What is forgotten of the exposures that a lane loses.

use super::tests::{exposure, lane};
use super::*;
use crate::dedup::{HandleNumber, Kind, Memory, Seen, Subject};
use crate::log::Appended;
use crate::report::LossReason;

/// Claims an exposure, appends its record, and confirms; says whether it was new.
fn report(lane: &Lane) -> bool {
    let memory: &Memory = &lane.books.memory;
    let kind = Kind::Viewed { engine: "Optimizely", experiment: None };
    let subject = Subject { kind, distinct_id: "user", flag_key: "flag", groups: &[] };
    let Some(claim) = memory.claim(HandleNumber::next, &subject, &Seen::default()) else { return false };
    let record = exposure("user", Timestamp::now(), Some(claim.receipt()));
    assert!(matches!(lane.log.append(&record, || false), Appended::Accepted(lost) if lost.is_empty()));
    claim.confirm();
    true
}

#[test]
fn the_reason_of_a_loss_says_whether_it_is_reported_again() {
    use LossReason as Why;
    for (why, again) in [
        (Why::LogFull, true),
        (Why::Expired, true),
        (Why::Shutdown, true),
        (Why::Spool, true),
        (Why::Orphaned, true),
        (Why::AfterShutdown, true),
        (Why::Forked, true),
        (Why::Refused, false),
        (Why::Rejected, false),
        (Why::TooLarge, false),
        (Why::HookPanicked, false),
    ] {
        for share in [Share::Whole, Share::Part] {
            let mut lane = lane();
            assert!(report(&lane) && !report(&lane));
            lane.take();
            let (record, _) = lane.waiting.pop_front().expect("it was taken");
            lane.books.lost(why, "", [(&record, share)]);
            assert_eq!(report(&lane), again, "{why:?}, {share:?}");
        }
    }
}

#[test]
fn what_is_delivered_dropped_or_waits_stays_reported() {
    let mut lane = lane();
    assert!(report(&lane));
    lane.take();
    assert!(!report(&lane), "it waits");
    let (record, share) = lane.waiting.pop_front().expect("it was taken");
    lane.books.dropped(&record, share);
    assert!(!report(&lane), "the application does not want it");
    lane.books.delivered([(&record, share)].into_iter());
    assert!(!report(&lane));
}

#[test]
fn what_ends_with_the_process_was_not_reported() {
    let mut lane = lane();
    assert!(report(&lane));
    lane.take();
    lane.fill();
    lane.give_up();
    assert!(report(&lane), "in a batch");
    lane.give_up();
    assert!(report(&lane), "in the log");
}
