//! An experiment that the plan does not declare.

#[derive(taxogen::Experiment)]
#[experiment("checkout_redesing", plan = "shop.yaml")]
enum Misspelt {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment("pricing-page", plan = "shop.yaml")]
enum LikeNone {
    Control,
}

fn main() {
    let _ = <Misspelt as taxogen::Experiment>::fallback();
    let _ = <LikeNone as taxogen::Experiment>::fallback();
}
