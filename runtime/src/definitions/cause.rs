use std::fmt;
use std::mem;

/// Why there are no definitions, or none that are newer.
///
/// No key, and nothing of an answer, which may repeat one, is in the sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The client was to poll, and has no project to poll for.
    NoProject,
    /// 401 or 403: PostHog does not take the key.
    Key(u16),
    /// 402: the project has used up its quota.
    Quota,
    /// 404 at both paths.
    UnknownPath,
    /// 429.
    TooMany,
    /// Another status that stays until somebody acts.
    Refused(u16),
    /// A status that passes.
    Server(u16),
    /// No answer, and why.
    Silent(String),
    /// HTML, from something in between.
    Page,
    /// More bytes than are read.
    TooLarge,
    /// No definitions, and why.
    Unreadable(String),
    /// 304, and there is nothing that could be unchanged.
    Unasked,
    /// A file that cannot be read, in a sentence of its own.
    FileGone(String),
    /// What a file or bytes hold is no definitions, in a sentence of its own.
    Unusable(String),
    /// Nobody asks any more.
    Ended,
}

impl Cause {
    /// Whether it stays as it is until somebody acts: who waits for definitions waits in vain.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::NoProject
            | Self::Key(_)
            | Self::Quota
            | Self::UnknownPath
            | Self::Refused(_)
            | Self::FileGone(_)
            | Self::Unusable(_)
            | Self::Ended => true,
            Self::TooMany
            | Self::Server(_)
            | Self::Silent(_)
            | Self::Page
            | Self::TooLarge
            | Self::Unreadable(_)
            | Self::Unasked => false,
        }
    }

    /// Whether it is likely to pass by itself: it is told only when it does not.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Server(_) | Self::Silent(_) | Self::Unasked)
    }

    /// What of several tellings is the same.
    pub(super) fn kind(&self) -> mem::Discriminant<Self> {
        mem::discriminant(self)
    }
}

/// What is wrong, then what to do.
impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProject => formatter.write_str(
                "no destination says which project's flags to poll: give the client a `PostHog`, or take the \
                 definitions from a file with `LocalFlags::file`",
            ),
            Self::Key(status) => write!(
                formatter,
                "posthog refuses the key for local flags (status {status}): give `LocalFlags::polled` a personal API \
                 key of this project with the scope `feature_flag:read`, or the project's secret key"
            ),
            Self::Quota => formatter.write_str(
                "the project has used up its quota of flag requests (status 402): raise the limit in its billing \
                 settings",
            ),
            Self::UnknownPath => formatter.write_str(
                "the host has neither `/flags/definitions` nor `/api/feature_flag/local_evaluation/` (status 404): \
                 name PostHog's own host, or a proxy that passes these paths on",
            ),
            Self::TooMany => formatter.write_str(
                "there were too many requests for definitions (status 429): ask less often, with \
                 `LocalFlags::poll_interval`, or from fewer processes",
            ),
            Self::Refused(status @ 300..=399) => write!(
                formatter,
                "the host answers with status {status}, and redirects are not followed: name the host that it leads to"
            ),
            Self::Refused(status) => write!(
                formatter,
                "the host does not take the request for definitions (status {status}): look at the host and the key \
                 of the project"
            ),
            Self::Server(status) => write!(formatter, "posthog gives no definitions for now (status {status})"),
            Self::Silent(why) => write!(formatter, "posthog cannot be asked for definitions: {why}"),
            Self::Page => formatter.write_str(
                "a web page came instead of definitions: something between here and posthog answers; let these \
                 requests through, or name another host",
            ),
            Self::TooLarge => formatter.write_str("there are more than 32 MiB of definitions: archive flags"),
            Self::Unreadable(why) => write!(formatter, "what came cannot be read as definitions: {why}"),
            Self::Unasked => formatter.write_str(
                "posthog says that definitions are unchanged of which there are none here (status 304): a cache in \
                 between has to tell apart what was asked for",
            ),
            Self::FileGone(sentence) | Self::Unusable(sentence) => formatter.write_str(sentence),
            Self::Ended => formatter.write_str("nobody asks for definitions after `shutdown`"),
        }
    }
}
