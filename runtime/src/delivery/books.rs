use std::sync::Arc;

use crate::hooks::{Hooks, Trouble, TroubleKind};
use crate::limited::{Limited, Met};
use crate::log::RecordRef;
use crate::report::{Ledger, Loss, LossReason, LostEvent};
use crate::telemetry;
use crate::transport::{Batch, Share};

/// Where deliveries and losses of one destination are counted, and told.
#[derive(Clone)]
pub(super) struct Books {
    pub(super) ledger: Arc<Ledger>,
    pub(super) hooks: Arc<Hooks>,
    /// The destination's place.
    pub(super) destination: usize,
}

impl Books {
    /// So many events more are to be delivered, or are lost before.
    pub(super) fn accepted(&self, events: usize) {
        telemetry::accepted(self.name(), events);
    }

    pub(super) fn delivered<'a>(&self, records: impl Iterator<Item = (&'a RecordRef, Share)>) {
        self.ledger.delivered(self.destination, records.filter(|(_, share)| *share == Share::Whole).count());
    }

    /// The destination.
    pub(super) fn name(&self) -> &'static str {
        self.ledger.name(self.destination)
    }

    /// An attempt has to be made again.
    pub(super) fn retried(&self, batch: &Batch) {
        self.ledger.retried(self.destination, batch.counted());
    }

    /// Counts properties that the destination's limits cut or left out, and tells so.
    #[inline]
    pub(super) fn limited(&self, record: &RecordRef, met: Vec<Met>) {
        if !met.is_empty() {
            self.limited_some(record, met);
        }
    }

    #[cold]
    fn limited_some(&self, record: &RecordRef, met: Vec<Met>) {
        self.ledger.limited(self.destination, met.len());
        let (destination, record) = (self.name(), record.read());
        for Met { property, limit } in met {
            let (event, id) = (record.label(), record.id.to_string());
            self.hooks.limited(&Limited { destination, event, id, property, limit });
        }
    }

    /// Counts a record that the application does not want sent.
    pub(super) fn dropped(&self, share: Share) {
        self.ledger.dropped(Some(self.destination), usize::from(share == Share::Whole));
    }

    /// Counts records as lost and tells so. Parts of records are counted apart: the record itself is, by the lane that
    /// has it.
    pub(super) fn lost<'a>(
        &self,
        reason: LossReason,
        detail: &str,
        records: impl IntoIterator<Item = (&'a RecordRef, Share)>,
    ) {
        self.count(reason, self.tell(reason, detail, records));
    }

    /// The same of what no lane had taken yet.
    pub(super) fn lost_unread<'a>(
        &self,
        reason: LossReason,
        detail: &str,
        records: impl IntoIterator<Item = (&'a RecordRef, Share)>,
    ) {
        let counts = self.tell(reason, detail, records);
        self.accepted(counts.0);
        self.count(reason, counts);
    }

    fn count(&self, reason: LossReason, (whole, parts): (usize, usize)) {
        self.ledger.lost(Some(self.destination), reason, whole);
        self.ledger.lost_parts(self.destination, parts);
    }

    /// Tells what ends with the process, and stays counted as kept.
    pub(super) fn left<'a>(&self, detail: &str, records: impl IntoIterator<Item = (&'a RecordRef, Share)>) {
        self.tell(LossReason::Shutdown, detail, records);
    }

    /// Tells that somebody has to act.
    pub(super) fn trouble(&self, kind: TroubleKind, detail: &str) {
        self.hooks.trouble(&Trouble { destination: Some(self.name()), kind, detail: detail.to_owned() });
    }

    /// How many records, and how many parts, it told.
    fn tell<'a>(
        &self,
        reason: LossReason,
        detail: &str,
        records: impl IntoIterator<Item = (&'a RecordRef, Share)>,
    ) -> (usize, usize) {
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        for (record, share) in records {
            let events = if share == Share::Part { &mut parts } else { &mut whole };
            events.push(LostEvent::from_record(&record.read()));
        }
        let counts = (whole.len(), parts.len());
        let detail_of_parts = if detail.is_empty() { PART.to_owned() } else { format!("{PART}: {detail}") };
        for (detail, events) in [(detail.to_owned(), whole), (detail_of_parts, parts)] {
            if !events.is_empty() {
                self.hooks.loss(&Loss { destination: Some(self.name()), reason, detail, events });
            }
        }
        counts
    }
}

const PART: &str = "what goes there apart from the event";
