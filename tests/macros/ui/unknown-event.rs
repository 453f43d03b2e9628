//! A name that the plan does not declare, wherever a literal may stand.

const MISSPELT: &str = taxogen::event!("user_sigend_up", plan = "shop.yaml");
const IN_ANOTHER_CASE: &str = taxogen::event!("OrderCompleted", plan = "shop.yaml");
const LIKE_NONE: &str = taxogen::event!("subscription", plan = "shop.yaml");
const A_FLAG: &str = taxogen::event!("dark-mode", plan = "shop.yaml");
const INSIDE: &str = concat!("event ", taxogen::event!("user_signed_upp", plan = "shop.yaml"));

fn is_known(name: &str) -> bool {
    match name {
        "page_viewed" => true,
        taxogen::event!("order_completed", plan = "shop.yaml") => false,
    }
}

fn main() {}
