use std::sync::Arc;

use crate::filter::Filter;
use crate::log::RecordRef;
use crate::opt_out::OptOuts;
use crate::record::Record;
use crate::report::LossReason;
use crate::sight::Sight;
use crate::transport::Destination;

/// What the application keeps from a destination.
#[derive(Debug, Clone)]
pub(super) struct Screen {
    filter: Filter,
    sight: Sight,
    opt_outs: Arc<OptOuts>,
}

impl Screen {
    pub(super) fn new(destination: &Destination, opt_outs: &Arc<OptOuts>) -> Self {
        Self { filter: destination.passing(), sight: destination.sight(), opt_outs: Arc::clone(opt_outs) }
    }

    /// Whether the destination's filter lets a record pass: asked once for each lane.
    pub(super) fn passes(&self, record: Record<'_>) -> Result<bool, LossReason> {
        self.filter.passes(record, self.sight)
    }

    /// Whether there is anybody of whom nothing is sent.
    pub(super) fn withholds_any(&self) -> bool {
        self.opt_outs.any()
    }

    /// Whether the record is of somebody of whom nothing is sent: asked before each attempt.
    pub(super) fn withholds(&self, record: &RecordRef) -> bool {
        self.opt_outs.any() && self.opt_outs.concern(&record.read())
    }
}
