//! Owns the plan: its types, at the root of the crate, and the runtime for the others.

pub use taxogen;

taxogen::taxonomy!();
