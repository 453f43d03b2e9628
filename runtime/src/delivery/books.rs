use std::sync::Arc;

use crate::hooks::Hooks;
use crate::log::RecordRef;
use crate::report::{Ledger, Loss, LossReason, LostEvent};
use crate::transport::Share;

/// Where deliveries and losses of one destination are counted, and told.
#[derive(Clone)]
pub(super) struct Books {
    pub(super) ledger: Arc<Ledger>,
    pub(super) hooks: Arc<Hooks>,
    /// The destination's place.
    pub(super) destination: usize,
}

impl Books {
    pub(super) fn delivered(&self, records: usize) {
        self.ledger.delivered(self.destination, records);
    }

    /// Counts a record that the application does not want sent.
    pub(super) fn dropped(&self, share: Share) {
        self.ledger.dropped(Some(self.destination), usize::from(share == Share::Whole));
    }

    /// Counts records as lost and tells so.
    ///
    /// A part of a record is told and not counted: the record itself is, by the lane that has it.
    pub(super) fn lost<'a>(
        &self,
        reason: LossReason,
        detail: &str,
        records: impl IntoIterator<Item = (&'a RecordRef, Share)>,
    ) {
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        for (record, share) in records {
            let events = if share == Share::Part { &mut parts } else { &mut whole };
            events.push(LostEvent::from_record(&record.read()));
        }
        self.ledger.lost(Some(self.destination), reason, whole.len());
        self.tell(reason, detail.to_owned(), whole);
        let detail = if detail.is_empty() { PART.to_owned() } else { format!("{PART}: {detail}") };
        self.tell(reason, detail, parts);
    }

    fn tell(&self, reason: LossReason, detail: String, events: Vec<LostEvent>) {
        if !events.is_empty() {
            let destination = Some(self.ledger.name(self.destination));
            self.hooks.loss(&Loss { destination, reason, detail, events });
        }
    }
}

const PART: &str = "what goes there apart from the event";
