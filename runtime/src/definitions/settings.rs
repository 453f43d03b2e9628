use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "http")]
use crate::error::Error;
#[cfg(feature = "posthog")]
use crate::error::Kind;

/// Where the definitions come from by which flags are decided in this process; for
/// [`Builder::local_flags`](crate::Builder::local_flags).
///
/// The format is that of PostHog's endpoint for local evaluation, `/flags/definitions`, wherever they come from.
///
/// ```
/// use taxogen::{Client, LocalFlags};
///
/// let definitions = r#"{"flags": [{"key": "new-dashboard", "active": true, "filters": {"groups": [{}]}}]}"#;
/// let (client, _) = Client::builder().local_flags(LocalFlags::bytes(definitions)).recorder();
/// assert_eq!(client.flag_definitions().flags, Some(1));
/// ```
#[derive(Clone)]
#[must_use = "it counts where a client is built with it"]
pub struct LocalFlags {
    pub(super) origin: Origin,
    interval: Option<Duration>,
}

#[derive(Clone)]
pub(super) enum Origin {
    /// PostHog, with this key.
    #[cfg(feature = "posthog")]
    Polled(String),
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// How often PostHog is asked, as its SDKs do.
const POLL_INTERVAL: Duration = Duration::from_secs(30);
/// How often somebody looks whether a file has changed.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// Nobody wants it more often, and nobody is asked more often.
const SHORTEST: Duration = Duration::from_millis(10);
/// Who never wants to ask again asks once a year: pauses that are made of it stay within what a clock can hold.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365);

impl LocalFlags {
    /// Asks PostHog for them, every 30 seconds unless [`poll_interval`](Self::poll_interval) says otherwise, with a
    /// personal API key (`phx_…`, scope `feature_flag:read`) or the secret key of the project (`phs_…`).
    ///
    /// Host and project are those of the client's first [`PostHog`](crate::PostHog) destination; a client without one
    /// asks nobody, nor does one that is disabled, or a recorder. The key goes into a header of these requests, and into
    /// no message and no `Debug`.
    ///
    /// The delivery thread asks, at random moments near the interval, so that a fleet does not ask at once. An answer
    /// that brings nothing new is small (`ETag`). While PostHog does not answer, or answers what is no definitions, the
    /// last good ones stay in use and it is asked less often. Where it refuses the key (401, 403) or there are too many
    /// requests (429) that is told once ([`Builder::on_trouble`](crate::Builder::on_trouble)), and it is asked again
    /// every five minutes, or when it said. A project that has used up its quota (402) loses the definitions, as with
    /// PostHog's own SDKs. A host that does not know `/flags/definitions` (404) is asked at the older path,
    /// `/api/feature_flag/local_evaluation/`, instead.
    #[cfg(feature = "posthog")]
    pub fn polled(personal_or_secret_key: impl Into<String>) -> Self {
        Self::of(Origin::Polled(personal_or_secret_key.into()))
    }

    /// Reads them from a file when the client is built, and again when the file changes: somebody looks every two
    /// seconds, unless [`poll_interval`](Self::poll_interval) says otherwise. While the file is not there, or holds no
    /// definitions, the last good ones stay in use, which is told once.
    ///
    /// Whoever writes it writes another one and renames it: what is read in the middle of writing is no definitions.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Origin::File(path.into()))
    }

    /// Takes these, which stay as they are.
    pub fn bytes(definitions: impl Into<Vec<u8>>) -> Self {
        Self::of(Origin::Bytes(definitions.into()))
    }

    /// How often PostHog is asked, or the file looked at: every ten milliseconds at most, and once a year at least.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval.clamp(SHORTEST, LONGEST));
        self
    }

    fn of(origin: Origin) -> Self {
        Self { origin, interval: None }
    }

    pub(super) fn interval(&self) -> Duration {
        self.interval.unwrap_or(match &self.origin {
            #[cfg(feature = "posthog")]
            Origin::Polled(_) => POLL_INTERVAL,
            Origin::File(_) | Origin::Bytes(_) => LOOK_INTERVAL,
        })
    }

    /// Refuses a key that may not read definitions.
    #[cfg(feature = "http")]
    #[cfg_attr(not(feature = "posthog"), expect(clippy::unnecessary_wraps, reason = "there is no key"))]
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.origin {
            #[cfg(feature = "posthog")]
            Origin::Polled(key) => check_key(key),
            Origin::File(_) | Origin::Bytes(_) => Ok(()),
        }
    }
}

#[cfg(feature = "posthog")]
fn check_key(key: &str) -> Result<(), Error> {
    crate::transport::check_key("posthog", "key for local flags", key)?;
    if key.starts_with("phc_") {
        let sentence = "the key for local flags of posthog is the project's API key (`phc_`), which may not read them: use \
                        a personal API key (`phx_`) with the scope `feature_flag:read`, or the project's secret key \
                        (`phs_`)";
        return Err(Error::new(Kind::Configuration, sentence));
    }
    Ok(())
}

impl fmt::Debug for LocalFlags {
    /// Without the key, and of bytes how many they are.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("LocalFlags");
        match &self.origin {
            #[cfg(feature = "posthog")]
            Origin::Polled(_) => fields.field("from", &"posthog"),
            Origin::File(path) => fields.field("from", path),
            Origin::Bytes(bytes) => fields.field("from", &format_args!("{} bytes", bytes.len())),
        };
        fields.field("interval", &self.interval()).finish()
    }
}
