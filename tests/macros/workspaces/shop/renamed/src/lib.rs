//! Calls the runtime by another name, and has the plan in a module.

mod plan {
    analytics::taxonomy!();
}

use plan::{events, flags, types};

/// Also matched in the access log.
pub const PAID: &str = analytics::event!("order_paid");

#[derive(analytics::Experiment)]
#[experiment("checkout-redesign", crate = analytics)]
pub enum Checkout {
    Control,
    #[experiment(name = "short-form")]
    Quick,
}

pub fn pay(user: &analytics::User) -> Checkout {
    user.capture(events::OrderPaid::new(types::Channel::Mobile));
    assert!(user.flag(flags::DARK_MODE) || PAID == events::OrderPaid::NAME);
    user.experiment()
}
