use std::fmt;

use crate::record::Record;
use crate::recorder::unescaped;

/// Why something was not delivered.
///
/// [`EmptyId`](Self::EmptyId), [`AfterShutdown`](Self::AfterShutdown), [`Forked`](Self::Forked), what is too large for the log, and what a full log
/// refuses ([`Overflow`](crate::Overflow)) are found before any destination: such an event counts once in all.
/// Everything else counts once for each destination that lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// The log was full, and this destination was the slowest; where the policy is to refuse what comes, it counts once.
    LogFull,
    /// Larger than the destination takes, or under an id or a name that is longer than it takes; or larger than the log,
    /// which counts once.
    TooLarge,
    /// The destination refused the request for good.
    Refused,
    /// The destination took the request and rejected this event; or would have, for an id that stands for nobody in
    /// particular, and so it was not sent.
    Rejected,
    /// A conversion that the datafile of Optimizely has no event for: create the event there, and build the client with a
    /// datafile that has it.
    NotInDatafile,
    /// The distinct id, the previous id of an alias or the key of a group was empty, or nothing but spaces.
    /// Counts once.
    EmptyId,
    /// Captured after `shutdown`. Counts once.
    AfterShutdown,
    /// [`Builder::before_capture`](crate::Builder::before_capture) panicked, which counts once, or the destination's
    /// `filter` did: what it was to hold back does not go out.
    HookPanicked,
    /// Captured inside [`Builder::before_capture`](crate::Builder::before_capture) or a destination's `filter`. Counts
    /// once.
    InsideHook,
    /// Still undelivered when the deadline of `shutdown` came, or soon after the client was dropped. The
    /// [`Report`](super::Report) counts it as kept: it was not refused by anybody, it ends with the process.
    Shutdown,
    /// Captured longer ago than [`Builder::max_age`](crate::Builder::max_age), and still undelivered.
    Expired,
    /// The spool could not be written, and the memory that stood in for it was used up. Counts once.
    Spool,
    /// It was kept on disk for a destination that the client does not have any more, for as long as
    /// `Spool::orphan_after` says. Counts in the total alone, since there is no report for that destination.
    Orphaned,
    /// Captured in a fork of the process that built the client, which has no delivery thread: build a client after the
    /// fork. Counts once.
    Forked,
}

impl LossReason {
    /// Whether it is why no vendor had a record that was to reach one, and another record of the same might: what was
    /// remembered of it, so that it is reported once, is forgotten.
    ///
    /// What a vendor has refused or rejected, what is larger than it takes, and what an application's own hook failed at
    /// would meet the same again, at every decision, while the other destinations got each of them.
    pub(crate) const fn is_before_any_vendor(self) -> bool {
        match self {
            // Who reports it the next time may find room, time or a disk, or is a process of a fleet that has the
            // destination still.
            Self::LogFull
            | Self::Expired
            | Self::Shutdown
            | Self::Spool
            | Self::Orphaned
            | Self::AfterShutdown
            | Self::Forked => true,
            Self::Refused
            | Self::Rejected
            | Self::TooLarge
            | Self::NotInDatafile
            | Self::EmptyId
            | Self::HookPanicked
            | Self::InsideHook => false,
        }
    }
}

impl fmt::Display for LossReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LogFull => "the log was full",
            Self::TooLarge => "too large",
            Self::Refused => "refused by the destination",
            Self::Rejected => "rejected by the destination",
            Self::NotInDatafile => "the datafile has no such event",
            Self::EmptyId => "an id was empty",
            Self::AfterShutdown => "captured after shutdown",
            Self::HookPanicked => "the hook that decides about it panicked",
            Self::InsideHook => "captured inside `before_capture` or a `filter`",
            Self::Expired => "too old",
            Self::Spool => "the spool could not be written",
            Self::Orphaned => "kept too long for a destination that is gone",
            Self::Forked => "captured in a fork, which delivers nothing",
            Self::Shutdown => "not delivered before the deadline of shutdown",
        })
    }
}

/// Events that were lost together, as `on_loss` gets them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// `posthog`, `segment`, `mixpanel`, `optimizely`; `None` where no destination ever saw them.
    pub destination: Option<&'static str>,
    /// Why.
    pub reason: LossReason,
    /// What the destination said, shortened, or why it was not reached; empty where there is nothing to say.
    pub detail: String,
    /// Which.
    pub events: Vec<LostEvent>,
}

/// One event that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostEvent {
    /// Its id on the wire: a UUID.
    pub id: String,
    /// Its name; for verbs without one `identify`, `set`, `unset`, `group` or `alias`.
    pub name: String,
    /// Whose it is.
    pub distinct_id: String,
}

impl LostEvent {
    pub(crate) fn from_record(record: &Record<'_>) -> Self {
        Self { id: record.id.to_string(), name: record.label(), distinct_id: unescaped(record.distinct_id) }
    }
}
