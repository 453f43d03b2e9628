use std::cell::Cell;

use tracing::{debug, error, info, warn};

use super::{Attempted, NONE, guard};
use crate::hooks::{Trouble, TroubleKind};
use crate::report::Loss;

thread_local! {
    /// Whether the subscriber is being told something on this thread.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

fn tell(event: impl FnOnce()) {
    guard::tell(&TELLING, event);
}

pub(super) fn attempted(attempt: &Attempted<'_>) {
    let Attempted { destination, endpoint, events, bytes, failures, time, status, outcome } = *attempt;
    let time_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    tell(|| {
        debug!(target: "taxogen", destination, endpoint, events, bytes, failures, time_ms, status, outcome, "attempt");
    });
}

pub(super) fn loss(loss: &Loss) {
    let Loss { destination, reason, events, .. } = loss;
    let destination = destination.unwrap_or(NONE);
    tell(|| warn!(target: "taxogen", destination, events = events.len(), %reason, "events lost"));
}

pub(super) fn trouble(trouble: &Trouble) {
    let Trouble { destination, kind, .. } = trouble;
    let destination = destination.unwrap_or(NONE);
    tell(|| match kind {
        TroubleKind::SpoolWritable => info!(target: "taxogen", destination, ?kind, "delivery is as it should be"),
        #[cfg(feature = "redis")]
        TroubleKind::FleetAnswers => info!(target: "taxogen", destination, ?kind, "delivery is as it should be"),
        #[cfg(feature = "redis")]
        TroubleKind::FleetSilent => warn!(target: "taxogen", destination, ?kind, "delivery goes on"),
        TroubleKind::DefinitionsRenewed => info!(target: "taxogen", destination, ?kind, "local flags are renewed"),
        TroubleKind::DefinitionsStale => warn!(target: "taxogen", destination, ?kind, "local flags are not renewed"),
        TroubleKind::DefinitionsDropped => error!(target: "taxogen", destination, ?kind, "local flags are dropped"),
        TroubleKind::SpoolDamaged
        | TroubleKind::SpoolLeft
        | TroubleKind::SpoolOrphaned
        | TroubleKind::DecisionsSkipped => {
            warn!(target: "taxogen", destination, ?kind, "delivery goes on");
        }
        _ => error!(target: "taxogen", destination, ?kind, "delivery needs somebody to act"),
    });
}

pub(super) fn listener_panicked() {
    tell(|| error!(target: "taxogen", "a listener of decisions panicked"));
}
