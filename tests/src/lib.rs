//! What the tests share.

#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "tests read it"
)]
pub mod checkout;

#[rustfmt::skip]
#[path = "../golden/mod.rs"]
pub mod golden;

#[allow(missing_docs, clippy::missing_panics_doc, clippy::must_use_candidate, reason = "tests read it")]
pub mod redis;
