//! An enum and the variants of the plan, compared both ways.

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum LacksOne {
    Control,
    ShortForm,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum LacksTwo {
    Control,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum HasOneMore {
    Control,
    ShortForm,
    OnePage,
    Holdout,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum Misspelt {
    Control,
    ShrotForm,
    OnePage,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum MisspeltName {
    Control,
    ShortForm,
    #[experiment(name = "onepage")]
    Single,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum Repeated {
    Control,
    ShortForm,
    OnePage,
    #[experiment(name = "control")]
    Old,
}

fn main() {
    let _ = <LacksOne as taxogen::Experiment>::fallback();
    let _ = <Misspelt as taxogen::Experiment>::fallback();
}
