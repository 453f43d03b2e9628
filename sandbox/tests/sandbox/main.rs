//! The sandbox as a client meets it, over a plain TCP connection.

mod client;
mod definitions;
mod faults;
mod flags;
mod http;
mod mixpanel;
mod optimizely;
mod posthog;
mod posthog_v1;
mod recordings;
mod segment;
