use std::hint::black_box;

use crate::taxonomy::events::{CompletedPurchase, CompletedPurchaseRequired};
use crate::taxonomy::types::Currency;

/// The event that all SDKs capture: what an application knows when it does.
pub(crate) struct Purchase {
    order_id: String,
    currency: Currency,
    total_cents: u32,
    weight_grams: u32,
    express: bool,
    coupon: &'static str,
}

/// The properties of the event.
pub(crate) const PROPERTIES: [&str; 6] = ["order_id", "currency", "total_cents", "weight_kg", "express", "coupon"];

impl Purchase {
    /// The purchase of this number: always the same, and no two alike.
    pub(crate) fn number(number: u32) -> Self {
        let chance = number.wrapping_mul(0x9e37_79b9) >> 5;
        Self {
            order_id: format!("order-2026-{number:08}"),
            currency: [Currency::Eur, Currency::Usd, Currency::Gbp][chance as usize % 3],
            total_cents: chance % 50_000 + 199,
            weight_grams: chance / 3 % 4_000 * 10,
            express: chance.is_multiple_of(5),
            coupon: ["SPRING", "WELCOME10", "FRIENDS"][chance as usize / 7 % 3],
        }
    }

    /// The event as code captures it with taxogen.
    #[inline]
    pub(crate) fn ours(&self) -> CompletedPurchase<'_> {
        CompletedPurchase::new(CompletedPurchaseRequired {
            order_id: black_box(self.order_id.as_str()).into(),
            currency: black_box(self.currency),
            total_cents: black_box(i64::from(self.total_cents)),
            weight_kg: black_box(f64::from(self.weight_grams) / 1000.0),
            express: black_box(self.express),
        })
        .with_coupon(black_box(self.coupon))
    }

    /// The same event as code captures it with posthog-rs.
    #[inline]
    pub(crate) fn posthog_rs(&self, distinct_id: &str) -> posthog_rs::Event {
        let mut event = posthog_rs::Event::new(CompletedPurchase::NAME, distinct_id);
        let results = [
            event.insert_prop("order_id", black_box(self.order_id.as_str())),
            event.insert_prop("currency", black_box(self.currency).as_str()),
            event.insert_prop("total_cents", black_box(i64::from(self.total_cents))),
            event.insert_prop("weight_kg", black_box(f64::from(self.weight_grams) / 1000.0)),
            event.insert_prop("express", black_box(self.express)),
            event.insert_prop("coupon", black_box(self.coupon)),
        ];
        assert!(results.iter().all(Result::is_ok), "text and numbers are JSON");
        event
    }

    /// The same event as code captures it with the crate `segment`.
    #[inline]
    pub(crate) fn segment(&self, user_id: &str) -> segment::message::Track {
        segment::message::Track {
            user: segment::message::User::UserId { user_id: user_id.to_owned() },
            event: CompletedPurchase::NAME.to_owned(),
            properties: serde_json::json!({
                "order_id": black_box(self.order_id.as_str()),
                "currency": black_box(self.currency).as_str(),
                "total_cents": black_box(i64::from(self.total_cents)),
                "weight_kg": black_box(f64::from(self.weight_grams) / 1000.0),
                "express": black_box(self.express),
                "coupon": black_box(self.coupon),
            }),
            ..segment::message::Track::default()
        }
    }
}
