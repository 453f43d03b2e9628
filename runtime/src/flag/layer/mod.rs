//! Sources of flags beside PostHog.

mod decisions;
mod document;
mod environment;
mod file;
mod given;
mod recent;

pub use decisions::DecisionFlags;
pub use environment::EnvironmentFlags;
pub use file::FlagFile;

#[cfg(feature = "open-feature")]
pub(crate) use recent::Recent;

use super::{FlagLayer, FlagQuestion, FlagSource, LayerAnswer, Said};
