//! What the trials capture, and the clients that deliver it.

use taxogen::{Builder, Client, Event, EventSchema, Mixpanel, PlanId, PostHog, PropertyWriter, Segment};

/// An event that holds its number.
pub(crate) struct Numbered(pub(crate) u64);

impl Event for Numbered {
    fn schema(&self) -> &'static EventSchema {
        const { &EventSchema::new("numbered", PlanId::new("soak", "0000000000000000")) }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("number", &i64::try_from(self.0).unwrap_or(i64::MAX));
    }
}

/// A client that delivers to all three vendors at this host.
pub(crate) fn to_all(host: &str) -> Builder {
    Client::builder()
        .to(PostHog::new("phc_sandbox").host(host))
        .to(Segment::new("sandbox").host(host))
        .to(Mixpanel::new("sandbox").host(host))
}
