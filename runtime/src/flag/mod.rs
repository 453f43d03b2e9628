//! Flags: typed keys, and what is known about them without asking anybody.

mod answer;
mod called;
mod fixed;
mod key;
#[cfg(feature = "posthog")]
mod load;
mod payloads;
mod read;
mod report;
mod shape;
mod state;
mod variant;

pub use answer::{Answer, FlagSource};
pub use key::{Flag, NoPayload};
pub use report::{FlagProblem, FlagReport};
pub use variant::Variant;

pub(crate) use answer::Resolved;
pub(crate) use fixed::FixedFlags;
pub(crate) use payloads::Payloads;
pub(crate) use shape::Names;
pub(crate) use state::{FlagState, Known, UserFlags};
