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
#[cfg(unix)]
mod forks;
mod generated;
mod limits;
mod now;
mod opt_out;
mod outcomes;
mod overflow;
mod pace;
mod packing;
mod posthog_v1;
mod privacy;
mod recorder;
mod routing;
mod scripted;
mod shop;
mod soak;
mod spool;
mod supers;
mod tree;
mod values;
mod vendors;
mod verbs;
mod wire;
