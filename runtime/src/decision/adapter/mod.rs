//! Decisions of engines that have a crate of their own.

#[cfg(feature = "open-feature")]
pub mod open_feature;
#[cfg(feature = "optimizely-crate")]
pub mod optimizely_crate;
