//! What the attribute of the derive must say, and what it does not take.

#[derive(taxogen::Experiment)]
enum Missing {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment]
enum WithoutKey {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
#[experiment("checkout-redesign")]
enum Twice {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment(checkout, plan = "shop.yaml")]
enum NotAText {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", krate = taxogen)]
enum UnknownArgument {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum OfAVariant {
    Control,
    #[experiment("short-form")]
    ShortForm,
    #[experiment(rename = "one-page")]
    OnePage,
}

fn main() {}
