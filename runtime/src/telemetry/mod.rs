//! What is seen from outside through the crates `metrics` and `tracing`; nothing without these features.
//!
//! No key, no value of a property and nothing of a body goes here, and nothing of what a vendor answers, who may repeat
//! any of them.

#[cfg(any(feature = "metrics", feature = "tracing"))]
mod guard;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "tracing")]
mod tracing;

use std::time::Duration;

use crate::hooks::Trouble;
use crate::report::{Loss, LossReason};

/// One request to a vendor.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "it is told to `tracing` alone"))]
pub(crate) struct Attempted<'a> {
    pub(crate) destination: &'static str,
    /// The last part of its path: `batch`, `import`.
    pub(crate) endpoint: &'a str,
    pub(crate) events: usize,
    /// Of the body as it went out.
    pub(crate) bytes: usize,
    /// How many failed before it, since the vendor last had an answer that settles something.
    pub(crate) failures: u32,
    pub(crate) time: Duration,
    /// `None` where nobody answered.
    pub(crate) status: Option<u16>,
    /// What that means: `delivered`, `retry`.
    pub(crate) outcome: &'static str,
}

/// Says what the numbers mean, to whoever collects them.
pub(crate) fn describe() {
    #[cfg(feature = "metrics")]
    metrics::describe();
}

/// A destination has so many events more to deliver.
pub(crate) fn accepted(destination: &'static str, events: usize) {
    #[cfg(feature = "metrics")]
    metrics::count("taxogen_accepted_total", destination, events);
    let _ = (destination, events);
}

pub(crate) fn delivered(destination: &'static str, events: usize) {
    #[cfg(feature = "metrics")]
    metrics::count("taxogen_delivered_total", destination, events);
    let _ = (destination, events);
}

/// An attempt with so many events has to be made again.
pub(crate) fn retried(destination: &'static str, events: usize) {
    #[cfg(feature = "metrics")]
    metrics::count("taxogen_retried_total", destination, events);
    let _ = (destination, events);
}

/// What the application did not want sent; `None` where it was dropped before any destination.
pub(crate) fn dropped(destination: Option<&'static str>, events: usize) {
    #[cfg(feature = "metrics")]
    metrics::count("taxogen_dropped_total", destination.unwrap_or(NONE), events);
    let _ = (destination, events);
}

/// Definitions of local flags were asked for: `changed`, `unchanged` or `failed`.
#[cfg(feature = "posthog")]
pub(crate) fn polled(outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::polled(outcome);
    let _ = outcome;
}

/// What is counted as lost; `None` where no destination ever saw it.
pub(crate) fn lost(destination: Option<&'static str>, reason: LossReason, events: usize) {
    #[cfg(feature = "metrics")]
    metrics::lost(destination.unwrap_or(NONE), reason, events);
    let _ = (destination, reason, events);
}

/// Properties that were cut or left out because the destination would not have taken them.
pub(crate) fn limited(destination: &'static str, properties: usize) {
    #[cfg(feature = "metrics")]
    metrics::count("taxogen_limited_total", destination, properties);
    let _ = (destination, properties);
}

/// What `on_loss` is told.
pub(crate) fn loss(loss: &Loss) {
    #[cfg(feature = "tracing")]
    tracing::loss(loss);
    let _ = loss;
}

/// What waits for a destination now, and for how long the oldest of it does.
#[cfg(feature = "metrics")]
pub(crate) fn queued(destination: &'static str, bytes: u64, oldest: Duration) {
    metrics::queued(destination, bytes, oldest);
}

pub(crate) fn attempted(attempt: &Attempted<'_>) {
    #[cfg(feature = "tracing")]
    tracing::attempted(attempt);
    let _ = attempt;
}

/// What `on_trouble` is told.
pub(crate) fn trouble(trouble: &Trouble) {
    #[cfg(feature = "tracing")]
    tracing::trouble(trouble);
    let _ = trouble;
}

/// A listener of decisions panicked.
pub(crate) fn listener_panicked() {
    #[cfg(feature = "tracing")]
    tracing::listener_panicked();
}

/// Stands for no destination.
#[cfg(any(feature = "metrics", feature = "tracing"))]
const NONE: &str = "none";
