//! The plan beside `Cargo.toml`, compiled.

taxogen::taxonomy!();
