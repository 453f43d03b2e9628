//! Flags from outside: the answers of recorded SDKs and of PostHog's server, and what odd input does.

mod bad_input;
mod definitions_file;
mod explain;
mod exposure;
mod forks;
mod hashes;
mod knowing_all;
mod layers;
mod loading;
mod loading_again;
mod loading_faults;
mod malformed;
mod order;
mod overrides;
mod page;
mod parity;
mod payloads;
mod poller;
mod poller_faults;
mod reading;
mod rules;
mod server;
mod sources;
mod stage;
mod vectors;
