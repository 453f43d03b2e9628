//! What became of what was captured.

mod ledger;
mod loss;

pub(crate) use ledger::{Ledger, Queued};
pub use loss::{Loss, LossReason, LostEvent};

use std::fmt;
use std::time::Duration;

/// What was delivered, kept and lost since the client began.
///
/// An event counts once for each destination that it was for; one that was lost before any of them saw it, see
/// [`LossReason`], counts once.
///
/// After `shutdown`, and after a `flush` while nobody captures, it is exact. In between it is read while events
/// move, so that one may be missing or stand in two places for a moment.
///
/// ```
/// use std::time::Duration;
/// use taxogen::{Client, LossReason};
///
/// let (client, _recorder) = Client::recorder();
/// client.user("").alias("anonymous_7");
/// let report = client.shutdown(Duration::from_secs(5));
/// assert!(!report.is_complete());
/// assert_eq!((report.lost_for(LossReason::EmptyId), report.total_lost()), (1, 1));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Accepted by the destinations.
    pub delivered: u64,
    /// Still in the log; after `shutdown` what it could not deliver before its deadline, which `on_loss` was told as
    /// [`LossReason::Shutdown`].
    pub kept: u64,
    /// Given up, by reason, in a fixed order; a reason that never came up is left out.
    pub lost: Vec<(LossReason, u64)>,
    /// Dropped because the application said so, which is no loss: by
    /// [`Builder::before_capture`](crate::Builder::before_capture) and by [`Client::opt_out`](crate::Client::opt_out) when
    /// it was captured, once, or later, for each destination, by `opt_out` and by the destination's `filter`.
    pub dropped: u64,
    /// Properties left out because they broke a rule of the plan; which stands in
    /// [`Client::invalid_report`](crate::Client::invalid_report).
    pub invalid: u64,
    /// Properties with `hash: true` that some destination got neither as they are nor hashed, because the client has no
    /// [`hash_key`](crate::Builder::hash_key).
    pub unhashed: u64,
    /// Properties that were cut or left out because a destination would not have taken them; each was told to
    /// [`Builder::on_limit`](crate::Builder::on_limit).
    pub limited: u64,
    /// The same for each destination.
    pub destinations: Vec<DestinationReport>,
}

impl Report {
    /// How many were given up for this reason.
    #[must_use]
    pub fn lost_for(&self, reason: LossReason) -> u64 {
        self.lost.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }

    /// How many were given up, for whatever reason.
    #[must_use]
    pub fn total_lost(&self) -> u64 {
        total(&self.lost)
    }

    /// Whether everything was delivered: nothing is still in the log, and nothing was given up, no properties of the
    /// person that an event brought either.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let parts = self.destinations.iter().any(|destination| destination.kept_parts + destination.lost_parts > 0);
        self.kept == 0 && self.lost.is_empty() && !parts
    }
}

fn total(lost: &[(LossReason, u64)]) -> u64 {
    lost.iter().map(|(_, count)| count).sum()
}

/// The part of one destination in a [`Report`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestinationReport {
    /// `posthog`, `segment`, `mixpanel` or `optimizely`.
    pub name: &'static str,
    /// Taken for it: what is delivered, kept or given up.
    pub accepted: u64,
    /// Accepted by it.
    pub delivered: u64,
    /// Still in the log for it; after `shutdown` what was not delivered in time.
    pub kept: u64,
    /// Given up, by reason.
    pub lost: Vec<(LossReason, u64)>,
    /// Dropped on the way there, by its `filter` and by [`Client::opt_out`](crate::Client::opt_out).
    pub dropped: u64,
    /// Properties cut or left out because it would not have taken them.
    pub limited: u64,
    /// Attempts that failed for now and were, or will be, made again, counted in events: a batch of 50 that was answered
    /// twice with 503 counts 100.
    pub retried: u64,
    /// What an event brought that goes to another endpoint of the destination (the person's properties, at Mixpanel): still in
    /// the log. The event itself counts above.
    pub kept_parts: u64,
    /// The same that were given up; [`Builder::on_loss`](crate::Builder::on_loss) was told why.
    pub lost_parts: u64,
    /// The bytes that wait for it, as the log holds them. What waits at two endpoints of the destination counts twice.
    pub queued_bytes: u64,
    /// How long ago the oldest of what waits for it was captured, by the clock of this machine.
    pub oldest: Option<Duration>,
    /// Why nothing is delivered there until somebody acts: the vendor refuses the key (401, 403), say. What waits is
    /// kept, and tried again every minute and at each `flush`.
    pub paused: Option<String>,
    /// Why the last attempt failed, where it is to be made again; of several endpoints, the first that has something to
    /// say.
    pub trouble: Option<String>,
}

impl fmt::Display for Report {
    /// One line a destination, for a person.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "delivered {}, kept {}, ", self.delivered, self.kept)?;
        write_losses(formatter, &self.lost)?;
        write_dropped(formatter, self.dropped)?;
        match self.invalid {
            0 => {}
            1 => formatter.write_str("; one property broke its rule and was left out")?,
            count => write!(formatter, "; {count} properties broke their rules and were left out")?,
        }
        match self.unhashed {
            0 => {}
            1 => formatter.write_str("; one property was not hashed for lack of a key")?,
            count => write!(formatter, "; {count} properties were not hashed for lack of a key")?,
        }
        write_limited(formatter, self.limited)?;
        for destination in &self.destinations {
            write!(
                formatter,
                "\n  {}: delivered {}, kept {}, ",
                destination.name, destination.delivered, destination.kept
            )?;
            write_losses(formatter, &destination.lost)?;
            write_dropped(formatter, destination.dropped)?;
            write_limited(formatter, destination.limited)?;
            match destination.lost_parts {
                0 => {}
                1 => formatter.write_str("; a part of one event was lost")?,
                count => write!(formatter, "; parts of {count} events were lost")?,
            }
            match (&destination.paused, &destination.trouble) {
                (Some(why), _) => write!(formatter, "; paused: {why}")?,
                (None, Some(why)) if destination.kept + destination.kept_parts > 0 => {
                    write!(formatter, "; the last attempt failed: {why}")?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn write_losses(formatter: &mut fmt::Formatter<'_>, lost: &[(LossReason, u64)]) -> fmt::Result {
    write!(formatter, "lost {}", total(lost))?;
    for (position, (reason, count)) in lost.iter().enumerate() {
        formatter.write_str(if position == 0 { " (" } else { ", " })?;
        write!(formatter, "{count} {reason}")?;
    }
    formatter.write_str(if lost.is_empty() { "" } else { ")" })
}

fn write_limited(formatter: &mut fmt::Formatter<'_>, limited: u64) -> fmt::Result {
    match limited {
        0 => Ok(()),
        1 => formatter.write_str("; one property was cut or left out by a limit"),
        count => write!(formatter, "; {count} properties were cut or left out by a limit"),
    }
}

fn write_dropped(formatter: &mut fmt::Formatter<'_>, dropped: u64) -> fmt::Result {
    if dropped == 0 { Ok(()) } else { write!(formatter, ", dropped {dropped}") }
}
