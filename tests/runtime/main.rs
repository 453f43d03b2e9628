//! The runtime from outside: what is captured, and what arrives.

mod allocations;
mod audience;
mod before_capture;
mod checkout;
mod decisions;
mod delivery;
mod experiments;
mod extras;
mod faults;
mod filters;
mod flags;
mod generated;
mod limits;
mod opt_out;
mod pace;
mod privacy;
mod recorder;
mod routing;
mod scripted;
mod shop;
mod supers;
mod tree;
mod values;
mod vendors;
mod verbs;
mod wire;
