use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taxogen_flags::{Fallback, Response, ServedFlag, Unusable};

use super::loading::Wanted;
use super::source::{LayerAnswer, Said};
use crate::value::Timestamp;

/// What was loaded for a handle, and stays as it is until more is loaded: two readings agree.
#[derive(Clone)]
pub(crate) struct Loaded {
    /// What PostHog said, flag by flag.
    answers: HashMap<Box<str>, Heard>,
    /// The last answer, for what it says of flags that it does not hold.
    last: Option<Arc<Origin>>,
    /// Why the last question had no answer.
    failure: Option<LoadFailure>,
    /// Which flags the handle asked for so far.
    wanted: Wanted,
}

/// What was said about one flag, and in which answer.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) said: Result<ServedFlag, Unusable>,
    pub(crate) origin: Arc<Origin>,
}

/// An answer of PostHog, as far as it is about all flags.
#[derive(Debug)]
pub(crate) struct Origin {
    /// PostHog's name for the request.
    pub(crate) request_id: Option<Arc<str>>,
    /// When PostHog evaluated, in milliseconds since 1970.
    pub(crate) evaluated_at: Option<i64>,
    /// Whether PostHog could not evaluate everything.
    pub(crate) errors_while_computing: bool,
    /// Whether PostHog wants to be told no more than it has to of flags without an experiment.
    pub(crate) minimal: bool,
    /// When it came.
    pub(crate) received: Timestamp,
}

/// Why PostHog gave no flags, in the words of `$feature_flag_error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadFailure {
    Quota,
    Timeout,
    Connection,
    Status(u16),
    /// The answer is none about flags.
    Unreadable,
}

impl fmt::Display for LoadFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quota => formatter.write_str("quota_limited"),
            Self::Timeout => formatter.write_str("timeout"),
            Self::Connection => formatter.write_str("connection_error"),
            Self::Status(status) => write!(formatter, "api_error_{status}"),
            Self::Unreadable => formatter.write_str("unknown_error"),
        }
    }
}

impl Loaded {
    /// What was said about a flag; otherwise why there is nothing.
    pub(crate) fn get(&self, key: &str) -> Result<(&ServedFlag, &Arc<Origin>), Fallback> {
        match self.answers.get(key) {
            Some(Heard { said: Ok(served), origin }) => Ok((served, origin)),
            Some(Heard { said: Err(_), .. }) => Err(Fallback::SourceError),
            None => match &self.last {
                Some(last) if self.wanted.has(key) && last.errors_while_computing => Err(Fallback::SourceError),
                Some(_) if self.wanted.has(key) => Err(Fallback::Missing),
                _ => Err(Fallback::NotLoaded),
            },
        }
    }

    /// The last answer.
    pub(super) fn last(&self) -> Option<&Origin> {
        self.last.as_deref()
    }

    /// The same as a source says it, at this time in milliseconds since 1970.
    pub(super) fn answer(&self, key: &str, now: i64) -> LayerAnswer {
        match self.get(key) {
            Ok((served, origin)) => LayerAnswer::Says(origin.said(served, now)),
            // Where PostHog was asked and did not answer, that is told; where it was not, it has nothing to do with it.
            Err(Fallback::NotLoaded) if self.failure.is_none() || !self.wanted.has(key) => LayerAnswer::Silent,
            Err(why) => LayerAnswer::CannotSay(why),
        }
    }

    /// The flags that PostHog gave a value, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &ServedFlag)> {
        self.answers.iter().filter_map(|(key, heard)| Some((key.as_ref(), heard.said.as_ref().ok()?)))
    }

    /// The same after one more call; what could not be evaluated this time stays as it was.
    pub(super) fn after(
        before: Option<&Self>,
        load: &Load,
        reply: Result<Response, LoadFailure>,
        now: Timestamp,
    ) -> (Self, Heeded) {
        let mut answers = before.map(|before| before.answers.clone()).unwrap_or_default();
        let mut last = before.and_then(|before| before.last.clone());
        let wanted = match before {
            Some(before) if !load.anew => before.wanted.and(&load.wanted),
            _ => load.wanted.clone(),
        };
        let mut heeded = Heeded::default();
        let failure = match reply {
            Ok(response) => {
                let origin = Arc::new(Origin::of(&response, now));
                heeded = heed(&mut answers, load, response, &origin);
                last = Some(origin);
                None
            }
            Err(failure) => {
                heeded.failed = load.asked.as_ref().map_or(0, Wanted::named);
                Some(failure)
            }
        };
        (Self { answers, last, failure, wanted }, heeded)
    }

    pub(super) const fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// What PostHog's SDKs report as `$feature_flag_error` of a reading of this flag; `None` where all was well.
    pub(crate) fn error_of(&self, key: &str) -> Option<String> {
        const ERRORS: &str = "errors_while_computing_flags";
        if let Some(heard) = self.answers.get(key) {
            return (heard.origin.errors_while_computing || heard.said.is_err()).then(|| ERRORS.to_owned());
        }
        match (&self.failure, &self.last) {
            (Some(failure), _) => Some(failure.to_string()),
            (None, Some(last)) if last.errors_while_computing => Some(format!("{ERRORS},flag_missing")),
            (None, Some(_)) => Some("flag_missing".to_owned()),
            (None, None) => None,
        }
    }
}

impl Origin {
    pub(super) fn of(response: &Response, received: Timestamp) -> Self {
        Self {
            request_id: response.request_id.clone(),
            evaluated_at: response.evaluated_at,
            errors_while_computing: response.errors_while_computing,
            minimal: response.minimal_flag_called,
            received,
        }
    }

    /// What this answer says of a flag, at this time in milliseconds since 1970.
    pub(super) fn said(&self, served: &ServedFlag, now: i64) -> Said {
        let age = u64::try_from(now.saturating_sub(self.received.as_unix_millis())).unwrap_or_default();
        Said {
            payload: served.payload.clone(),
            reason: served.reason.clone(),
            id: served.id,
            version: served.version,
            has_experiment: served.has_experiment,
            request_id: self.request_id.clone(),
            evaluated_at: self.evaluated_at,
            errors_while_computing: self.errors_while_computing,
            minimal: self.minimal,
            age: Some(Duration::from_millis(age)),
            ..Said::new(served.value.clone())
        }
    }
}

/// Puts an answer over what is known.
fn heed(answers: &mut HashMap<Box<str>, Heard>, load: &Load, response: Response, origin: &Arc<Origin>) -> Heeded {
    let mut heeded = Heeded::default();
    let asked = |key: &str| load.asked.as_ref().is_some_and(|asked| asked.has(key));
    // What PostHog does not name any more it does not have, unless it could not evaluate it.
    if !origin.errors_while_computing {
        answers.retain(|key, _| !asked(key) || response.get(key).is_some());
    }
    if let Some(Wanted::Some(keys)) = &load.asked {
        let unnamed = keys.iter().filter(|key| response.get(key).is_none()).count();
        *(if origin.errors_while_computing { &mut heeded.failed } else { &mut heeded.missing }) += unnamed;
    }
    for (key, said) in response.into_flags().filter(|(key, _)| asked(key)) {
        match said {
            Ok(_) => heeded.remote += 1,
            Err(_) => heeded.failed += 1,
        }
        if said.is_ok() || !answers.get(&key).is_some_and(|known| known.said.is_ok()) {
            answers.insert(key, Heard { said, origin: Arc::clone(origin) });
        }
    }
    heeded
}

/// What a call of `load_flags` wants, and whom it asks.
pub(super) struct Load {
    pub(super) wanted: Wanted,
    /// Which of them PostHog is asked for.
    pub(super) asked: Option<Wanted>,
    /// Whether what is pinned is replaced, and nothing added to it.
    pub(super) anew: bool,
}

/// What PostHog said of the flags that it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Heeded {
    pub(super) remote: usize,
    pub(super) missing: usize,
    pub(super) failed: usize,
}
