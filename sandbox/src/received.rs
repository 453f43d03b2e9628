//! What tests read: values, detached from the running server.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::{Properties, Vendor};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Something happened.
    Event,
    /// A person's properties: `$set`, `$identify`, `identify`, `/engage`.
    Person,
    /// A group's properties: `$groupidentify`, `group`, `/groups`.
    Group,
    /// Two ids are one person: `$create_alias`, `alias`, `$merge`.
    Alias,
}

/// What the vendor makes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Counted.
    Accepted,
    /// The vendor has it already and counts it once.
    Repeated,
    /// Answered as if accepted, and dropped later, for this reason.
    Dropped(String),
    /// Refused in the answer, for this reason.
    Rejected(String),
}

/// One message of a request, and what became of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// Who received it.
    pub vendor: Vendor,
    /// What it is about.
    pub kind: Kind,
    /// The event's name, or the verb where there is none (`identify`, `engage`).
    pub name: String,
    /// The user, anonymous ones included; for a group's properties the group's key.
    pub distinct_id: Option<String>,
    /// The properties as the vendor keeps them (traits at Segment, the values of the operation at `/engage`, tags at
    /// Optimizely).
    pub properties: Value,
    /// `uuid`, `messageId` or `$insert_id`.
    pub id: Option<String>,
    /// The time in the message, in milliseconds since 1970, where it is one the vendor understands.
    pub time_ms: Option<i64>,
    /// The whole message as it was sent, at Segment with what stands beside the batch for all of them, at Optimizely
    /// the visitor with this event alone.
    pub item: Value,
    /// What became of it.
    pub verdict: Verdict,
    /// What the vendor does silently: strings cut, ids ignored, a clock corrected.
    pub notes: Vec<String>,
    /// Number of its request at this vendor, from 0.
    pub request: u64,
    /// Bytes of its request's body on the wire.
    pub wire_bytes: usize,
    /// Bytes of its request's body, unpacked.
    pub body_bytes: usize,
}

impl Received {
    pub(crate) fn new(vendor: Vendor, kind: Kind, name: impl Into<String>, item: &Value) -> Self {
        Self {
            vendor,
            kind,
            name: name.into(),
            distinct_id: None,
            properties: Value::Null,
            id: None,
            time_ms: None,
            item: item.clone(),
            verdict: Verdict::Accepted,
            notes: Vec::new(),
            request: 0,
            wire_bytes: 0,
            body_bytes: 0,
        }
    }
}

/// One HTTP request as it came, and how it was answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Number at this vendor, from 0.
    pub number: u64,
    /// `POST`, mostly.
    pub method: String,
    /// Without a trailing slash.
    pub path: String,
    /// What follows the question mark, still escaped.
    pub query: String,
    /// In the order of the wire; names as they were written.
    pub headers: Vec<(String, String)>,
    /// The body, unpacked where it was packed as it says.
    pub body: Vec<u8>,
    /// Bytes of the body on the wire.
    pub wire_bytes: usize,
    /// The status answered; none where the connection was cut or left hanging.
    pub status: Option<u16>,
    /// When it had arrived completely.
    pub at: SystemTime,
    /// The same, since the sandbox started.
    pub since_start: Duration,
}

impl RecordedRequest {
    /// The first header of that name, compared without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What one vendor has seen since the sandbox started, or was cleared.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Ingestion requests, refused and unanswered ones included.
    pub requests: u64,
    /// Flag requests (PostHog).
    pub flag_requests: u64,
    /// How often each status was answered to ingestion requests.
    pub statuses: BTreeMap<u16, u64>,
    /// Ingestion requests that got no answer.
    pub unanswered: u64,
    /// Bytes of ingestion bodies on the wire, every attempt included.
    pub wire_bytes: u64,
    /// The same, unpacked.
    pub body_bytes: u64,
    /// Messages accepted, of every kind, each counted once.
    pub distinct: u64,
    /// Events accepted, each counted once, by name.
    pub events: BTreeMap<String, u64>,
    /// Messages that the vendor had already.
    pub repeated: u64,
    /// Messages answered as if accepted and dropped later, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Messages refused in the answer, by reason. Requests answered by a fault or with 413 are not here.
    pub rejected: BTreeMap<String, u64>,
    /// Person properties by distinct id.
    pub people: BTreeMap<String, Properties>,
    /// Group properties by type and key (Segment has no types: `group`).
    pub groups: BTreeMap<(String, String), Properties>,
    /// Ids that were merged into another.
    pub aliases: BTreeMap<String, String>,
    /// Records that were forgotten to stay within bounds; the counts above still hold them.
    pub forgotten: u64,
}

impl Summary {
    /// Events of that name accepted, each counted once.
    #[must_use]
    pub fn count(&self, event: &str) -> u64 {
        self.events.get(event).copied().unwrap_or_default()
    }

    /// All events accepted, each counted once.
    #[must_use]
    pub fn event_count(&self) -> u64 {
        self.events.values().sum()
    }
}

/// One request in short, for somebody who watches.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RequestSummary {
    /// Nobody, where no vendor has such a path.
    pub vendor: Option<Vendor>,
    /// `POST`, mostly.
    pub method: String,
    /// Without a trailing slash.
    pub path: String,
    /// The status answered; none where the connection was cut or left hanging.
    pub status: Option<u16>,
    /// Bytes of the body on the wire.
    pub wire_bytes: usize,
    /// Bytes of the body, unpacked.
    pub body_bytes: usize,
    /// The names of accepted messages with their number.
    pub accepted: BTreeMap<String, u64>,
    /// Messages that the vendor had already.
    pub repeated: u64,
    /// Messages dropped after a good answer, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Messages refused, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// The fault that was played.
    pub fault: Option<&'static str>,
}
