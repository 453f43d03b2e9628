use std::sync::Arc;
use std::time::Duration;

use super::settings::Redis;
use crate::dedup::Memory;
use crate::dedup::fingerprint::Fingerprint;
use crate::delivery::Intake;
use crate::hooks::{Hooks, Trouble, TroubleKind};
use crate::record::Record;
use crate::report::{Ledger, Loss, LostEvent};

/// What is done with what the fleet said.
pub(crate) struct Desk {
    pub(crate) memory: Arc<Memory>,
    pub(crate) intake: Intake,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) hooks: Arc<Hooks>,
}

impl Desk {
    /// Appends a record to the log; whether it was taken. One that is not is counted, told, and forgotten here.
    pub(super) fn deliver(&self, here: Fingerprint, record: &[u8]) -> bool {
        let Err(reason) = self.intake.append(record, || false) else { return true };
        self.memory.forget(here);
        self.ledger.lost(None, reason, 1);
        let events = Record::read(record).iter().map(LostEvent::from_record).collect();
        self.hooks.loss(&Loss { destination: None, reason, detail: String::new(), events });
        false
    }

    pub(super) fn trouble(&self, kind: TroubleKind, detail: String) {
        self.hooks.trouble(&Trouble { destination: None, kind, detail });
    }
}

impl Memory {
    /// Enters what the fleet says was seen last.
    pub(super) fn remember(&self, here: Fingerprint) {
        self.forget(here);
        self.enter(here);
    }

    /// Forgets a subject, whatever was seen of it.
    pub(super) fn forget(&self, here: Fingerprint) {
        // Another value makes way for this one.
        self.enter(here);
        self.table().take_back(here);
    }

    /// The Redis of a fleet, and how long it remembers.
    pub(crate) fn redis(&self) -> Option<(&Redis, Duration)> {
        self.settings.redis.as_ref().map(|redis| (redis, self.settings.time_to_live))
    }
}
