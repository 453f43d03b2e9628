//! Tests of the compiler.

mod golden;
mod mistakes;
mod mutations;
mod printer;
mod yaml;
