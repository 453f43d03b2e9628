//! What the plan says of one flag, as far as it tells whether the flag should still be there.

use serde_json::json;
use taxogen_compiler::day::Day;
use taxogen_compiler::ir::{Flag, FlagKind};

use super::stale::{Stale, is_to_settle};
use crate::plan::count;

/// One flag of the plan on one day.
#[derive(Debug)]
pub(super) struct Overview<'a> {
    flag: &'a Flag,
    age: Age,
    pub(super) stale: Vec<Stale>,
}

/// How old a flag is, and how long it is to live, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Age {
    /// Since `created`, where the plan says it.
    pub(super) days: Option<i64>,
    /// Until `expires`, where it is a day; negative where that has passed.
    pub(super) expires_in: Option<i64>,
}

impl<'a> Overview<'a> {
    pub(super) const COLUMNS: [&'static str; 7] = ["flag", "kind", "rollout", "owner", "age", "expires", "stale"];

    pub(super) fn new(flag: &'a Flag, today: Day) -> Self {
        let day = |text: &Option<String>| text.as_deref().and_then(Day::parse);
        let age = Age {
            days: day(&flag.created).map(|created| created.days_until(today)),
            expires_in: day(&flag.meta.expires).map(|expires| today.days_until(expires)),
        };
        Self { flag, age, stale: Stale::of(flag, age) }
    }

    /// A row of the table.
    pub(super) fn row(&self) -> [String; 7] {
        let Self { flag, age, stale } = self;
        let reasons: Vec<_> = stale.iter().map(|reason| reason.sentence()).collect();
        [
            flag.name.wire.clone(),
            kind(flag.kind).to_owned(),
            rollout(flag),
            or_dash(flag.meta.owners.join(", ")),
            or_dash(age.days.map(in_days).unwrap_or_default()),
            or_dash(flag.meta.expires.clone().unwrap_or_default()),
            or_dash(reasons.join("; ")),
        ]
    }

    /// A line of JSON.
    pub(super) fn json(&self) -> String {
        let Self { flag, age, stale } = self;
        let rollout =
            flag.rollout.as_ref().map(|entries| entries.iter().map(|entry| entry.percent).collect::<Vec<_>>());
        let stale: Vec<_> = stale.iter().map(|reason| reason.word()).collect();
        let members = [
            ("key", json!(flag.name.wire)),
            ("kind", json!(kind(flag.kind))),
            ("active", json!(flag.active)),
            ("rollout", json!(rollout)),
            ("owners", json!(flag.meta.owners)),
            ("created", json!(flag.created)),
            ("age_days", json!(age.days)),
            ("expires", json!(flag.meta.expires)),
            ("expires_in_days", json!(age.expires_in)),
            ("stale", json!(stale)),
        ];
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}\n", members.join(","))
    }

    /// Whether it would be stale if the plan said that it is old enough.
    pub(super) fn lacks_created(&self) -> bool {
        self.age.days.is_none() && is_to_settle(self.flag)
    }
}

/// The plan's word.
fn kind(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::Release => "release",
        FlagKind::Ops => "ops",
        FlagKind::Permission => "permission",
        FlagKind::KillSwitch => "kill_switch",
        FlagKind::Experiment => "experiment",
        FlagKind::RemoteConfig => "remote_config",
    }
}

/// `25 %`, the percentages of several entries, or why there is none.
fn rollout(flag: &Flag) -> String {
    if !flag.active {
        return "off".to_owned();
    }
    let Some(entries) = &flag.rollout else { return "not managed".to_owned() };
    let percents: Vec<_> = entries.iter().map(|entry| entry.percent.to_string()).collect();
    if percents.is_empty() { "nobody".to_owned() } else { percents.join(", ") + " %" }
}

fn in_days(days: i64) -> String {
    if days < 0 {
        return format!("in {}", count(days.unsigned_abs(), "day"));
    }
    count(days.unsigned_abs(), "day")
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { text }
}
