//! What cannot stand for an experiment.

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
struct NotAnEnum;

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
union Union {
    a: u8,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum Generic<const N: usize> {
    Control,
    ShortForm,
    OnePage,
}

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", plan = "shop.yaml")]
enum WithFields {
    Control,
    ShortForm(u8),
    OnePage { steps: u8 },
}

fn main() {
    let _ = <NotAnEnum as taxogen::Experiment>::fallback();
    let _ = <Generic<5> as taxogen::Experiment>::fallback();
}
