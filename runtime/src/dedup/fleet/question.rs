use std::time::Duration;

use redis::Cmd;

use crate::id::EventId;
use crate::value::Timestamp;

/// That somebody has seen something, as this record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// Of whom and what.
    pub(super) key: [u8; 16],
    /// What they have seen.
    pub(super) value: [u8; 8],
    /// When it was decided.
    pub(super) time: Timestamp,
    /// The record's.
    pub(super) id: EventId,
}

/// What is asked of the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether this is news; from now on it is known.
    Claim(Claim),
    /// The record is lost: what it claimed is not known, unless another claimed it since.
    TakeBack { key: [u8; 16], id: EventId },
}

/// What the fleet says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is to be told.
    Changed,
    /// It was told.
    Repeated,
    /// Something else was decided later, and is what counts.
    Older,
}

impl Verdict {
    /// `None` where no script of ours answered.
    pub(super) fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            0 => Self::Repeated,
            1 => Self::Changed,
            2 => Self::Older,
            _ => return None,
        })
    }
}

/// The scripts that a Redis runs in one step each, and how they are called.
///
/// An entry is `<time of the decision in milliseconds> <fingerprint of the value> <id of the record that claimed it>`.
/// Of decisions of the same millisecond the one that Redis hears of last is the last: one process asks in its order. A
/// repeat makes the entry as young as itself, so that what came between is older, and leaves its time to live alone.
pub(super) struct Scripts {
    claim: Script,
    take_back: Script,
    prefix: String,
    /// In milliseconds.
    time_to_live: u64,
}

impl Scripts {
    pub(super) fn new(prefix: &str, time_to_live: Duration) -> Self {
        Self {
            claim: Script::of(include_str!("claim.lua")),
            take_back: Script::of(include_str!("take_back.lua")),
            prefix: prefix.to_owned(),
            // Redis knows no time after this one.
            time_to_live: u64::try_from(time_to_live.as_millis()).unwrap_or(u64::MAX).clamp(1, LONGEST),
        }
    }

    /// Calls the script by its hash, or brings its text where Redis does not know it.
    pub(super) fn command(&self, question: &Question, with_text: bool) -> Cmd {
        let (script, key) = match question {
            Question::Claim(claim) => (&self.claim, claim.key),
            Question::TakeBack { key, .. } => (&self.take_back, *key),
        };
        let mut command = redis::cmd(if with_text { "EVAL" } else { "EVALSHA" });
        command.arg(if with_text { script.text } else { &script.hash });
        command.arg(1).arg(format!("{}{}", self.prefix, hex(&key)));
        match question {
            Question::Claim(Claim { value, time, id, .. }) => {
                command.arg(time.as_unix_millis()).arg(hex(value)).arg(hex(&id.0)).arg(self.time_to_live)
            }
            Question::TakeBack { id, .. } => command.arg(hex(&id.0)),
        };
        command
    }
}

struct Script {
    text: &'static str,
    hash: String,
}

impl Script {
    fn of(text: &'static str) -> Self {
        Self { text, hash: redis::Script::new(text).get_hash().to_owned() }
    }
}

/// A hundred years.
const LONGEST: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |text, byte| text + &format!("{byte:02x}"))
}
