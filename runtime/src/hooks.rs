//! What the application wants to be told.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::draft::Draft;
use crate::flag::FlagProblem;
use crate::limited::Limited;
use crate::report::{Loss, LossReason};
use crate::telemetry;
use crate::value::Rule;

/// A property that was left out of an event because its value broke a rule of the plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InvalidProperty {
    /// The event; for verbs without a name `identify`, `set` or `group`, for super properties `super`.
    pub event: String,
    /// The property, and the fields below it, joined by dots; the keys of maps, which may be personal, are left out.
    pub property: String,
    /// The rule.
    pub rule: Rule,
    /// The value as JSON, cut after a hundred bytes. `None` where the property is personal or holds what is, where it is
    /// the name that breaks the rule, and for a number that is not finite, which JSON has no word for.
    pub value: Option<String>,
}

impl fmt::Display for InvalidProperty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, property, rule, value } = self;
        write!(formatter, "`{property}` of `{event}` is left out: it has to be {rule}")?;
        value.iter().try_for_each(|value| write!(formatter, ", and is `{value}`"))
    }
}

/// Something that stands in the way of delivery, or of newer local flags, until somebody acts. Nothing is lost by it so
/// far.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trouble {
    /// `posthog`, `segment`, `mixpanel`, `optimizely`; `None` where it concerns all of them.
    pub destination: Option<&'static str>,
    /// What it is.
    pub kind: TroubleKind,
    /// What the destination said, shortened, or what else is known.
    pub detail: String,
}

/// Kinds of [`Trouble`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TroubleKind {
    /// The destination refuses the key (401, 403), or has not the endpoint that was chosen (404 of
    /// [`PostHogApi::V1`](crate::PostHogApi::V1)), and is paused: its events are kept, and the next attempt is a minute
    /// away, or at the next `flush`. Told once, until events are taken again.
    Paused,
    /// Delivery there has ended by a mistake of this library: a panic. What is captured for it is kept and not sent.
    Stopped,
    /// This process was forked from the one that built the client, and has no delivery thread: build a client after the
    /// fork.
    Forked,
    /// The spool cannot be written, or not made safe from a loss of power. What is captured is kept in memory meanwhile.
    SpoolUnwritable,
    /// The spool can be written again, and what was kept in memory is there.
    SpoolWritable,
    /// A part of the spool is damaged, and what it held is lost: how many bytes that were says the detail. A torn end is
    /// what was being written when the power failed.
    SpoolDamaged,
    /// Something in the spool's directory is left as it is: another version of this crate wrote it, or it cannot be
    /// opened.
    SpoolLeft,
    /// The Redis of a fleet ([`Dedup::fleet`](crate::Dedup::fleet)) gives no answers: why says the detail. Exposures are sent
    /// without it, counted in [`FleetReport`](crate::FleetReport), and it is asked again every five seconds.
    #[cfg(feature = "redis")]
    FleetSilent,
    /// The Redis of a fleet answers again.
    #[cfg(feature = "redis")]
    FleetAnswers,
    /// The spool keeps events for a destination, or an earlier key or host of one, that this client does not have. When
    /// they are given up says the detail.
    SpoolOrphaned,
    /// Decisions of an engine are not reported, because nobody can say which of them are exposures: the client has no
    /// [`ExposurePolicy`](crate::ExposurePolicy), or the plan does not know a rule of an experiment's flag. Told once for
    /// the client, and once for each rule.
    DecisionsSkipped,
    /// There are no definitions of local flags, or none that are newer: PostHog does not give them, or a file holds none.
    /// Those that were loaded stay in use. Told once for each cause, until they are renewed; what passes by itself is
    /// told when it has happened three times in a row.
    DefinitionsStale,
    /// The project has used up its quota of flag requests, and the definitions of local flags are dropped, as with
    /// PostHog's own SDKs. Told once, until there are new ones.
    DefinitionsDropped,
    /// The definitions of local flags are the newest again, after a trouble that was told.
    DefinitionsRenewed,
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TroubleKind::Paused => "is paused",
            TroubleKind::Stopped => "has stopped",
            TroubleKind::Forked => "stops at a fork",
            TroubleKind::SpoolUnwritable | TroubleKind::SpoolWritable => "goes on",
            #[cfg(feature = "redis")]
            TroubleKind::FleetSilent | TroubleKind::FleetAnswers => "goes on",
            TroubleKind::SpoolDamaged => "goes on with what is left",
            TroubleKind::SpoolLeft => "leaves something out",
            TroubleKind::SpoolOrphaned => "keeps something for nobody",
            TroubleKind::DecisionsSkipped => "leaves decisions out",
            TroubleKind::DefinitionsStale => "are not renewed",
            TroubleKind::DefinitionsDropped => "are dropped",
            TroubleKind::DefinitionsRenewed => "are renewed",
        };
        if let TroubleKind::DefinitionsStale | TroubleKind::DefinitionsDropped | TroubleKind::DefinitionsRenewed =
            self.kind
        {
            return write!(formatter, "local flags {what}: {}", self.detail);
        }
        match self.destination {
            Some(destination) => write!(formatter, "delivery to {destination} {what}: {}", self.detail),
            None => write!(formatter, "delivery {what}: {}", self.detail),
        }
    }
}

/// Looks at a record before the log has it.
pub(crate) type BeforeCapture = dyn Fn(&mut Draft<'_>) + Send + Sync;

type Hook<T> = Option<Arc<dyn Fn(&T) + Send + Sync>>;

#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) on_loss: Hook<Loss>,
    pub(crate) on_trouble: Hook<Trouble>,
    pub(crate) on_invalid: Hook<InvalidProperty>,
    pub(crate) on_flag_problem: Hook<FlagProblem>,
    pub(crate) on_limit: Hook<Limited>,
    pub(crate) before_capture: Option<Arc<BeforeCapture>>,
}

impl Hooks {
    pub(crate) fn loss(&self, loss: &Loss) {
        telemetry::loss(loss);
        call(self.on_loss.as_deref(), loss);
    }

    pub(crate) fn trouble(&self, trouble: &Trouble) {
        telemetry::trouble(trouble);
        call(self.on_trouble.as_deref(), trouble);
    }

    pub(crate) fn invalid(&self, invalid: &InvalidProperty) {
        call(self.on_invalid.as_deref(), invalid);
    }

    pub(crate) fn limited(&self, limited: &Limited) {
        call(self.on_limit.as_deref(), limited);
    }

    pub(crate) fn flag_problem(&self, problem: &FlagProblem) {
        call(self.on_flag_problem.as_deref(), problem);
    }
}

thread_local! {
    /// Whether a hook is running on this thread.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    /// Whether one is running that decides about a record.
    static DECIDING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs a hook.
pub(crate) fn is_inside() -> bool {
    INSIDE.get() || DECIDING.get()
}

/// A hook that panics harms nobody but itself: the panic has been printed by the panic hook. What happens
/// inside a hook is told to none, or one that captures could go on until the stack is used up.
fn call<T>(hook: Option<&(dyn Fn(&T) + Send + Sync)>, value: &T) {
    let Some(hook) = hook else { return };
    if INSIDE.replace(true) {
        return;
    }
    let _ = catch_unwind(AssertUnwindSafe(|| hook(value)));
    INSIDE.set(false);
}

/// Runs what decides about a record, which is lost where that panics.
///
/// What is captured inside it nobody would decide about, or it again and again: that is lost as well.
pub(crate) fn decide<T>(decision: impl FnOnce() -> T) -> Result<T, LossReason> {
    if DECIDING.replace(true) {
        return Err(LossReason::InsideHook);
    }
    let decided = catch_unwind(AssertUnwindSafe(decision));
    DECIDING.set(false);
    decided.map_err(|_| LossReason::HookPanicked)
}
