//! What the tests share.

#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "tests read it"
)]
pub mod checkout;

pub mod executor;

#[rustfmt::skip]
#[path = "../golden/mod.rs"]
pub mod golden;

#[expect(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "tests read it")]
pub mod redis;

pub mod request;
