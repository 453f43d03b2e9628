//! The compiler of taxogen plans: YAML in, diagnostics, IR and typed Rust out.
