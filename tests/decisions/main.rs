//! Decisions and experiments from outside: what is reported of them, once, and to whom.

mod attributes;
mod by_plan;
mod cases;
mod context;
mod conversions;
mod experiments;
mod exposures;
#[cfg(unix)]
mod fleet;
mod generated;
mod guides;
mod hand_over;
mod losses;
mod mistakes;
mod notifications;
mod pages;
mod recordings;
mod scopes;
