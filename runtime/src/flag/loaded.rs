use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taxogen_flags::{Fallback, Response, ServedFlag, Unusable};

use super::loading::Wanted;
use super::question::FlagQuestion;
use super::source::{LayerAnswer, Said};
use crate::definitions::Snapshot;
use crate::value::Timestamp;

/// What was loaded for a handle, and stays as it is until more is loaded: two readings agree.
pub(crate) struct Loaded {
    /// What PostHog said, flag by flag.
    pub(super) answers: HashMap<Box<str>, Heard>,
    /// The last answer, for what it says of flags that it does not hold.
    pub(super) last: Option<Arc<Origin>>,
    /// Why the last question had no answer.
    pub(super) failure: Option<LoadFailure>,
    /// Which flags the handle asked for so far.
    pub(super) wanted: Wanted,
    /// For which of them PostHog answered, if it was to say that they do not exist.
    pub(super) heard: Wanted,
    /// By what it decides the others.
    pub(super) pin: Option<Pin>,
    /// How often all was loaded anew.
    pub(super) renewals: u64,
}

/// The definitions of one moment, and that moment, so that what was before a date stays before it.
#[derive(Clone)]
pub(crate) struct Pin {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) now: Timestamp,
}

impl Pin {
    /// Which definitions these are, and of which moment.
    #[cfg(feature = "posthog")]
    pub(super) fn identity(&self) -> (*const Snapshot, Timestamp) {
        (Arc::as_ptr(&self.snapshot), self.now)
    }

    /// What the definitions say of a flag, as of the moment when they were pinned.
    pub(super) fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        let mut answer = self.snapshot.answer(&question.at(self.now.as_unix_millis()));
        if let LayerAnswer::Says(said) = &mut answer {
            said.age = Some(self.snapshot.age(Timestamp::from_unix_millis(question.now())));
        }
        answer
    }
}

/// Which definitions decide a flag that PostHog did not answer for.
pub(crate) enum Deciding<'a> {
    /// Those that were pinned.
    Pinned(&'a Pin),
    /// Those of the client: this flag was not loaded, or PostHog could not say what it is.
    Current,
    /// None: PostHog was asked, and does not have the flag.
    Nobody,
}

/// What was said about one flag, and in which answer.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) said: Result<ServedFlag, Unusable>,
    pub(crate) origin: Arc<Origin>,
}

/// An answer of PostHog, as far as it is about all flags.
#[derive(Debug, PartialEq, Eq)]
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
                Some(last) if self.heard.has(key) && last.errors_while_computing => Err(Fallback::SourceError),
                Some(_) if self.heard.has(key) => Err(Fallback::Missing),
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

    /// The flags that PostHog gave a value, and those of the definitions that are pinned, in no order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let heard = self.answers.iter().filter(|(_, heard)| heard.said.is_ok()).map(|(key, _)| key.as_ref());
        heard.chain(self.pin.iter().flat_map(|pin| pin.snapshot.definitions.keys()))
    }

    /// Which definitions decide this flag, where PostHog did not answer for it.
    pub(crate) fn deciding(&self, key: &str) -> Deciding<'_> {
        match &self.pin {
            Some(pin) => Deciding::Pinned(pin),
            None if self.get(key) == Err(Fallback::Missing) => Deciding::Nobody,
            None => Deciding::Current,
        }
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
            (Some(failure), _) if self.wanted.has(key) => Some(failure.to_string()),
            (_, Some(last)) if self.heard.has(key) && last.errors_while_computing => {
                Some(format!("{ERRORS},flag_missing"))
            }
            (_, Some(_)) if self.heard.has(key) => Some("flag_missing".to_owned()),
            _ => None,
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
