//! What `taxonomy!` does not take.

taxogen::taxonomy!(shop);
taxogen::taxonomy!("shop.yaml", plan = "broken.yaml");

fn main() {}
