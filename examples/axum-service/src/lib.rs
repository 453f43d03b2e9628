//! The web service of a small shop, as a library so that its test asks the same router that `main` serves.
//!
//! `visitor.rs` makes the person of a request, once: who it is, what flags are decided by, and the flags themselves.
//! `routes.rs` is what the shop does for them; it never waits for a vendor.

mod plan;
mod routes;
mod visitor;

pub use routes::router;
