//! What `event!` and `flag!` do not take.

const NOT_A_TEXT: &str = taxogen::event!(user_signed_up);
const A_NUMBER: &str = taxogen::event!(5, plan = "shop.yaml");
const BYTES: &str = taxogen::flag!(b"dark-mode");
const TWO_NAMES: &str = taxogen::event!("user_signed_up", "Order Completed");
const UNKNOWN: &str = taxogen::flag!("dark-mode", pln = "shop.yaml");
const TWICE: &str = taxogen::flag!("dark-mode", plan = "shop.yaml", plan = "shop.yaml");
const NO_VALUE: &str = taxogen::flag!("dark-mode", plan =);
const NOT_A_PATH: &str = taxogen::flag!("dark-mode", plan = shop.yaml);
const COMMAS: &str = taxogen::flag!("dark-mode",,);

fn main() {}
