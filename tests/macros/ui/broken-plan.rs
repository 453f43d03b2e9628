//! The mistakes of a plan are told once, together; code that uses its names is not told as well.

mod analytics {
    taxogen::taxonomy!("broken.yaml");
}

use analytics::types::PlanTier;
use analytics::{events, flags};

fn sign_up(user: &taxogen::User) -> bool {
    let tier = PlanTier::Pro;
    user.capture(events::UserSignedUp::new(tier).with_page("/pricing"));
    match tier {
        PlanTier::Free => false,
        PlanTier::Pro => user.flag(flags::DARK_MODE),
    }
}

fn main() {}
