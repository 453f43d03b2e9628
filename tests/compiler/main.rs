//! Tests of the compiler.

mod files;
mod golden;
mod imports;
mod mistakes;
mod mutations;
mod order;
mod printer;
mod readings;
mod required;
mod targets;
mod yaml;
