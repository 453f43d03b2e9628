//! Knows the plan and the runtime through `telemetry` alone.

use telemetry::events::OrderPaid;
use telemetry::flags;
use telemetry::taxogen::{Experiment as _, User};
use telemetry::types::Channel;

/// Also matched in the access log.
pub const PAID: &str = telemetry::taxogen::event!("order_paid");

#[derive(telemetry::taxogen::Experiment)]
#[experiment("checkout-redesign", crate = telemetry::taxogen)]
pub enum Checkout {
    Control,
    ShortForm,
}

const _: () = assert!(Checkout::EXPOSURE.event().len() == "Checkout Seen".len());

pub fn pay(user: &User) -> bool {
    user.capture(OrderPaid::new(Channel::Web).with_coupon("SPRING"));
    match user.experiment::<Checkout>() {
        Checkout::Control => user.flag(flags::DARK_MODE),
        Checkout::ShortForm => Checkout::KEY == telemetry::experiments::CHECKOUT_REDESIGN.key(),
    }
}
