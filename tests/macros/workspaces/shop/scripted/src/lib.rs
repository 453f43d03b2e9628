//! Has the items of the plan from its build script.

include!(concat!(env!("OUT_DIR"), "/taxonomy.rs"));

pub fn pay(user: &taxogen::User) {
    user.capture(events::OrderPaid::new(types::Channel::Web));
}
