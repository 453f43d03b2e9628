//! The compiler of taxogen plans: YAML in, diagnostics, IR and typed Rust out.

pub mod code;
pub mod diagnostic;
pub mod emit;
pub mod ir;
pub mod printer;
pub mod render;
pub mod source;
pub mod suggest;
pub mod yaml;
