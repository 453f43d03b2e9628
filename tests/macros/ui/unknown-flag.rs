//! A key of a flag that the plan does not declare.

const MISSPELT: &str = taxogen::flag!("dark_mode", plan = "shop.yaml");
const LIKE_NONE: &str = taxogen::flag!("new-dashboard", plan = "shop.yaml");

fn main() {}
