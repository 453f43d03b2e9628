//! A plan that is not there, or is none.

const MISSING: &str = taxogen::event!("user_signed_up", plan = "shopp.yaml");
const DIRECTORY: &str = taxogen::event!("user_signed_up", plan = "../ui");

mod missing {
    taxogen::taxonomy!("shopp.yaml");
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shopp.yaml")]
enum Checkout {
    Control,
}

fn main() {
    let _ = <Checkout as taxogen::Experiment>::fallback();
}
