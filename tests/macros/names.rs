//! `event!`, `flag!` and the derive where they succeed.

use taxogen::{Assignment, Client, Decision, Experiment as _, RuleKind, event, flag};

const PAID: &str = event!("Order Completed", plan = "ui/shop.yaml");

/// A user's own macro, through which a name may come.
macro_rules! named {
    ($name:literal) => {
        event!($name, plan = "ui/shop.yaml")
    };
}

#[derive(Debug, PartialEq, taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "ui/shop.yaml", crate = ::taxogen)]
enum Checkout {
    // Not in the plan's order.
    ShortForm,
    Control,
    #[experiment(name = "one-page")]
    Single,
}

/// What the plan's compiler makes of the flag's `payload_type`.
mod types {
    use std::borrow::Cow;

    use taxogen::{Payload, PayloadError, PayloadReader};

    #[derive(Debug, PartialEq)]
    pub(super) struct BannerPayload<'a> {
        pub(super) headline: Option<Cow<'a, str>>,
    }

    impl Payload for BannerPayload<'static> {
        fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
            Ok(Self { headline: reader.optional("headline")? })
        }
    }
}

#[derive(Debug, PartialEq, taxogen::Experiment)]
#[experiment("banner-words", payload = types::BannerPayload<'static>, plan = "ui/shop.yaml")]
enum Banner {
    Control,
    Test,
}

fn is_paid(name: &str) -> bool {
    matches!(name, event!("Order Completed", plan = "ui/shop.yaml",))
}

#[test]
fn a_name_is_a_literal_wherever_one_may_stand() {
    assert_eq!(PAID, "Order Completed");
    assert_eq!(concat!("flag ", flag!("dark-mode", plan = r"ui/shop.yaml")), "flag dark-mode");
    assert_eq!(named!("user_signed_up"), "user_signed_up");
    assert!(is_paid("Order Completed") && !is_paid("user_signed_up"));
}

#[test]
fn an_enum_of_the_application_stands_for_the_variants_of_the_plan() {
    assert_eq!((Checkout::KEY, Checkout::FLAG), ("checkout-redesign", "checkout"));
    assert_eq!(Checkout::fallback(), Checkout::Control);
    let names = ["control", "short-form", "one-page"];
    let variants = [Checkout::Control, Checkout::ShortForm, Checkout::Single];
    assert_eq!(variants.each_ref().map(Checkout::name), names);
    assert_eq!(names.map(Checkout::from_name), variants.map(Some));
    assert_eq!(Checkout::from_name("Control"), None);
}

#[test]
fn the_plans_own_payload_goes_with_a_variant_of_the_application() {
    let (client, recorder) = Client::recorder();
    let (banner, payload) = client.user("user_123").experiment_with_payload::<Banner>();
    assert_eq!(banner, Banner::Test, "the default of the plan");
    assert_eq!(payload, Some(types::BannerPayload { headline: Some("Ship \"faster\"".into()) }));
    assert_eq!((Banner::Control.planned_payload(), Checkout::Control.planned_payload()), (None, None));
    assert!(recorder.is_empty());
}

#[test]
fn the_rules_of_an_experiment_tell_what_a_decision_of_another_engine_is() {
    let rules = [("banner_ab", RuleKind::Experiment), ("banner_rest", RuleKind::Delivery)];
    assert_eq!((Banner::RULES, Checkout::RULES), (&rules[..], &[][..]));
    let decision = |rule| Decision::new("user_123", "banner").with_variation("control").with_rule(rule);
    let assignment = |rule| Banner::from_decision(&decision(rule)).assignment;
    assert_eq!(assignment("banner_ab"), Assignment::Assigned);
    assert_eq!(assignment("banner_rest"), Assignment::Delivered);
}
