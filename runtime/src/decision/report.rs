use std::sync::atomic::{AtomicU64, Ordering};

use super::outcome::{DecisionOutcome, SkipReason};

/// What became of the decisions that a client was told of, since it began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecisionReport {
    /// Exposures that were recorded, or, with `Dedup::fleet`, handed over to ask the fleet: `Client::fleet_report` says what
    /// it answered.
    pub reported: u64,
    /// Decisions that said what was reported before.
    pub repeated: u64,
    /// Decisions that are no exposures, by reason, in a fixed order.
    pub skipped: Vec<(SkipReason, u64)>,
}

impl DecisionReport {
    /// How many decisions were skipped for this reason.
    #[must_use]
    pub fn skipped_for(&self, reason: SkipReason) -> u64 {
        self.skipped.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }
}

/// The counts behind a [`DecisionReport`].
#[derive(Debug, Default)]
pub(super) struct Counts {
    reported: AtomicU64,
    repeated: AtomicU64,
    skipped: [AtomicU64; SkipReason::ALL.len()],
}

impl Counts {
    pub(super) fn count(&self, outcome: DecisionOutcome) {
        let counter = match outcome {
            DecisionOutcome::Reported => &self.reported,
            DecisionOutcome::Repeated => &self.repeated,
            DecisionOutcome::Skipped(reason) => {
                let Some(place) = SkipReason::ALL.iter().position(|known| *known == reason) else { return };
                &self.skipped[place]
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn report(&self) -> DecisionReport {
        let counts = self.skipped.iter().map(|count| count.load(Ordering::Relaxed));
        DecisionReport {
            reported: self.reported.load(Ordering::Relaxed),
            repeated: self.repeated.load(Ordering::Relaxed),
            skipped: SkipReason::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect(),
        }
    }
}
