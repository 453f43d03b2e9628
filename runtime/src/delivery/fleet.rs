//! Asking a fleet, as delivery sees it: before the log, and at the end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot::Receiver;
use tokio::time::timeout;

use super::pending::after;
use super::tls;
use super::{Delivery, Intake};
use crate::dedup::{Desk, Fleet, FleetReport, Memory, RedisFleet, Worker};
use crate::error::Error;
use crate::hooks::Hooks;
use crate::report::Ledger;

/// How long the fleet is told at the end of what was lost.
const LAST: Duration = Duration::from_millis(250);

/// Who is to ask, once there is a thread for it.
pub(super) type Asking = Option<(Arc<RedisFleet>, Worker)>;

/// Shares the memory with a fleet, where its settings name one.
pub(super) fn share(
    memory: &Arc<Memory>,
    intake: &Intake,
    ledger: &Arc<Ledger>,
    hooks: &Arc<Hooks>,
    haste: u32,
) -> Result<Asking, Error> {
    let Some((redis, time_to_live)) = memory.redis() else { return Ok(None) };
    let address = redis.address()?;
    let tls = if address.is_secure { Some(Arc::new(tls::config(true)?)) } else { None };
    let fleet = Arc::<RedisFleet>::default();
    let desk = Desk {
        memory: Arc::clone(memory),
        intake: intake.clone(),
        ledger: Arc::clone(ledger),
        hooks: Arc::clone(hooks),
    };
    let worker = Worker::new(&fleet, (address, tls), redis, time_to_live, haste, desk);
    memory.share(Arc::clone(&fleet) as Arc<dyn Fleet>);
    Ok(Some((fleet, worker)))
}

impl Delivery {
    /// Answers when the fleet was asked about all that waits for it now.
    pub(super) fn flush_fleet(&self) -> Option<Receiver<()>> {
        self.fleet.as_ref().map(|fleet| fleet.flush())
    }

    /// The same for the last time. Half of the time is the vendors'.
    pub(super) fn close_fleet(&self, deadline: Duration) -> Option<Receiver<()>> {
        self.fleet.as_ref().map(|fleet| fleet.close(after(deadline / 2)))
    }

    /// Tells the fleet what the end of the lanes lost.
    pub(super) fn finish_fleet(&self) -> impl Future<Output = ()> + Send + 'static {
        let fleet = self.fleet.clone();
        async move {
            if let Some(fleet) = fleet {
                let _ = timeout(LAST, fleet.flush()).await;
            }
        }
    }

    /// What the fleet said so far, where there is one.
    pub(crate) fn fleet_report(&self) -> Option<FleetReport> {
        self.fleet.as_ref().map(|fleet| fleet.report())
    }
}
