//! `event!`, `flag!` and the derive where they succeed.

use taxogen::{Experiment as _, event, flag};

const PAID: &str = event!("Order Completed", plan = "../ui/shop.yaml");

/// A user's own macro, through which a name may come.
macro_rules! named {
    ($name:literal) => {
        event!($name, plan = "../ui/shop.yaml")
    };
}

#[derive(Debug, PartialEq, taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "../ui/shop.yaml", crate = ::taxogen)]
enum Checkout {
    // Not in the plan's order.
    ShortForm,
    Control,
    #[experiment(name = "one-page")]
    Single,
}

fn is_paid(name: &str) -> bool {
    matches!(name, event!("Order Completed", plan = "../ui/shop.yaml",))
}

#[test]
fn a_name_is_a_literal_wherever_one_may_stand() {
    assert_eq!(PAID, "Order Completed");
    assert_eq!(concat!("flag ", flag!("dark-mode", plan = r"../ui/shop.yaml")), "flag dark-mode");
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
