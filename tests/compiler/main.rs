//! Tests of the compiler.

mod experiments;
mod files;
mod flags;
mod golden;
mod hidden;
mod imports;
mod mistakes;
mod mutations;
mod order;
mod printer;
mod readings;
mod required;
mod rollouts;
mod server_rules;
mod targets;
mod yaml;
