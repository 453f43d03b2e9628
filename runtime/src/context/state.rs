use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::Variation;
use super::reported::Report;
use super::state_json;
use crate::client::Client;
use crate::dedup::{Seen, Subject};
use crate::error::{Error, Kind};
use crate::user::User;

/// What a [`User`] handle knows of its person, to go on with in another request or another service:
/// [`User::state`] takes it, [`User::resume`] goes on.
///
/// It holds the id, the anonymous id, the groups, and the variations that the person is in; where each handle remembers
/// its exposures for itself ([`Dedup::request`](crate::Dedup::request)), those too. Nothing else: no property, and no
/// payload of a flag.
///
/// It goes through serde, or as [text](Self::to_token) in a cookie or a header. It is *not signed*: who can change it can
/// say who they are. Where it passes a browser, put it into a cookie that your framework signs or encrypts.
///
/// ```
/// use taxogen::{Client, User};
///
/// let (client, _) = Client::recorder();
/// let token = client.user("user_123").with_anonymous_id("cookie_7").state().to_token();
/// assert_eq!(token, "eyJhbm9ueW1vdXNfaWQiOiJjb29raWVfNyIsImlkIjoidXNlcl8xMjMiLCJ2ZXJzaW9uIjoxfQ");
///
/// let user = User::resume(&client, &token)?;
/// assert_eq!(user.distinct_id(), "user_123");
/// # Ok::<(), taxogen::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct UserState {
    pub(super) distinct_id: String,
    pub(super) is_anonymous: bool,
    pub(super) anonymous_id: Option<String>,
    pub(super) groups: Vec<(String, String)>,
    pub(super) variations: Vec<Variation>,
    pub(super) reports: Vec<Report>,
}

/// What is read, in bytes of text: far more than a header may have.
const LONGEST: usize = 64 * 1024;

impl UserState {
    /// Reads what [`to_token`](Self::to_token) or [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// When it is neither, is longer than 64 KiB, is of another version, or has a field that is missing or of another
    /// type; the error names the field.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |sentence: &str| Error::new(Kind::Input, format!("the state of a user {sentence}"));
        if text.len() > LONGEST {
            return Err(wrong("is longer than 64 KiB"));
        }
        let text = text.trim();
        if text.starts_with('{') {
            return Self::of_json(text.as_bytes());
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong("is neither JSON nor base64url"))?;
        Self::of_json(&json)
    }

    fn of_json(json: &[u8]) -> Result<Self, Error> {
        let value: Value = serde_json::from_slice(json).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Error::new(Kind::Input, format!("the state of a user is not JSON at line {line} column {column}"))
        })?;
        state_json::read(&value)
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        state_json::write(self).to_string()
    }

    /// As text that a cookie, a header or a URL takes as it is: the JSON in base64url.
    ///
    /// It takes about 100 bytes, and some 40 for each flag that was read. A browser keeps no cookie beyond 4 KiB.
    #[must_use]
    pub fn to_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.to_json())
    }

    /// Whose it is.
    #[must_use]
    pub fn distinct_id(&self) -> &str {
        &self.distinct_id
    }

    /// A handle of that person.
    #[must_use]
    pub fn user(&self, client: &Client) -> User {
        let user = User::new(client.clone(), self.distinct_id.clone(), self.is_anonymous);
        let Self { anonymous_id, groups, variations, reports, .. } = self;
        user.identity.restore_ties(anonymous_id.as_deref(), groups);
        user.identity.context.restore(variations, client.core.stamping);
        user.remember(reports);
        user
    }
}

impl User {
    /// What this handle and its clones know of their person, for another request or another service.
    #[must_use]
    pub fn state(&self) -> UserState {
        UserState {
            distinct_id: self.distinct_id().to_owned(),
            is_anonymous: self.identity.is_anonymous(),
            anonymous_id: self.identity.anonymous_id(),
            groups: self.identity.groups(),
            variations: self.identity.context.active(),
            reports: self.reported(),
        }
    }

    /// Goes on with a person whom another handle has known, from the text of their [`UserState`].
    ///
    /// Flags are not part of it: load them again, or read the defaults. Until a flag is read again, the person counts as in
    /// the variation that they were in.
    ///
    /// # Errors
    ///
    /// As [`UserState::parse`].
    pub fn resume(client: &Client, text: &str) -> Result<Self, Error> {
        Ok(UserState::parse(text)?.user(client))
    }

    /// Remembers in this handle what was reported, where each handle does.
    pub(crate) fn keep_report(&self, subject: &Subject<'_>, seen: &Seen<'_>) {
        if self.client.core.memory.is_of_handle() {
            self.identity.context.reports.add(subject, seen);
        }
    }

    /// What was reported and is remembered still: what was lost since is reported again.
    fn reported(&self) -> Vec<Report> {
        let memory = &self.client.core.memory;
        let mut reports = self.identity.context.reports.all();
        let groups = self.sorted_groups();
        reports.retain(|report| {
            let (subject, seen) = report.as_remembered(self.distinct_id(), &groups);
            memory.knows(|| self.identity.handle(), &subject, &seen)
        });
        reports
    }

    fn remember(&self, reports: &[Report]) {
        let memory = &self.client.core.memory;
        if !memory.is_of_handle() {
            return;
        }
        let groups = self.sorted_groups();
        for report in reports {
            let (subject, seen) = report.as_remembered(self.distinct_id(), &groups);
            if let Some(claim) = memory.claim(|| self.identity.handle(), &subject, &seen) {
                claim.confirm();
            }
            self.identity.context.reports.add(&subject, &seen);
        }
    }

    fn sorted_groups(&self) -> Vec<(String, String)> {
        let mut groups = self.identity.groups();
        groups.sort_unstable();
        groups
    }
}

impl Client {
    /// Goes on with a person whom another handle has known; see [`User::resume`].
    ///
    /// # Errors
    ///
    /// As [`UserState::parse`].
    pub fn resume(&self, text: &str) -> Result<User, Error> {
        User::resume(self, text)
    }
}

impl Serialize for UserState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        state_json::write(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UserState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        state_json::read(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Debug for UserState {
    /// As that of a handle: the id, and nothing else of the person.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserState").field("distinct_id", &self.distinct_id).finish_non_exhaustive()
    }
}
