//! What the tests share.

#[rustfmt::skip]
#[path = "../golden/mod.rs"]
pub mod golden;
