//! Clients that deliver to a sandbox, and what tests capture with them.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taxogen::{
    Builder, Client, Event, EventSchema, LossReason, Mixpanel, PlanId, PostHog, PropertyWriter, Report, Segment,
};
use taxogen_sandbox::{Received, Sandbox, Vendor};

pub(crate) const LONG: Duration = Duration::from_secs(20);

/// An event with these properties.
pub(crate) struct Plain(pub(crate) &'static EventSchema, pub(crate) fn(&mut PropertyWriter<'_>));

impl Event for Plain {
    fn schema(&self) -> &'static EventSchema {
        self.0
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.1)(properties);
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        taxogen::__private::debug(self, formatter)
    }
}

pub(crate) const PLAN: PlanId = PlanId::new("shop", "0000000000000000");

/// The schema of an event of this name.
pub(crate) const fn schema(name: &'static str) -> EventSchema {
    EventSchema::new(name, PLAN)
}

/// An event that holds its number.
pub(crate) struct Numbered(pub(crate) i64);

impl Event for Numbered {
    fn schema(&self) -> &'static EventSchema {
        const { &schema("numbered") }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("number", &self.0);
    }
}

/// A client that delivers to one vendor of the sandbox.
pub(crate) fn to(sandbox: &Sandbox, vendor: Vendor) -> Builder {
    let builder = Client::builder();
    match vendor {
        Vendor::PostHog => builder.to(PostHog::new("phc_sandbox").host(sandbox.posthog_url())),
        Vendor::Segment => builder.to(Segment::new("sandbox").host(sandbox.segment_url())),
        _ => builder.to(Mixpanel::new("sandbox").host(sandbox.mixpanel_url())),
    }
}

/// A client that delivers to all three.
pub(crate) fn to_all(sandbox: &Sandbox) -> Builder {
    Client::builder()
        .to(PostHog::new("phc_sandbox").host(sandbox.posthog_url()))
        .to(Segment::new("sandbox").host(sandbox.segment_url()))
        .to(Mixpanel::new("sandbox").host(sandbox.mixpanel_url()))
}

/// What `on_loss` was told: destination, reason, detail, names of the events.
pub(crate) type Losses = Arc<Mutex<Vec<(Option<&'static str>, LossReason, String, Vec<String>)>>>;

/// Keeps what `on_loss` is told.
pub(crate) fn listen(builder: Builder) -> (Builder, Losses) {
    let losses = Losses::default();
    let told = Arc::clone(&losses);
    let builder = builder.on_loss(move |loss| {
        let names = loss.events.iter().map(|event| event.name.clone()).collect();
        told.lock().unwrap().push((loss.destination, loss.reason, loss.detail.clone(), names));
    });
    (builder, losses)
}

/// Delivered, kept and lost, of all destinations together.
pub(crate) fn counts(report: &Report) -> (u64, u64, Vec<(LossReason, u64)>) {
    (report.delivered, report.kept, report.lost.clone())
}

/// The numbers of the numbered events that a vendor accepted, in the order of their arrival.
pub(crate) fn numbers(sandbox: &Sandbox, vendor: Vendor) -> Vec<i64> {
    let accepted = |received: &Received| received.verdict == taxogen_sandbox::Verdict::Accepted;
    let received = sandbox.received(vendor).into_iter().filter(accepted);
    received.filter_map(|received| received.properties["number"].as_i64()).collect()
}
