//! What became of one event that somebody waited for.

use crate::report::LossReason;

/// What became of one event, as [`User::capture_now`](crate::User::capture_now) tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Its id on the wire, a UUID: the same at each destination, whatever becomes of it and however often it is sent.
    /// `None` where the event is for none of the client's destinations, or is of somebody who opted out.
    pub id: Option<String>,
    /// Why it was lost before any destination: it is counted and told, and no lane has it.
    pub refused: Option<LossReason>,
    /// What became of it at each destination that it is for. Empty where it was lost before, where
    /// [`Builder::before_capture`](crate::Builder::before_capture) dropped it, and at a recorder.
    pub destinations: Vec<DestinationOutcome>,
}

/// The part of one destination in an [`Outcome`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestinationOutcome {
    /// `posthog`, `segment`, `mixpanel` or `optimizely`.
    pub name: &'static str,
    /// What became of it there.
    pub fate: Fate,
}

/// What became of an event at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// The destination has accepted it. What it brought of the person may go to another endpoint there, and is no part of
    /// this: [`DestinationReport::lost_parts`](crate::DestinationReport::lost_parts).
    Delivered,
    /// Not delivered yet: it waits in the log like every event, and is delivered or lost, and told, later.
    Kept,
    /// It will not be delivered there; it is counted and was told to [`Builder::on_loss`](crate::Builder::on_loss).
    Lost {
        /// Why.
        reason: LossReason,
        /// What the destination said, shortened.
        detail: String,
    },
    /// The application did not want it there: the destination's filter, or somebody who opted out.
    Dropped,
}

impl Outcome {
    /// Whether every destination that it was for has accepted it. What the application itself kept back is none: by
    /// opting somebody out, by `before_capture` or by a destination's `filter`.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        self.refused.is_none()
            && self.destinations.iter().all(|destination| matches!(destination.fate, Fate::Delivered | Fate::Dropped))
    }

    /// Whether it is lost somewhere for good.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.refused.is_some()
            || self.destinations.iter().any(|destination| matches!(destination.fate, Fate::Lost { .. }))
    }
}
