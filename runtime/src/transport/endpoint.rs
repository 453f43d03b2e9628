use std::borrow::Cow;
use std::ops::Range;

use reqwest::header::{HeaderMap, HeaderValue};

use super::attempt::Attempt;
use super::encoding::Encoding;
use super::outcome::{Answer, Outcome};
use super::{Batch, Identity, Secret};
use crate::limited::{Limit, Met};
use crate::record::Record;
use crate::report::LossReason;

/// One URL of a vendor that takes batches of messages.
pub(crate) struct Endpoint {
    /// By what it is known again in a log that outlives the process.
    pub(crate) identity: Identity,
    /// Where batches are posted to.
    pub(crate) url: reqwest::Url,
    pub(crate) authorization: Authorization,
    /// The key, which nothing that is told may hold.
    pub(crate) secret: Secret,
    /// How bodies are packed.
    pub(crate) encoding: Encoding,
    pub(crate) limits: Limits,
    pub(crate) envelope: Envelope,
    pub(crate) dialect: Box<dyn Dialect>,
}

/// Who asks.
pub(crate) enum Authorization {
    /// The body says it.
    None,
    /// A user, with an empty password.
    Basic(String),
    /// `Bearer` and a key; marked as sensitive.
    Bearer(HeaderValue),
}

/// What a batch may hold, before it is packed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of one message.
    pub(crate) message: usize,
    /// Bytes of all messages; one message alone may be larger.
    pub(crate) batch: usize,
    pub(crate) messages: usize,
}

/// The text around the messages of a batch.
#[derive(Debug)]
pub(crate) struct Envelope {
    /// Before a time, where the vendor takes one.
    head: Option<(Vec<u8>, Moment)>,
    /// Before the messages.
    open: Cow<'static, [u8]>,
    /// Behind them.
    close: &'static [u8],
}

/// Which time a body says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// Of this attempt.
    SentAt,
    /// Of the first attempt.
    CreatedAt,
}

/// How a vendor's endpoint speaks.
pub(crate) trait Dialect: Send + Sync {
    /// What this endpoint has to do with a record. Called with the log locked: short.
    fn share(&self, record: &Record<'_>) -> Share;

    /// Writes the messages that a record of which it has a share is here.
    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit>;

    /// The messages of a batch as they go into a body: one after the other, unless the vendor wants them otherwise.
    fn body<'a>(&self, batch: &'a Batch) -> Cow<'a, [u8]> {
        Cow::Borrowed(batch.messages())
    }

    /// Adds the headers of this attempt, where the vendor takes any.
    fn add_headers(&self, _: &Attempt, _: &mut HeaderMap) {}

    /// What an answer means for the batch that it answers.
    fn outcome(&self, answer: &Answer<'_>, sent: &Batch) -> Outcome;
}

/// What an endpoint has to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    Nothing,
    /// It delivers the record.
    Whole,
    /// It delivers a part that its neighbour at the same vendor cannot take. Told when it is lost, and never
    /// counted: the record itself is, by that neighbour.
    Part,
}

/// A record that the endpoint never takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) reason: LossReason,
    pub(crate) detail: Cow<'static, str>,
}

/// Takes the messages of one record, joined by commas with those before.
pub(crate) struct Messages<'a> {
    pub(super) bytes: &'a mut Vec<u8>,
    pub(super) count: usize,
    /// The length of the longest.
    pub(super) longest: usize,
    /// What of the record was cut or left out.
    pub(super) met: Vec<Met>,
}

impl Messages<'_> {
    /// Says that a property was cut or left out.
    #[cold]
    pub(crate) fn limited(&mut self, property: &str, limit: Limit) {
        self.met.push(Met { property: property.to_owned(), limit });
    }

    pub(crate) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if !self.bytes.is_empty() {
            self.bytes.push(b',');
        }
        let start = self.bytes.len();
        write(self.bytes);
        self.count += 1;
        self.longest = self.longest.max(self.bytes.len() - start);
    }
}

impl Envelope {
    /// `head`, a time, `open`, the messages, `close`.
    pub(crate) fn with_time(head: Vec<u8>, moment: Moment, open: &'static [u8], close: &'static [u8]) -> Self {
        Self { head: Some((head, moment)), open: Cow::Borrowed(open), close }
    }

    /// A list of the messages and nothing else.
    pub(crate) fn list() -> Self {
        Self { head: None, open: Cow::Borrowed(b"["), close: b"]" }
    }

    /// `open`, the messages, `close`.
    #[cfg(feature = "optimizely")]
    pub(crate) fn around(open: Vec<u8>, close: &'static [u8]) -> Self {
        Self { head: None, open: Cow::Owned(open), close }
    }

    /// The parts of a body, in order, for this attempt.
    pub(crate) fn wrap<R>(&self, attempt: &Attempt, messages: &[u8], body: impl FnOnce(&[&[u8]]) -> R) -> R {
        let Some((head, moment)) = &self.head else {
            return body(&[&self.open, messages, self.close]);
        };
        let time = match moment {
            Moment::SentAt => attempt.sent_at,
            Moment::CreatedAt => attempt.request.created_at,
        };
        body(&[head, &time.to_rfc3339(), &self.open, messages, self.close])
    }
}

/// Appends all parts.
#[inline]
pub(super) fn put(bytes: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        bytes.extend_from_slice(part);
    }
}

/// The range without the comma between two messages at its start.
pub(super) fn without_comma(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let comma = usize::from(range.start > 0 && bytes.get(range.start) == Some(&b','));
    range.start + comma..range.end
}
