//! Experiments: reading the variant that somebody is shown.

mod answer;
mod bound;
mod engine;
mod exposure;
mod key;
mod read;

pub use answer::ExperimentAnswer;
pub use bound::Experiment;
pub use exposure::Exposure;
pub use key::ExperimentKey;
