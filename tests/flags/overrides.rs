//! Flags of a test's own.

use std::thread;

use taxogen::{Assignment, Client, Destinations, FlagOverride, FlagSource, LocalFlags};
use taxogen_tests::checkout::{
    Banner, CHECKOUT, Checkout, CheckoutExperiment, LIMITS, Limits, NEW_DASHBOARD, PAYMENTS_ENABLED, REDESIGN,
};

use crate::layers::OrderPlaced;
use crate::reading::DEFINITIONS;

#[test]
fn overrides_go_before_everything_and_expose_nothing() {
    let (shared, recorder) = Client::builder()
        .fix_flag(PAYMENTS_ENABLED, true)
        .local_flags(LocalFlags::bytes(DEFINITIONS))
        .stamp_variations(true)
        .recorder();
    let client = shared.override_flags([
        PAYMENTS_ENABLED.is(false),
        CHECKOUT.is(CheckoutExperiment::Control),
        LIMITS.is(Limits { timeout_ms: 1 }),
    ]);
    let user = client.user("u1");
    user.fix_flag(PAYMENTS_ENABLED, true);
    assert!(!user.flag(PAYMENTS_ENABLED));
    assert_eq!(user.flag(LIMITS), Limits { timeout_ms: 1 });
    let answer = user.evaluate(CHECKOUT);
    assert_eq!((answer.value, answer.assignment), (CheckoutExperiment::Control, Assignment::Assigned));
    assert_eq!((answer.source, answer.reason, answer.age), (FlagSource::Override, None, None));
    assert_eq!(user.experiment::<Checkout>(), Checkout::Control);
    assert!(recorder.is_empty());

    let again = client.override_flags([FlagOverride::of(Checkout::Test)]).user("u1");
    let expected = (CheckoutExperiment::Test, Some(Banner { headline: "Ship faster".into() }));
    assert_eq!(again.flag_with_payload(CHECKOUT), expected, "the plan's own payload goes with it");
    assert!(!again.flag(PAYMENTS_ENABLED), "it adds to the scope");
    assert_eq!(user.variant(REDESIGN), CheckoutExperiment::Control, "and leaves the other as it is");
    assert!(shared.user("u1").flag(PAYMENTS_ENABLED));
}

#[test]
fn a_handle_may_have_a_scope_of_its_own() {
    let (client, recorder) = Client::recorder();
    let user = client.user("u1");
    let overridden = user.override_flags([NEW_DASHBOARD.is(true), REDESIGN.is(CheckoutExperiment::Test)]);
    assert!(overridden.clone().flag(NEW_DASHBOARD) && !user.flag(NEW_DASHBOARD));
    assert_eq!(overridden.experiment::<Checkout>(), Checkout::Test);
    user.fix_flag(PAYMENTS_ENABLED, false);
    assert!(!overridden.flag(PAYMENTS_ENABLED), "all else they share");
    overridden.alias("before");
    assert_eq!(recorder.len(), 1, "and what is captured goes to the same client");
}

#[test]
fn tests_that_share_a_client_and_run_side_by_side_do_not_see_each_other() {
    let (shared, recorder) = Client::recorder();
    thread::scope(|scope| {
        for number in 0..8 {
            let shared = &shared;
            scope.spawn(move || {
                for round in 0..200 {
                    let on = (number + round) % 2 == 0;
                    let client = shared.override_flags([NEW_DASHBOARD.is(on)]);
                    assert_eq!(client.user("u1").flag(NEW_DASHBOARD), on);
                    assert!(!shared.user("u1").flag(NEW_DASHBOARD));
                }
            });
        }
    });
    assert!(recorder.is_empty());
}

#[test]
fn what_is_read_in_a_scope_of_its_own_changes_nothing_for_the_other_handle() {
    let (client, recorder) = Client::builder().local_flags(LocalFlags::bytes(DEFINITIONS)).recorder();
    let user = client.user("u1");
    user.stamp_flags();
    assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Test);
    let overridden = user.override_flags([CHECKOUT.is(CheckoutExperiment::Control)]);
    assert_eq!(overridden.flag(CHECKOUT), CheckoutExperiment::Control);
    user.capture(OrderPlaced);
    let stamped =
        r#"order_placed {"$feature/checkout-experiment":"test","$active_feature_flags":["checkout-experiment"]}"#;
    let order = &recorder.events("order_placed")[0];
    assert_eq!(order.sent_to(Destinations::POSTHOG).as_deref(), Some(stamped));
}
