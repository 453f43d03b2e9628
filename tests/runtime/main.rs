//! The runtime from outside: what is captured, and what arrives.

mod checkout;
mod decisions;
mod delivery;
mod experiments;
mod faults;
mod flags;
mod pace;
mod recorder;
mod scripted;
mod shop;
mod tree;
mod vendors;
mod wire;
