use taxogen_flags::{Assignment, Fallback, FlagValue, Reason, ReasonCode};

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::judged::Judged;
use super::question::FlagQuestion;
use crate::decision::Engine;

/// Who gave the value of a flag. They are asked in this order, and the first that says something is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlagSource {
    /// It was overridden for a test, for a client or a handle of its own scope:
    /// [`Client::override_flags`](crate::Client::override_flags).
    Override,
    /// It was fixed by hand: for this person ([`User::fix_flag`](crate::User::fix_flag)), or for the client
    /// ([`Builder::fix_flag`](crate::Builder::fix_flag)).
    Fixed,
    /// A variable of the process's environment.
    Environment,
    /// A file, as one edits it while developing.
    File,
    /// Another engine, by a decision of it.
    Decision,
    /// A provider of OpenFeature.
    OpenFeature,
    /// A layer of the program's own, by its name.
    Other(&'static str),
    /// PostHog, in answer to [`User::load_flags`](crate::User::load_flags).
    PostHog,
    /// PostHog's definitions, evaluated here.
    Local,
    /// Nobody: the plan's default stands in.
    Default,
}

impl FlagSource {
    /// Whether the value is PostHog's own, so that it is told of what was read of it.
    #[must_use]
    pub const fn is_posthog(self) -> bool {
        matches!(self, Self::PostHog | Self::Local)
    }

    /// One word for logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Fixed => "fixed",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Decision => "decision",
            Self::OpenFeature => "openfeature",
            Self::Other(name) => name,
            Self::PostHog => "posthog",
            Self::Local => "local",
            Self::Default => "default",
        }
    }
}

impl fmt::Display for FlagSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Somebody who may know what a flag is for a person: a layer of what a client asks, in the order in which they were
/// [added](crate::Builder::flags_from).
///
/// It is asked whenever a flag is read, on the thread that reads: it answers from memory, at once, without I/O. What takes
/// longer is fetched elsewhere, and a layer is [`Silent`](LayerAnswer::Silent) until it is there.
///
/// Reading what a layer of yours said is no exposure: only what PostHog said, loaded or evaluated here, is reported as
/// `$feature_flag_called`.
///
/// ```
/// use taxogen::{Client, Flag, FlagLayer, FlagQuestion, FlagSource, LayerAnswer, Said};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
///
/// /// Whoever works here sees everything.
/// struct Staff;
///
/// impl FlagLayer for Staff {
///     fn source(&self) -> FlagSource {
///         FlagSource::Other("staff")
///     }
///
///     fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
///         if question.distinct_id().ends_with("@example.com") {
///             LayerAnswer::Says(Said::new(true))
///         } else {
///             LayerAnswer::Silent
///         }
///     }
/// }
///
/// let (client, _) = Client::builder().flags_from(Staff).recorder();
/// assert!(client.user("ada@example.com").flag(NEW_DASHBOARD));
/// assert!(!client.user("user_123").flag(NEW_DASHBOARD));
/// ```
pub trait FlagLayer: Send + Sync {
    /// What [`Answer::source`](crate::Answer::source) says of its answers.
    fn source(&self) -> FlagSource;

    /// What it knows of this flag for this person.
    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer;

    /// The flags of which it may know something, for [`User::all_flags`](crate::User::all_flags); none where it cannot
    /// list them.
    fn keys(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a [`FlagLayer`] says.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a box would be an allocation in each reading")]
pub enum LayerAnswer {
    /// It knows nothing of this flag; the next one is asked.
    Silent,
    /// It knows the flag and cannot say what it is for this person; the next one is asked. Where none can say, the last of
    /// these reasons is why the default stands in.
    CannotSay(Fallback),
    /// This.
    Says(Said),
}

impl LayerAnswer {
    /// A value, and nothing else about it.
    #[must_use]
    pub fn says(value: impl Into<FlagValue>) -> Self {
        Self::Says(Said::new(value))
    }
}

/// What a source said about a flag for a person. [`new`](Self::new) makes one with the value alone; the rest is set by
/// name, as far as the source knows it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own, as a source says it")]
pub struct Said {
    /// The value.
    pub value: FlagValue,
    /// What goes with it: JSON text.
    pub payload: Option<Arc<str>>,
    /// Why.
    pub reason: Option<Reason>,
    /// The flag's number at the source.
    pub id: Option<i64>,
    /// Which version of the flag was evaluated.
    pub version: Option<i64>,
    /// Whether an experiment runs on the flag, where the source says so.
    pub has_experiment: Option<bool>,
    /// How the person came to the value, where the source knows more than the value says: a decision does.
    pub assignment: Option<Assignment>,
    /// Who decided, where it was not PostHog.
    pub engine: Option<Engine>,
    /// What another engine decided, in full.
    pub(crate) judged: Option<Judged>,
    /// Whether somebody wrote it down, who may have misspelt it.
    pub(crate) is_written: bool,
    /// Whether it was evaluated here.
    pub locally_evaluated: bool,
    /// PostHog's name for the request that brought it.
    pub request_id: Option<Arc<str>>,
    /// When PostHog evaluated it, in milliseconds since 1970.
    pub evaluated_at: Option<i64>,
    /// When the definitions by which it was evaluated here were loaded, in milliseconds since 1970.
    pub definitions_loaded_at: Option<i64>,
    /// Whether PostHog could not evaluate everything that it was asked for with this.
    pub errors_while_computing: bool,
    /// Whether PostHog wants to be told no more than it has to of flags without an experiment.
    pub minimal: bool,
    /// How old the answer is, or the definitions by which it was evaluated.
    pub age: Option<Duration>,
}

impl Said {
    /// This value, of which nothing else is known.
    #[must_use]
    pub fn new(value: impl Into<FlagValue>) -> Self {
        Self {
            value: value.into(),
            payload: None,
            reason: None,
            id: None,
            version: None,
            has_experiment: None,
            assignment: None,
            engine: None,
            judged: None,
            is_written: false,
            locally_evaluated: false,
            request_id: None,
            evaluated_at: None,
            definitions_loaded_at: None,
            errors_while_computing: false,
            minimal: false,
            age: None,
        }
    }

    /// Whether somebody is held out of the experiment on this flag.
    #[must_use]
    pub fn is_holdout(&self) -> bool {
        self.assignment == Some(Assignment::Holdout)
            || matches!(self.reason, Some(Reason { code: ReasonCode::HoldoutConditionValue, .. }))
            || self.value.variant().is_some_and(|variant| variant.starts_with("holdout-"))
    }
}
