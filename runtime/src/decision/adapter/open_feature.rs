//! Decisions of a provider of OpenFeature, by the crate `open-feature` (0.3).
//!
//! A hook publishes what a client evaluates:
//!
//! ```
//! use taxogen::DecisionHub;
//! use taxogen::open_feature::ExposureHook;
//!
//! # async fn run() {
//! let hub = DecisionHub::new();
//! let listening = hub.listen(|decision| println!("{decision:?}"));
//! let hook = ExposureHook::new(&hub);
//! let client = open_feature::OpenFeature::singleton().await.create_client().with_hook(hook.clone());
//!
//! let user = open_feature::EvaluationContext::default().with_targeting_key("user_123");
//! let headline = client.get_string_value("checkout-experiment", Some(&user), None).await;
//! # let _ = (headline, listening);
//! println!("{:?}", hook.report());
//! # }
//! ```
//!
//! The crate has no call for conversions and no events of providers, and its hints cannot be made outside of it: what is
//! to be evaluated without an exposure says so in its context ([`SUPPRESS`]).

mod evaluate;
mod evaluated;
mod flags;
mod hook;
mod json;
mod provider;

pub use evaluate::evaluate;
pub use flags::OpenFeatureFlags;
pub use hook::{ExposureHook, ExposureHookReport, SUPPRESS};
pub use provider::TaxogenProvider;

#[cfg(test)]
mod tests;
