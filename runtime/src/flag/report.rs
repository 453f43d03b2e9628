use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use taxogen_flags::{Assignment, Fallback};

/// How often the plan's defaults stood in for an answer, since the client began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlagReport {
    /// Readings that gave the default, by reason, in a fixed order.
    pub fallbacks: Vec<(Assignment, u64)>,
    /// Payloads that were not of the plan's type, settings included.
    pub invalid_payloads: u64,
}

impl FlagReport {
    /// How many readings gave the default for this reason.
    #[must_use]
    pub fn fallbacks_for(&self, reason: Assignment) -> u64 {
        self.fallbacks.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }
}

/// An answer about a flag that does not fit the plan; told once until it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlagProblem {
    /// The flag's key; empty where something in the definitions of local flags is odd that is of no flag, or of one
    /// without a key.
    pub flag: String,
    /// What is wrong with the answer.
    pub reason: Fallback,
    /// The same in a sentence: which variant, which place of the payload.
    pub detail: String,
}

impl fmt::Display for FlagProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.flag.is_empty() {
            return formatter.write_str(&self.detail);
        }
        write!(formatter, "flag `{}`: {}", self.flag, self.detail)
    }
}

/// The counts behind a [`FlagReport`].
#[derive(Debug, Default)]
pub(crate) struct Counts {
    fallbacks: [AtomicU64; REASONS.len()],
    invalid_payloads: AtomicU64,
}

/// Why a default stands in.
const REASONS: [Assignment; 10] = [
    Assignment::Holdout,
    Assignment::Off,
    Assignment::Fallback(Fallback::NotLoaded),
    Assignment::Fallback(Fallback::Missing),
    Assignment::Fallback(Fallback::SourceError),
    Assignment::Fallback(Fallback::Inconclusive),
    Assignment::Fallback(Fallback::UnknownVariant),
    Assignment::Fallback(Fallback::NoVariant),
    Assignment::Fallback(Fallback::NoPayload),
    Assignment::Fallback(Fallback::InvalidPayload),
];

impl Counts {
    pub(crate) fn fallback(&self, reason: Assignment) {
        if let Some(place) = REASONS.iter().position(|known| *known == reason) {
            self.fallbacks[place].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn invalid_payload(&self) {
        self.invalid_payloads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn report(&self) -> FlagReport {
        let counts = self.fallbacks.iter().map(|count| count.load(Ordering::Relaxed));
        FlagReport {
            fallbacks: REASONS.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect(),
            invalid_payloads: self.invalid_payloads.load(Ordering::Relaxed),
        }
    }
}
