//! The plan of the shop, `taxonomy.yaml`, as Rust.

taxogen::taxonomy!();
