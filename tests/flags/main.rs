//! Flags from outside: the answers of recorded SDKs and of PostHog's server, and what odd input does.

mod definitions_file;
mod explain;
#[cfg(unix)]
mod forks;
mod loading;
mod loading_faults;
mod order;
mod page;
mod parity;
mod poller;
mod sources;
mod vectors;
