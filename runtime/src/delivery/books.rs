use std::sync::Arc;

use super::watch::Watches;
use crate::dedup::{Memory, Receipt};
use crate::hooks::{Hooks, Trouble, TroubleKind};
use crate::id::EventId;
use crate::limited::{Limited, Met};
use crate::log::RecordRef;
use crate::outcome::Fate;
use crate::report::{Ledger, Loss, LossReason, LostEvent};
use crate::telemetry;
use crate::transport::{Batch, Share};

/// Where deliveries and losses of one destination are counted, and told.
#[derive(Clone)]
pub(super) struct Books {
    pub(super) ledger: Arc<Ledger>,
    pub(super) hooks: Arc<Hooks>,
    pub(super) watches: Arc<Watches>,
    /// What was reported, so that it is once.
    pub(super) memory: Arc<Memory>,
    /// The destination's place.
    pub(super) destination: usize,
}

impl Books {
    /// So many events more are to be delivered, or are lost before.
    pub(super) fn accepted(&self, events: usize) {
        telemetry::accepted(self.name(), events);
    }

    pub(super) fn delivered<'a>(&self, records: impl Iterator<Item = (&'a RecordRef, Share)>) {
        let is_watched = self.watches.any();
        let mut delivered = 0;
        for (record, _) in records.filter(|(_, share)| *share == Share::Whole) {
            delivered += 1;
            if is_watched {
                self.settled(record.read().id, || Fate::Delivered);
            }
        }
        self.ledger.delivered(self.destination, delivered);
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
        telemetry::limited(self.name(), met.len());
        let (destination, record) = (self.name(), record.read());
        for Met { property, limit } in met {
            let (event, id) = (record.label(), record.id.to_string());
            self.hooks.limited(&Limited { destination, event, id, property, limit });
        }
    }

    /// Counts a record that the application does not want sent.
    pub(super) fn dropped(&self, record: &RecordRef, share: Share) {
        if share == Share::Whole {
            self.ledger.dropped(Some(self.destination), 1);
            self.settled(record.read().id, || Fate::Dropped);
        }
    }

    /// Counts records as lost and tells so. Parts of records are counted apart: the record itself is, by the lane that
    /// has it.
    pub(super) fn lost<'a>(
        &self,
        reason: LossReason,
        detail: &str,
        records: impl IntoIterator<Item = (&'a RecordRef, Share)>,
    ) {
        let events = Events::of(records);
        self.lose(reason, detail, events);
    }

    /// The same of what no lane had taken yet.
    pub(super) fn lost_unread<'a>(
        &self,
        reason: LossReason,
        detail: &str,
        records: impl IntoIterator<Item = (&'a RecordRef, Share)>,
    ) {
        let events = Events::of(records);
        self.accepted(events.whole.len());
        self.lose(reason, detail, events);
    }

    fn lose(&self, reason: LossReason, detail: &str, events: Events) {
        self.take_back(reason, &events);
        for id in &events.ids {
            self.settled(*id, || Fate::Lost { reason, detail: detail.to_owned() });
        }
        self.ledger.lost(Some(self.destination), reason, events.whole.len());
        self.ledger.lost_parts(self.destination, events.parts.len());
        self.tell(reason, detail, events);
    }

    /// Tells what ends with the process, and stays counted as kept.
    pub(super) fn left<'a>(&self, detail: &str, records: impl IntoIterator<Item = (&'a RecordRef, Share)>) {
        let events = Events::of(records);
        self.take_back(LossReason::Shutdown, &events);
        self.tell(LossReason::Shutdown, detail, events);
    }

    /// What no vendor had was not reported, parts included: the next decision reports it again, to all destinations.
    fn take_back(&self, reason: LossReason, events: &Events) {
        if reason.is_before_any_vendor() {
            events.receipts.iter().for_each(|(receipt, id)| self.memory.take_back(receipt, *id));
        }
    }

    /// Tells that somebody has to act.
    pub(super) fn trouble(&self, kind: TroubleKind, detail: &str) {
        self.hooks.trouble(&Trouble { destination: Some(self.name()), kind, detail: detail.to_owned() });
    }

    fn tell(&self, reason: LossReason, detail: &str, events: Events) {
        let detail_of_parts = if detail.is_empty() { PART.to_owned() } else { format!("{PART}: {detail}") };
        for (detail, events) in [(detail.to_owned(), events.whole), (detail_of_parts, events.parts)] {
            if !events.is_empty() {
                self.hooks.loss(&Loss { destination: Some(self.name()), reason, detail, events });
            }
        }
    }

    fn settled(&self, id: EventId, fate: impl FnOnce() -> Fate) {
        if self.watches.any() {
            self.watches.settled(self.destination, id, fate);
        }
    }
}

/// What is told together.
#[derive(Default)]
struct Events {
    whole: Vec<LostEvent>,
    /// Those of which only a part is meant.
    parts: Vec<LostEvent>,
    /// The ids of the first.
    ids: Vec<EventId>,
    /// Of those that are reported once.
    receipts: Vec<(Receipt, EventId)>,
}

impl Events {
    fn of<'a>(records: impl IntoIterator<Item = (&'a RecordRef, Share)>) -> Self {
        let mut events = Self::default();
        for (record, share) in records {
            let record = record.read();
            let event = LostEvent::from_record(&record);
            events.receipts.extend(record.receipt().map(|receipt| (receipt, record.id)));
            if share == Share::Part {
                events.parts.push(event);
            } else {
                events.whole.push(event);
                events.ids.push(record.id);
            }
        }
        events
    }
}

const PART: &str = "what goes there apart from the event";
