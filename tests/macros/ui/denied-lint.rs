//! A lint that the plan denies is a mistake of the plan, in the macro as everywhere; one that only warns is not told.

mod analytics {
    taxogen::taxonomy!("denied.yaml");
}

use analytics::events;

fn sign_up(user: &taxogen::User) {
    user.capture(events::SignedUp::new().with_user_email("ada@example.com"));
}

fn main() {}
