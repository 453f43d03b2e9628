//! The runtime from outside: what is captured, and what arrives.

mod recorder;
mod shop;
mod tree;
