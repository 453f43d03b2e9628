//! Definitions of flags that are decided in this process: where they come from, and how they stay the newest.

mod cause;
mod file;
mod local;
mod odd;
#[cfg(feature = "posthog")]
mod pace;
#[cfg(feature = "posthog")]
mod poller;
mod ready;
#[cfg(feature = "posthog")]
mod reply;
mod settings;
mod shelf;
mod snapshot;
mod status;
mod supply;
mod watch;

pub use settings::LocalFlags;
pub use status::{DefinitionsSource, DefinitionsStatus};

pub(crate) use local::Local;
pub(crate) use shelf::Shelf;
pub(crate) use snapshot::Snapshot;
pub(crate) use supply::Supply;
