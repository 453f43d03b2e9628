//! Flags: typed keys, and what is known about them without asking anybody.

mod answer;
mod called;
mod fixed;
mod key;
#[cfg(feature = "posthog")]
mod load;
#[cfg(feature = "posthog")]
mod load_merge;
#[cfg(feature = "posthog")]
mod load_outcome;
#[cfg(feature = "posthog")]
mod load_plan;
#[cfg(feature = "posthog")]
mod load_reply;
mod loaded;
mod loading;
mod payloads;
mod question;
mod read;
mod report;
mod shape;
mod source;
mod state;
#[cfg(feature = "posthog")]
mod unheard;
mod variant;

pub use answer::Answer;
pub use key::{Flag, NoPayload};
#[cfg(feature = "posthog")]
pub use load_outcome::LoadedFlags;
pub use loading::{FlagLoading, LoadOptions};
pub use question::FlagQuestion;
pub use report::{FlagProblem, FlagReport};
pub use source::{FlagLayer, FlagSource, LayerAnswer, Said};
pub use variant::Variant;

pub(crate) use answer::Resolved;
pub(crate) use fixed::FixedFlags;
pub(crate) use loading::LoadSettings;
pub(crate) use payloads::Payloads;
pub(crate) use shape::Names;
pub(crate) use state::{FlagState, UserFlags};
