//! Flags: typed keys, and what is known about them without asking anybody.

mod all;
mod answer;
#[cfg(feature = "open-feature")]
mod any;
mod called;
mod facts;
mod fixed;
mod judged;
mod key;
mod layer;
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
mod overrides;
mod payloads;
mod properties;
mod question;
mod read;
mod report;
mod shape;
mod source;
mod state;
#[cfg(feature = "posthog")]
mod unheard;
mod variant;

pub use all::KnownFlag;
pub use answer::Answer;
pub use key::{Flag, NoPayload};
pub use layer::{DecisionFlags, EnvironmentFlags, FlagFile};
#[cfg(feature = "posthog")]
pub use load_outcome::LoadedFlags;
pub use loading::{FlagLoading, LoadOptions};
pub use overrides::FlagOverride;
pub use question::FlagQuestion;
pub use report::{FlagProblem, FlagReport};
pub use source::{FlagLayer, FlagSource, LayerAnswer, Said};
pub use variant::Variant;

pub(crate) use answer::Resolved;
#[cfg(feature = "open-feature")]
pub(crate) use any::{AnyAnswer, AnyFlag};
pub(crate) use fixed::FixedFlags;
pub(crate) use judged::Judged;
#[cfg(feature = "open-feature")]
pub(crate) use layer::Recent;
pub(crate) use loading::LoadSettings;
pub(crate) use payloads::Payloads;
#[cfg(feature = "open-feature")]
pub(crate) use shape::FlagKind;
pub(crate) use shape::Names;
pub(crate) use state::{FlagState, UserFlags};
