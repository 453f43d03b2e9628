//! The payload that an enum asks for, and what the plan gives to the flag.

#[derive(taxogen::Experiment)]
#[experiment("checkout-redesign", payload = types::CheckoutPayload, plan = "shop.yaml")]
enum OfNone {
    Control,
    ShortForm,
    OnePage,
}

#[derive(taxogen::Experiment)]
#[experiment("banner-words", payload = std::collections::BTreeMap<std::borrow::Cow<'static, str>, i64>, plan = "shop.yaml")]
enum OfAnotherType {
    Control,
    Test,
}

#[derive(taxogen::Experiment)]
#[experiment("banner-words", payload = "BannerPayload", plan = "shop.yaml")]
enum OfAText {
    Control,
    Test,
}

#[derive(taxogen::Experiment)]
#[experiment("banner-words", payloads = types::BannerPayload<'static>, plan = "shop.yaml")]
enum Misspelt {
    Control,
    Test,
}

#[derive(taxogen::Experiment)]
#[experiment("banner-words", plan = "shop.yaml")]
enum WithoutPayload {
    Control,
    Test,
}

mod types {
    pub struct CheckoutPayload;

    impl taxogen::Payload for CheckoutPayload {
        fn decode(_: &taxogen::PayloadReader<'_>) -> Result<Self, taxogen::PayloadError> {
            Ok(Self)
        }
    }
}

fn main() {}
