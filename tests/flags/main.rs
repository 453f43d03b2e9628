//! Flags from outside: the answers of recorded SDKs and of PostHog's server, and what odd input does.

mod loading;
mod order;
mod parity;
mod poller;
mod sources;
mod vectors;
