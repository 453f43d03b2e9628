//! PostHog, Segment, Mixpanel and Optimizely as an application meets them: on loopback, in memory, on threads of their own.
//!
//! A [`Sandbox`] answers all four vendors by path and is as strict as they are: it rejects what they reject, drops
//! in silence what they drop in silence, knows a repeated message by the same ids, and keeps what arrived as values
//! that a test can compare. Trouble comes on demand ([`Fault`]), flags answer what was scripted, or what the
//! definitions say that it hands out, about people of whom it knows what was sent ([`Flags`]).
//!
//! ```
//! use std::time::Duration;
//! use taxogen_sandbox::{Fault, FlagAnswer, Sandbox, Vendor};
//!
//! # fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::start()?;
//! sandbox.fault(Vendor::Segment, Fault::status(503).with_retry_after(1).times(2));
//! sandbox.flags().set("user_1", "checkout", FlagAnswer::variant("test"));
//!
//! // Point the application at `sandbox.url()`, and let it work. Then:
//! let arrived = sandbox.wait_for(Vendor::PostHog, 1, Duration::from_millis(10));
//! assert!(!arrived, "this example has no application");
//! assert_eq!(sandbox.received(Vendor::PostHog), []);
//! assert_eq!(sandbox.summary(Vendor::Segment).requests, 0);
//! # Ok(())
//! # }
//! ```
//!
//! # What is answered where
//!
//! | vendor | paths |
//! |---|---|
//! | PostHog | `/batch`, `/i/v1/analytics/events`, `/i/v0/e`, `/e`, `/capture`, `/flags?v=2`, `/flags/definitions`, `/api/feature_flag/local_evaluation` |
//! | Segment | `/v1/batch`, `/v1/track identify page screen group alias` |
//! | Mixpanel | `/import`, `/track`, `/engage`, `/groups` |
//! | Optimizely | `/v1/events` |
//!
//! All memory is bounded: the oldest records are forgotten first and counted in [`Summary::forgotten`].

mod asked;
mod decode;
mod definitions;
mod desk;
mod fault;
mod flags;
mod http;
mod ledger;
mod mixpanel;
mod mixpanel_event;
mod mixpanel_form;
mod mixpanel_profile;
mod optimizely;
mod outcome;
mod parcel;
mod people;
mod posthog;
mod posthog_v1;
mod received;
mod sandbox;
mod segment;
mod server;
mod time;
mod vendor;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use crate::definitions::Polls;
pub use crate::fault::Fault;
pub use crate::flags::{FlagAnswer, Flags};
pub use crate::people::Properties;
pub use crate::received::{Kind, Received, RecordedRequest, RequestSummary, Summary, Verdict};
pub use crate::sandbox::Sandbox;
pub use crate::vendor::{MIXPANEL_TOKEN, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, SEGMENT_WRITE_KEY, Vendor};

/// A panic elsewhere leaves our records readable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
