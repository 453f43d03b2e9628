//! The runtime from outside: what is captured, and what arrives.

mod allocations;
mod audience;
mod before_capture;
mod delivery;
mod extras;
mod faults;
mod filters;
mod flags;
#[cfg(unix)]
mod forks;
mod generated;
mod hour;
mod limits;
mod matrix;
mod now;
mod opt_out;
mod outcomes;
mod overflow;
mod pace;
mod packing;
mod posthog_v1;
mod privacy;
mod readme;
mod recorder;
mod routing;
mod scripted;
mod shop;
mod soak;
mod spool;
mod supers;
mod tree;
mod unreachable;
mod values;
mod vendors;
mod verbs;
mod wire;
