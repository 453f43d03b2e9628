//! A macro that asks about a name says that the plan cannot be asked, and leaves its mistakes to `taxonomy!`.

const NAME: &str = taxogen::event!("user_signed_up", plan = "broken.yaml");

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "broken.yaml")]
enum Checkout {
    Control,
}

fn main() {
    let _ = <Checkout as taxogen::Experiment>::fallback();
}
