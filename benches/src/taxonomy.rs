//! The plan of the benches as the compiler would write it.

use taxogen::PlanId;

pub(crate) const PLAN: PlanId = PlanId::new("benches", "0000000000000000");

pub(crate) mod types {
    use taxogen::{Value, ValueWriter};

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub(crate) enum Currency {
        Eur,
        Usd,
        Gbp,
    }

    impl Currency {
        pub(crate) const fn as_str(self) -> &'static str {
            const WIRE: [&str; 3] = ["EUR", "USD", "GBP"];
            WIRE[self as usize]
        }
    }

    impl Value for Currency {
        fn write(&self, out: &mut ValueWriter<'_>) {
            out.text(self.as_str());
        }
    }
}

pub(crate) mod events {
    use std::borrow::Cow;

    use taxogen::{Constrain, Event, EventSchema, PropertyWriter};

    use super::types::Currency;

    #[must_use = "an event is sent only when it is captured"]
    pub(crate) struct CompletedPurchase<'a> {
        order_id: Cow<'a, str>,
        currency: Currency,
        total_cents: i64,
        weight_kg: f64,
        express: bool,
        coupon: Option<Cow<'a, str>>,
    }

    impl<'a> CompletedPurchase<'a> {
        pub(crate) const NAME: &'static str = "completed_purchase";

        pub(crate) fn new(
            order_id: impl Into<Cow<'a, str>>,
            currency: Currency,
            total_cents: i64,
            weight_kg: f64,
            express: bool,
        ) -> Self {
            Self { order_id: order_id.into(), currency, total_cents, weight_kg, express, coupon: None }
        }

        pub(crate) fn with_coupon(mut self, coupon: impl Into<Cow<'a, str>>) -> Self {
            self.coupon = Some(coupon.into());
            self
        }
    }

    impl Event for CompletedPurchase<'_> {
        fn schema(&self) -> &'static EventSchema {
            const { &EventSchema::new(Self::NAME, super::PLAN) }
        }

        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.internal("order_id", &self.order_id);
            properties.internal("currency", &self.currency);
            properties.internal("total_cents", &self.total_cents);
            properties.internal("weight_kg", &self.weight_kg);
            properties.internal("express", &self.express);
            properties.internal("coupon", &self.coupon.max_length(32));
        }
    }
}
