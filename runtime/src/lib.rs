//! Typed product analytics: one plan of events, properties, flags and experiments, delivered to PostHog,
//! Segment and Mixpanel.

#![cfg_attr(
    not(all(feature = "posthog", feature = "segment", feature = "mixpanel")),
    allow(dead_code, reason = "what one destination alone needs is idle without it")
)]

mod client;
mod debug;
mod decision;
mod dedup;
#[cfg(feature = "http")]
mod delivery;
mod error;
mod event;
mod experiment;
mod flag;
mod hooks;
mod id;
mod json;
#[cfg(feature = "http")]
mod log;
#[cfg(feature = "macros")]
mod macros;
mod pattern;
mod payload;
mod record;
mod recorder;
mod report;
mod sensitivity;
#[cfg(feature = "http")]
mod transport;
mod user;
mod value;

pub use client::{Builder, Client};
pub use decision::Decision;
pub use error::Error;
pub use event::{Event, EventSchema, Group, PersonProperties, PersonWriter, PlanId, PropertyWriter};
pub use experiment::{Experiment, ExperimentKey};
pub use flag::{Answer, Flag, FlagProblem, FlagReport, FlagSource, NoPayload, Variant};
pub use hooks::InvalidProperty;
#[cfg(feature = "macros")]
pub use macros::Experiment;
pub use payload::{Payload, PayloadError, PayloadReader};
pub use recorder::{Recorded, Recorder};
pub use report::{DestinationReport, Loss, LossReason, LostEvent, Report};
pub use sensitivity::Sensitivity;
pub use taxogen_flags::{Assignment, Fallback, Reason, ReasonCode};
#[cfg(feature = "mixpanel")]
pub use transport::Mixpanel;
#[cfg(feature = "posthog")]
pub use transport::PostHog;
#[cfg(feature = "segment")]
pub use transport::Segment;
#[cfg(feature = "http")]
pub use transport::{Destination, Region};
pub use user::User;
pub use value::{
    Bound, Checked, Constrain, ConstraintError, Json, JsonError, ListWriter, MapKey, Measured, Null, Nullable,
    ObjectWriter, OrNull, Rule, Timestamp, TimestampError, Value, ValueWriter,
};

/// What generated code needs and nobody else: it may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::debug::{debug, debug_group, debug_person};
    pub use crate::value::characters;
    #[cfg(feature = "macros")]
    pub use taxogen_macros::{event, flag, taxonomy};

    /// Stands in generated code, so that code of another version of the compiler fails by this name.
    pub const CODEGEN_1: () = ();
}
