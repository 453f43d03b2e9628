//! Typed product analytics: one plan of events, properties, flags and experiments, delivered to PostHog,
//! Segment and Mixpanel; conversions also to Optimizely.
//!
//! # The plan becomes code
//!
//! [`taxonomy!`] compiles `taxonomy.yaml`, found beside `Cargo.toml` or above it, into modules: `events`, `types`,
//! `person`, `groups`, `flags`, `experiments`. A mistake in the plan is a compile error with its place and its remedy.
//! The same items come from a build script (`taxogen_compiler::compile`) and from `taxogen generate`.
//!
//! ```
//! # #[cfg(feature = "macros")]
//! # mod application {
//! taxogen::taxonomy!();
//! use types::{Channel, PlanTier};
//!
//! fn sign_up(user: &taxogen::User) {
//!     user.capture(events::UserSignedUp::new(Channel::Web, PlanTier::Pro).with_referral_code("SPRING"));
//! }
//! # }
//! ```
//!
//! Where a name has to stay a string, `event!` and `flag!` check it against the plan; `#[derive(Experiment)]` binds an
//! enum of yours to an experiment.
//!
//! # The client
//!
//! One [`Client`] for the program, a [`User`] for each request. Neither needs an async runtime, and both may be cloned
//! and sent anywhere.
//!
//! ```
//! # #[cfg(all(feature = "posthog", feature = "segment"))]
//! # fn main() -> Result<(), taxogen::Error> {
//! use std::time::Duration;
//! use taxogen::{Client, PostHog, Segment};
//!
//! let client = Client::builder()
//!     .to(PostHog::new("phc_your_project_key"))
//!     .to(Segment::new("your_write_key"))
//!     .on_loss(|loss| eprintln!("{} events lost: {}", loss.events.len(), loss.reason))
//!     .build()?;
//! let user = client.user("user_123");
//! # let _ = user;
//! println!("{}", client.shutdown(Duration::from_secs(5)));
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "posthog", feature = "segment")))]
//! # fn main() {}
//! ```
//!
//! `Client::from_env` does the same from environment variables, [`Client::disabled`] takes everything and delivers
//! nothing, and [`Client::recorder`] keeps what was captured for your own tests.
//!
//! # What becomes of an event
//!
//! `capture` encodes it once into a log in memory and returns; it never waits for the network. A thread carries it from
//! there to each destination, in order, with the same id and time on every attempt. What a vendor refuses for now is
//! tried again, for half a day unless [`Builder::max_age`] says otherwise; of a batch that is refused for good, the event
//! that spoils it is lost alone. A destination that is down costs the others nothing. One that refuses the key is paused:
//! that is told once ([`Builder::on_trouble`]), its events are kept, and it is asked again every minute and at each
//! `flush`. The log is bounded: when it is full, the destination that is behind loses its oldest events. Whatever is lost
//! is counted in the [`Report`], by destination and [`LossReason`], and handed to [`Builder::on_loss`].
//!
//! A deadline is what somebody who waits brings along. [`Client::flush`] fails at its own, and leaves in the log what is
//! there; [`Client::shutdown`] reports as [`kept`](Report::kept) what it could not deliver until then. [`User::capture_now`]
//! waits for one event, in functions that are frozen or killed when they have answered, and says in an [`Outcome`] what
//! became of it at each destination: delivered, kept in the log, lost and why, or dropped by the application.
//!
//! With the feature `spool`, `Builder::spool` puts the log into a directory. What `capture` took then outlives the process,
//! however it ends: whoever starts next with the same directory delivers it, under the same ids. It goes out by the rules
//! of the plan that it was captured under, narrowed by the `.allow(..)` of today; what is kept for a destination that the
//! client does not have any more is told, and given up after `Spool::orphan_after`.
//!
//! A property whose value breaks a rule of the plan is left out, counted ([`Client::invalid_report`]) and told to
//! [`Builder::on_invalid`]; its event is delivered.
//!
//! # What there is to say
//!
//! [`User::capture`] says that something happened, [`User::page`] and [`User::screen`] that something was seen.
//! [`User::identify`], [`User::set`], [`User::set_once`] and [`User::unset`] say what is known of the person,
//! [`User::group`] where they belong. Somebody whom you do not know yet is [`Client::anonymous`]; when they turn out to be
//! somebody, [`User::with_anonymous_id`] and `identify` make the two one person. [`Options`] give an event a time of its
//! own, for what is imported. Each vendor gets each of these in its own form.
//!
//! What a vendor takes is looked at before it is sent: a text that Mixpanel would cut is cut at the end of a character, and
//! told to [`Builder::on_limit`].
//!
//! # Conversions
//!
//! An event that the plan gives a `conversion:` goes to Optimizely too (`Optimizely`, or `OPTIMIZELY_DATAFILE`), and nothing
//! else does: with its revenue in whole cents and its value, its own properties as tags, and the person's that it sets as
//! attributes. What the event is called there the project's datafile says. Optimizely counts a conversion for the experiments
//! that were decided for the same id before.
//!
//! ```
//! # #[cfg(feature = "optimizely")]
//! # fn main() -> Result<(), taxogen::Error> {
//! use taxogen::{Client, Event, EventSchema, Optimizely, PlanId, PropertyWriter};
//!
//! // As the plan's compiler emits it.
//! struct OrderPaid { amount_cents: i64 }
//!
//! impl Event for OrderPaid {
//!     fn schema(&self) -> &'static EventSchema {
//!         const { &EventSchema::new("order_paid", PlanId::new("shop", "0123456789abcdef")).converting() }
//!     }
//!     fn write(&self, properties: &mut PropertyWriter<'_>) {
//!         properties.internal("amount_cents", &self.amount_cents);
//!         properties.conversion().revenue("amount_cents");
//!     }
//! }
//!
//! # let datafile = r#"{"accountId":"1","projectId":"2","revision":"3","events":[],"attributes":[]}"#;
//! let client = Client::builder().to(Optimizely::new(datafile)).build()?;
//! # drop(client);
//! let (client, recorder) = Client::recorder();
//! client.user("user_123").capture(OrderPaid { amount_cents: 4999 });
//! let sent = recorder.all()[0].sent_to(taxogen::Destinations::OPTIMIZELY);
//! assert_eq!(sent.as_deref(), Some(r#"order_paid {"amount_cents":4999,"$conversion":{"revenue":"amount_cents"}}"#));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "optimizely"))]
//! # fn main() {}
//! ```
//!
//! # Who sees what
//!
//! A destination sees properties up to the [`Sensitivity`] that the plan's `destinations:` allow it, `internal` unless
//! they say otherwise; `.allow(..)` of a destination narrows that for one client, and never widens it. What is `personal`
//! goes elsewhere as a keyed hash where the plan says `hash: true` and the client has a [`Builder::hash_key`], and
//! otherwise not at all. What is `secret` is never encoded. [`Recorded::sent_to`] shows in a test what a destination
//! would get.
//!
//! An event goes to the destinations that the plan routes it to. [`Client::register`] and [`User::register`] make
//! properties part of every event.
//!
//! # What the application keeps back
//!
//! [`Builder::before_capture`] sees every record before it goes into the log, as a [`Draft`], and may change or drop it.
//! A destination's `.filter(..)` sees what that destination may see, as an `Outgoing`, and may drop. Of who has called
//! [`User::opt_out`] nothing is recorded, nor sent if it was recorded before. What is dropped so is counted
//! ([`Report::dropped`]) and is no loss; what a hook that panics was to decide about does not go out, and is one.
//!
//! ```
//! # #[cfg(feature = "segment")]
//! # fn main() -> Result<(), taxogen::Error> {
//! use taxogen::{Client, Segment};
//!
//! # fn has_consent(_: &str) -> bool { true }
//! let client = Client::builder()
//!     .to(Segment::new("your_write_key").filter(|outgoing| outgoing.name() != "heartbeat"))
//!     .before_capture(|draft| {
//!         if !has_consent(&draft.distinct_id()) {
//!             draft.discard();
//!         }
//!         draft.remove("search_text");
//!     })
//!     .build()?;
//! client.user("user_123").opt_out()?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "segment"))]
//! # fn main() {}
//! ```
//!
//! # Seen from outside
//!
//! [`Client::report`] is a snapshot. With the feature `metrics` the recorder that the program installs is told:
//!
//! | name | kind | labels | what it says |
//! |---|---|---|---|
//! | `taxogen_accepted_total` | counter | `destination` | events taken from the log for it, or lost before that |
//! | `taxogen_delivered_total` | counter | `destination` | events that it has accepted |
//! | `taxogen_retried_total` | counter | `destination` | events of attempts that have to be made again |
//! | `taxogen_lost_total` | counter | `destination`, `reason` | events given up, by the name of the [`LossReason`] |
//! | `taxogen_polls_total` | counter | `outcome` | requests for definitions of local flags: `changed`, `unchanged`, `failed` |
//! | `taxogen_dropped_total` | counter | `destination` | events that the application did not want sent |
//! | `taxogen_limited_total` | counter | `destination` | properties cut or left out by its limits |
//! | `taxogen_queued_bytes` | gauge | `destination` | bytes of the log that wait for it, at its slowest endpoint |
//! | `taxogen_oldest_age_seconds` | gauge | `destination` | how long the oldest of them has waited; 0 where none does |
//!
//! `destination` is `posthog`, `segment`, `mixpanel` or `optimizely`, and `none` for what was lost or dropped before any of them. The
//! gauges are set once a second.
//!
//! With the feature `tracing` the program's subscriber is told, under the target `taxogen`: each attempt (debug), what is
//! lost (warn), and what somebody has to act on, such as a key that is refused (error). Neither feature shows a key, a
//! property, or words of a vendor's answer, which may repeat them.
//!
//! # PostHog's two versions, and how bodies are packed
//!
//! `PostHog::api` chooses between `/batch/` and `/i/v1/analytics/events`, which says of each event what became of it: what
//! it asks for again goes again, and nothing else. Bodies go out in gzip; with the features `deflate`, `br` and `zstd`
//! `PostHog::encoding` may say otherwise for version 1. `zstd` takes the least time and gives the smallest bodies.
//!
//! ```
//! # #[cfg(all(feature = "posthog", feature = "zstd"))]
//! # fn main() -> Result<(), taxogen::Error> {
//! use taxogen::{Client, Encoding, PostHog, PostHogApi};
//!
//! let posthog = PostHog::new("phc_your_key").api(PostHogApi::V1).encoding(Encoding::Zstd);
//! let client = Client::builder().to(posthog).build()?;
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "posthog", feature = "zstd")))]
//! # fn main() {}
//! ```
//!
//! # Flags
//!
//! [`User::flag`] answers at once and never does I/O. Who is asked, in this order: what a test overrides
//! ([`Client::override_flags`]), what was fixed by hand, the layers of [`Builder::flags_from`], what `User::load_flags` has
//! loaded, PostHog's definitions in this process, the plan's default. The first that says something is believed; `false` is
//! an answer, also of a kill switch, whose default stands in only where nobody can be reached. [`User::evaluate`] says in
//! addition who said so, why, and how old that is; [`User::peek`] and [`User::all_flags`] expose nothing.
//!
//! Flags are decided by what the handle was told of its person: by `set`, `identify` and `group`, or for flags alone by
//! [`User::flag_properties`] and [`User::flag_group`]. What PostHog said is reported to it as `$feature_flag_called`, once for
//! each person, flag, value and groups, and goes on later events where that is asked for ([`Builder::stamp_flags`]).
//!
//! ```
//! use taxogen::{Client, Flag, LocalFlags};
//!
//! const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
//!
//! let definitions = r#"{"flags": [{"key": "new-dashboard", "active": true, "filters": {"groups": [{}]}}]}"#;
//! let (client, recorder) = Client::builder().local_flags(LocalFlags::bytes(definitions)).recorder();
//! assert!(client.user("user_123").flag(NEW_DASHBOARD));
//! assert_eq!(recorder.events("$feature_flag_called").len(), 1);
//!
//! // A test sees what it wants to, and no other test does.
//! let mine = client.override_flags([NEW_DASHBOARD.is(false)]);
//! assert!(!mine.user("user_123").flag(NEW_DASHBOARD));
//! ```
//!
//! Others that know flags are layers before what was loaded ([`Builder::flags_from`]): variables of the environment
//! ([`EnvironmentFlags`], which [`Client::from_env`] reads too), a file that is watched while one develops ([`FlagFile`]),
//! decisions of another engine ([`DecisionFlags`]), a provider of OpenFeature (`open_feature::OpenFeatureFlags`), or your own
//! [`FlagLayer`]. The other way round `open_feature::TaxogenProvider` is a provider of the plan's flags.
//!
//! With [`Builder::local_flags`] flags are decided in this process, by PostHog's definitions: `LocalFlags::polled` asks for
//! these in the background, with a personal key (`POSTHOG_PERSONAL_API_KEY`), and [`LocalFlags::file`] reads and watches a
//! file. [`Client::flags_ready`] waits for the first of them, and [`Client::flag_definitions`] says how old they are and what
//! stands in the way of newer ones, which is told to [`Builder::on_trouble`] as well.
//!
//! `User::load_flags` is for what takes longer: once for each request of a service, say. It pins to the handle what is known
//! at that moment, so that two readings agree while polls go on, and asks PostHog for what cannot be decided here
//! ([`FlagLoading`] says whether, and for how much), in one request. The person's properties and groups are part of it, as far
//! as PostHog may see them. Its outcome, `LoadedFlags`, counts what came from where; where PostHog does not answer, what was
//! decided here and what was known before stays. `User::load_flags_of` loads some flags, `User::reload_flags` all anew, after
//! an upgrade say, and each has a form for code that does not await.
//!
//! ```no_run
//! # #[cfg(feature = "posthog")]
//! # async fn handle(client: &taxogen::Client) {
//! # use taxogen::Flag;
//! # const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
//! let user = client.user("user_123");
//! match user.load_flags().await {
//!     Ok(loaded) if loaded.is_complete() => {}
//!     Ok(loaded) => eprintln!("{} flags could not be decided: {:?}", loaded.failed, loaded.error),
//!     Err(error) => eprintln!("flags go by what is known here: {error}"),
//! }
//! if user.flag(NEW_DASHBOARD) { /* … */ }
//! # }
//! ```
//!
//! # Decisions and experiments
//!
//! [`User::experiment`] answers as a flag does, and records one exposure where a rule assigned a variant of the plan; a
//! fallback is none. [`User::experiment_with_payload`] and [`User::evaluate_experiment`] are its longer forms. What another
//! engine decides is a [`Decision`]: read from a notification of Optimizely, in the form of each of its SDKs
//! ([`Decision::from_json`]; [`Notification`] is the whole of it), made by hand, or taken from another crate. What it means
//! for an experiment of the plan says [`Experiment::from_decision`].
//!
//! Which decisions are exposures says an [`ExposurePolicy`]. By the plan, whose experiments name Optimizely's rules, it
//! tells experiments from deliveries and holdouts; [`ExposurePolicy::guide`] does what the published integration guides do.
//! A [`DecisionHub`] stands between who decides and who listens, and keeps what was decided before anybody did.
//!
//! ```
//! # #[cfg(feature = "macros")]
//! # mod application {
//! taxogen::taxonomy!();
//! use taxogen::{Client, Decision, DecisionHub, ExposurePolicy, SkipReason};
//!
//! # pub fn main() {
//! let (client, recorder) = Client::recorder();
//! let exposures = client.exposure_listener(ExposurePolicy::by_plan(experiments::DECISIONS));
//! let hub = DecisionHub::new();
//! let listening = hub.listen(move |decision| _ = exposures.decided(decision));
//!
//! let decision = Decision::new("user_123", "checkout-experiment").with_variation("test");
//! hub.publish(decision.clone().with_rule("checkout_ab"));
//! hub.publish(decision.clone().with_rule("checkout_ab"));
//! hub.publish(decision.with_rule("checkout_delivery"));
//! assert_eq!(recorder.events("Experiment Viewed").len(), 1);
//! let report = client.decision_report();
//! assert_eq!((report.repeated, report.skipped_for(SkipReason::Delivery)), (1, 1));
//! # listening.remove();
//! # }
//! # }
//! # #[cfg(feature = "macros")]
//! # application::main();
//! ```
//!
//! | who decided, read by | PostHog gets | the others get |
//! |---|---|---|
//! | PostHog, [`User::flag`] | `$feature_flag_called` | nothing |
//! | PostHog, [`User::experiment`] | `$feature_flag_called` | `Experiment Viewed`, or what the plan's `exposure:` says |
//! | another engine, [`Client::decided`] | that event, with the person's property | the same, in their form; Segment without the property |
//!
//! An exposure is reported when it changes, and no other time: [`Dedup`] says who remembers together, for how long and in
//! how much memory. What is lost before a vendor had it is forgotten, so that a loss costs a repeat and never an exposure.
//! What is not reported is counted by reason ([`Client::decision_report`]).
//!
//! [`Builder::stamp_variations`] puts the variations that a person is in on their later events. [`User::state`] takes them
//! to another process, where [`User::resume`] goes on, and [`User::hand_over`] to a browser, where one of the two sides
//! reports.
//!
//! Three features bring in others: `open-feature` a hook and a typed evaluation for clients of OpenFeature
//! (`taxogen::open_feature`), `optimizely-crate` the decisions of the crate of that name (`taxogen::optimizely_crate`), and
//! `cohort-webhook` Mixpanel's cohorts, as updates of Optimizely's customer profiles (`taxogen::cohort`).
//!
//! # Features
//!
//! `macros`, `posthog`, `segment`, `mixpanel`, `optimizely` and `gzip` are on by default. `spool` adds `Builder::spool`: the log lies on
//! disk too, and a process that is killed delivers after its restart what `capture` had taken. Without a destination there is no HTTP
//! client, no TLS and no tokio in the tree; the recorder and the disabled client remain. `metrics` and `tracing` bring
//! the crates of these names, and are off by default. `deflate`, `br` and `zstd` are encodings of bodies for version 1 of
//! PostHog; `zstd` is built with a C compiler, as TLS is. `cohort-webhook` brings no crate. `open-feature` and
//! `optimizely-crate` bring the crates of these names, thirty and twenty packages; `optimizely-crate-online` is for where
//! that crate sends, and brings its HTTP client. `redis` adds `Dedup::fleet`, by which processes report each exposure once
//! together, and brings a dozen small crates.

#![cfg_attr(
    not(all(feature = "posthog", feature = "segment", feature = "mixpanel", feature = "optimizely")),
    allow(dead_code, reason = "what one destination alone needs is idle without it")
)]

#[cfg(all(
    feature = "http",
    not(any(feature = "posthog", feature = "segment", feature = "mixpanel", feature = "optimizely"))
))]
compile_error!(
    "the features `redis` and `http` need a destination: turn on `posthog`, `segment`, `mixpanel` or `optimizely`"
);

mod client;
#[cfg(feature = "cohort-webhook")]
pub mod cohort;
mod context;
mod debug;
mod decision;
mod dedup;
mod definitions;
#[cfg(feature = "http")]
mod delivery;
mod destinations;
mod draft;
mod error;
mod event;
mod experiment;
#[cfg(feature = "http")]
mod filter;
mod flag;
mod hash_key;
mod hooks;
mod id;
mod invalids;
mod json;
mod limited;
#[cfg(feature = "http")]
mod log;
#[cfg(feature = "macros")]
mod macros;
mod opt_out;
mod options;
mod outcome;
mod pattern;
mod payload;
mod reach;
mod record;
mod recorder;
mod report;
mod sensitivity;
mod sight;
#[cfg(all(feature = "http", feature = "spool"))]
mod spool;
mod supers;
mod sync;
mod telemetry;
#[cfg(feature = "http")]
mod transport;
mod user;
mod value;
mod watched;

pub use client::{Builder, CaptureNow, Client};
pub use context::{ExposureSide, HandOver, PostHogBootstrap, UserState};
#[cfg(feature = "open-feature")]
pub use decision::adapter::open_feature;
#[cfg(feature = "optimizely-crate")]
pub use decision::adapter::optimizely_crate;
pub use decision::{
    Decision, DecisionHub, DecisionInfo, DecisionOutcome, DecisionPlan, DecisionReport, DecisionRule, DecisionSource,
    Engine, ExperimentInfo, ExposureListener, ExposurePolicy, ExposurePreview, FeatureInfo, FlagInfo, HubReport,
    Listening, Notification, PersonAttribute, PersonProperty, RuleKind, SkipReason,
};
pub use dedup::Dedup;
#[cfg(feature = "redis")]
pub use dedup::{FleetProblem, FleetReport, Redis};
pub use definitions::{DefinitionsSource, DefinitionsStatus, LocalFlags};
pub use destinations::Destinations;
pub use draft::Draft;
pub use error::Error;
pub use event::{
    ConversionWriter, Event, EventSchema, Extra, ExtraValue, Group, HashedWriter, PersonProperties, PersonWriter,
    PlanId, PropertyWriter, SuperProperties,
};
pub use experiment::{Experiment, ExperimentAnswer, ExperimentKey, Exposure};
#[cfg(feature = "http")]
pub use filter::Outgoing;
#[cfg(feature = "posthog")]
pub use flag::LoadedFlags;
pub use flag::{
    Answer, DecisionFlags, EnvironmentFlags, Flag, FlagFile, FlagLayer, FlagLoading, FlagOverride, FlagProblem,
    FlagQuestion, FlagReport, FlagSource, KnownFlag, LayerAnswer, LoadOptions, NoPayload, Said, Variant,
};
pub use hooks::{InvalidProperty, Trouble, TroubleKind};
pub use invalids::InvalidCount;
pub use limited::{Limit, Limited};
#[cfg(feature = "http")]
pub use log::Overflow;
#[cfg(feature = "macros")]
pub use macros::Experiment;
pub use options::Options;
pub use outcome::{DestinationOutcome, Fate, Outcome};
pub use payload::{Payload, PayloadError, PayloadReader, RuledReader};
pub use recorder::{Recorded, Recorder};
pub use report::{DestinationReport, Loss, LossReason, LostEvent, Report};
pub use sensitivity::Sensitivity;
#[cfg(all(feature = "http", feature = "spool"))]
pub use spool::{Fsync, Spool};
/// The evaluation of flags by itself: definitions, what is known of a person, and why somebody has a value.
#[doc(no_inline)]
pub use taxogen_flags as evaluation;
pub use taxogen_flags::{Assignment, Fallback, FlagValue, Reason, ReasonCode};
#[cfg(feature = "mixpanel")]
pub use transport::Mixpanel;
#[cfg(feature = "optimizely")]
pub use transport::Optimizely;
#[cfg(feature = "segment")]
pub use transport::Segment;
#[cfg(feature = "http")]
pub use transport::{Destination, Encoding, Region};
#[cfg(feature = "posthog")]
pub use transport::{PostHog, PostHogApi};
pub use user::User;
pub use value::{
    Bound, Checked, Constrain, ConstraintError, Json, JsonError, ListWriter, MapKey, Measured, Null, Nullable,
    ObjectWriter, OrNull, Rule, Timestamp, TimestampError, Value, ValueWriter,
};

/// What generated code needs and nobody else: it may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::debug::{debug, debug_group, debug_person, debug_super};
    pub use crate::value::characters;
    #[cfg(feature = "macros")]
    pub use taxogen_macros::{event, flag, taxonomy};

    /// For the benches.
    pub use crate::dedup::Remembered;

    /// Stands in generated code, so that code of another version of the compiler fails by this name.
    pub const CODEGEN_1: () = ();
}
