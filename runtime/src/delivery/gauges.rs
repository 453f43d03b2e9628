//! What waits for each destination, told to `metrics` once a second.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::orders::Orders;
use super::outlet::Outlet;
use super::settings::{self, Settings};
use crate::log::{LaneId, Log};
use crate::telemetry;

/// The endpoints of one destination.
struct Gauge {
    destination: &'static str,
    endpoints: Vec<Vec<Reading>>,
}

/// A lane to an endpoint: there is one for each log.
struct Reading {
    kind: &'static str,
    log: Arc<Log>,
    id: LaneId,
    orders: Arc<Orders>,
}

const OFTEN: Duration = Duration::from_secs(1);

/// Tells as long as it is polled.
pub(super) async fn run(gauges: Gauges) {
    loop {
        gauges.tell();
        sleep(OFTEN).await;
    }
}

/// Tells for the last time when it is dropped: nobody is to see for ever what waited once.
pub(super) struct Gauges {
    all: Vec<Gauge>,
    settings: Settings,
}

impl Gauges {
    pub(super) fn of(lanes: &[Outlet], settings: Settings) -> Self {
        let mut all: Vec<Gauge> = Vec::new();
        for lane in lanes {
            let destination = lane.post.books.name();
            match all.iter_mut().find(|gauge| gauge.destination == destination) {
                Some(gauge) => gauge.add(Reading::of(lane)),
                None => all.push(Gauge { destination, endpoints: vec![vec![Reading::of(lane)]] }),
            }
        }
        Self { all, settings }
    }

    fn tell(&self) {
        let now = (self.settings.clock)();
        for Gauge { destination, endpoints } in &self.all {
            let waits = |lanes: &Vec<Reading>| lanes.iter().map(Reading::bytes).sum();
            let bytes = endpoints.iter().map(waits).max().unwrap_or_default();
            let oldest = endpoints.iter().flatten().filter_map(|lane| lane.orders.in_hand().oldest).min();
            let oldest = oldest.map_or(Duration::ZERO, |captured| settings::age(captured, now));
            telemetry::queued(destination, bytes, oldest);
        }
    }
}

impl Drop for Gauges {
    fn drop(&mut self) {
        self.tell();
    }
}

impl Gauge {
    fn add(&mut self, lane: Reading) {
        match self.endpoints.iter_mut().find(|lanes| lanes[0].kind == lane.kind) {
            Some(lanes) => lanes.push(lane),
            None => self.endpoints.push(vec![lane]),
        }
    }
}

impl Reading {
    fn of(lane: &Outlet) -> Self {
        let kind = lane.post.endpoint.identity.kind;
        Self { kind, log: Arc::clone(&lane.log), id: lane.id, orders: Arc::clone(&lane.orders) }
    }

    /// What the lane holds, and what lies before it in the log, of which it may not want all: to read that is not worth a
    /// number.
    fn bytes(&self) -> u64 {
        let (read, end) = self.log.positions(self.id);
        self.orders.in_hand().bytes + (end - read)
    }
}
