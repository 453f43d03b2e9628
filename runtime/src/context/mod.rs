//! Which variations a person is in, as their handle knows it: on later events, in another process, in a browser.

mod active;
mod bootstrap;
mod hand_over;
mod page;
mod reported;
mod state;
mod state_json;

pub use bootstrap::PostHogBootstrap;
pub use hand_over::{ExposureSide, HandOver};
pub use state::UserState;

pub(crate) use active::{Context, Stamping, Variation, is_stamp};
