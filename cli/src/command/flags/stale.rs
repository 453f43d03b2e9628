//! Which flags were meant to be gone by now.

use taxogen_compiler::ir::{Flag, FlagKind, FlagValue, RolloutEntry};

use super::overview::Age;
use crate::plan::count;

/// A flag that gives everybody the same answer for so many days has done its work.
const DAYS: i64 = 30;

/// Why a flag is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stale {
    /// The day until which it was to be there has passed, so many days ago.
    Expired(i64),
    /// It gives everybody the same answer, and is so many days old.
    Settled(i64),
    /// Nobody answers for it.
    WithoutOwner,
}

impl Stale {
    /// The reasons for which a flag of this age is stale: none where it is not.
    pub(super) fn of(flag: &Flag, age: Age) -> Vec<Self> {
        let expired = age.expires_in.filter(|days| *days < 0).map(|days| Self::Expired(-days));
        let settled = age.days.filter(|days| *days >= DAYS && is_to_settle(flag)).map(Self::Settled);
        let without_owner = flag.meta.owners.is_empty().then_some(Self::WithoutOwner);
        [expired, settled, without_owner].into_iter().flatten().collect()
    }

    /// The reason in one word, for a program.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Expired(_) => "expired",
            Self::Settled(_) => "at_100_percent",
            Self::WithoutOwner => "without_owner",
        }
    }

    /// The reason for a person.
    pub(super) fn sentence(self) -> String {
        match self {
            Self::Expired(days) => format!("expired {} ago", count(days.unsigned_abs(), "day")),
            Self::Settled(days) => format!("at 100 %, {} old", count(days.unsigned_abs(), "day")),
            Self::WithoutOwner => "no owner".to_owned(),
        }
    }
}

/// Whether a flag is stale as soon as it is old enough.
pub(super) fn is_to_settle(flag: &Flag) -> bool {
    is_to_go(flag) && is_settled(flag)
}

/// Whether a flag has an end. A kill switch and a remote config rest at 100 %, and the plan may say of any other that
/// it stays.
fn is_to_go(flag: &Flag) -> bool {
    !matches!(flag.kind, FlagKind::KillSwitch | FlagKind::RemoteConfig) && flag.meta.expires.as_deref() != Some("never")
}

/// Whether the plan gives everybody the same answer, and one that is not "off".
fn is_settled(flag: &Flag) -> bool {
    let Some(entries) = flag.rollout.as_deref().filter(|_| flag.active) else { return false };
    let Some(last) = entries.iter().position(|entry| is_for_all(entry) && entry.percent >= 100.0) else { return false };
    let (before, last) = (&entries[..last], &entries[last]);
    if flag.early_exit && before.iter().any(|entry| entry.percent < 100.0) {
        return false;
    }
    let FlagValue::Variants { variants, .. } = &flag.value else { return true };
    let only = variants.iter().find(|variant| variant.weight >= 100.0).map(|variant| variant.name.wire.as_str());
    let given = |entry: &'_ RolloutEntry| entry.variant.clone().or_else(|| only.map(str::to_owned));
    let answer = given(last);
    answer.is_some() && before.iter().filter(|entry| entry.percent > 0.0).all(|entry| given(entry) == answer)
}

/// Whether an entry asks for nothing.
fn is_for_all(entry: &RolloutEntry) -> bool {
    entry.when.is_empty() && entry.in_cohort.is_empty() && entry.not_in_cohort.is_empty() && entry.flags.is_empty()
}
