//! The runtime from outside: what is captured, and what arrives.

mod checkout;
mod decisions;
mod experiments;
mod flags;
mod recorder;
mod scripted;
mod shop;
mod tree;
