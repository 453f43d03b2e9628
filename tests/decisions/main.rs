//! Decisions and experiments from outside: what is reported of them, once, and to whom.

mod conversions;
mod experiments;
mod exposures;
mod losses;
mod notifications;
mod scopes;
