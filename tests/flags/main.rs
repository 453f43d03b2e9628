//! Flags from outside: the answers of recorded SDKs and of PostHog's server, and what odd input does.

mod definitions_file;
mod explain;
mod exposure;
#[cfg(unix)]
mod forks;
mod layers;
mod loading;
mod loading_faults;
mod order;
mod overrides;
mod page;
mod parity;
mod poller;
mod reading;
mod sources;
mod vectors;
