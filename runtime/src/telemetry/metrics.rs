use std::cell::Cell;
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};

use super::guard;
use crate::report::LossReason;

thread_local! {
    /// Whether the recorder is being told something on this thread.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

fn tell(event: impl FnOnce()) {
    guard::tell(&TELLING, event);
}

pub(super) fn describe() {
    tell(describe_all);
}

fn describe_all() {
    describe_counter!("taxogen_accepted_total", Unit::Count, "events that a destination is to get");
    describe_counter!("taxogen_delivered_total", Unit::Count, "events that a destination has accepted");
    describe_counter!("taxogen_retried_total", Unit::Count, "events of attempts that have to be made again");
    describe_counter!("taxogen_dropped_total", Unit::Count, "events that the application did not want sent");
    describe_counter!("taxogen_lost_total", Unit::Count, "events that were given up, by reason");
    describe_counter!("taxogen_limited_total", Unit::Count, "properties cut or left out by a vendor's limit");
    describe_counter!("taxogen_polls_total", Unit::Count, "requests for definitions of local flags, by outcome");
    describe_gauge!("taxogen_queued_bytes", Unit::Bytes, "what waits for a destination, at its slowest endpoint");
    describe_gauge!("taxogen_oldest_age_seconds", Unit::Seconds, "how long the oldest event has waited");
}

pub(super) fn count(name: &'static str, destination: &'static str, how_many: usize) {
    if how_many > 0 {
        tell(|| counter!(name, "destination" => destination).increment(how_many as u64));
    }
}

#[cfg(feature = "posthog")]
pub(super) fn polled(outcome: &'static str) {
    tell(|| counter!("taxogen_polls_total", "outcome" => outcome).increment(1));
}

pub(super) fn lost(destination: &'static str, reason: LossReason, events: usize) {
    if events > 0 {
        let reason = format!("{reason:?}");
        let lost = || counter!("taxogen_lost_total", "destination" => destination, "reason" => reason);
        tell(|| lost().increment(events as u64));
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and logs are smaller than 2^53 bytes")]
pub(super) fn queued(destination: &'static str, bytes: u64, oldest: Duration) {
    tell(|| {
        gauge!("taxogen_queued_bytes", "destination" => destination).set(bytes as f64);
        gauge!("taxogen_oldest_age_seconds", "destination" => destination).set(oldest.as_secs_f64());
    });
}
