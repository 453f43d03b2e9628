use std::fmt;

use super::endpoint::put;
use super::{
    Answer, Authorization, Batch, Config, Destination, Dialect, Encoding, Endpoint, Envelope, Host, Identity, Limits,
    Messages, Moment, Outcome, Place as Location, Region, Secret, Share, Unfit, check_key,
};
use crate::destinations::Destinations;
use crate::error::Error;
use crate::filter::{Filter, Outgoing};
use crate::json;
use crate::record::{Place, Record, Verb};
use crate::report::LossReason;
use crate::sensitivity::Sensitivity;
use crate::sight::Sight;

/// Delivery to Segment, under a source's write key.
///
/// ```
/// use taxogen::{Region, Segment};
///
/// let segment = Segment::new("write_key").region(Region::Eu);
/// assert!(!format!("{segment:?}").contains("write_key"));
/// ```
#[derive(Clone)]
#[must_use = "nothing is delivered until a client is built with it"]
pub struct Segment {
    write_key: String,
    place: Location,
    allow: Option<Sensitivity>,
    filter: Filter,
    encoding: Encoding,
}

impl Segment {
    /// Delivers to the source of this write key, in the United States unless told otherwise.
    pub fn new(write_key: impl Into<String>) -> Self {
        Self {
            write_key: write_key.into(),
            place: Location::Region(Region::Us),
            allow: None,
            filter: Filter::default(),
            encoding: Encoding::default(),
        }
    }

    /// Where the workspace is. Segment answers 200 in the wrong region too, and drops everything.
    pub fn region(mut self, region: Region) -> Self {
        self.place = Location::Region(region);
        self
    }

    /// A host of your own, or of a proxy, with its path if it has one.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.place = Location::Host(host.into());
        self
    }

    /// The most sensitive properties that Segment may see, where that is less than the plan's `destinations:` say: it
    /// only narrows. What no plan speaks of, the attributes of a [`Decision`](crate::Decision) in the policy `guide`, is
    /// personal and goes there only under an explicit `.allow(Sensitivity::Personal)`.
    pub fn allow(mut self, highest: Sensitivity) -> Self {
        self.allow = Some(highest);
        self
    }

    /// Says of each record whether it goes to Segment: one for which it says `false` is dropped, counted
    /// ([`DestinationReport::dropped`](crate::DestinationReport::dropped)) and no loss. It can drop and nothing else, and sees
    /// what Segment may see. Of several, all have to let a record pass.
    ///
    /// It runs on the delivery thread, when a record is taken from the log: it should be quick and
    /// should not capture. A record on which it panics is lost, counted and told
    /// ([`LossReason::HookPanicked`](crate::LossReason::HookPanicked)).
    pub fn filter(mut self, passes: impl Fn(&Outgoing<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.filter = self.filter.and(passes);
        self
    }

    /// How bodies are packed: with gzip unless told otherwise, where the feature `gzip` is on. Segment takes gzip and
    /// nothing else.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    pub(super) fn passing(&self) -> Filter {
        self.filter.clone()
    }

    pub(super) fn sight(&self) -> Sight {
        Sight { destination: Destinations::SEGMENT, allow: self.allow }
    }

    pub(super) fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        check_key("segment", "write key", &self.write_key)?;
        self.encoding.check("segment")?;
        let host = match &self.place {
            Location::Region(Region::Us) => "https://api.segment.io",
            Location::Region(Region::Eu) => "https://events.eu1.segmentapis.com",
            Location::Region(region) => return Err(Location::no_such_region("segment", *region)),
            Location::Host(host) => host,
        };
        let mut head = b"{\"writeKey\":".to_vec();
        json::write_string(&mut head, &self.write_key);
        head.extend_from_slice(b",\"sentAt\":\"");
        let sight = self.sight();
        let host = Host::read("segment", host)?;
        Ok(vec![Endpoint {
            identity: Identity::new("batch", &self.write_key, &host),
            url: host.join("/v1/batch"),
            authorization: Authorization::Basic(self.write_key.clone()),
            secret: Secret::new(&self.write_key),
            encoding: self.encoding,
            limits: LIMITS,
            envelope: Envelope::with_time(head, Moment::SentAt, b"\",\"batch\":[", b"]}"),
            dialect: Box::new(Batches { sight }),
        }])
    }
}

impl From<Segment> for Destination {
    fn from(segment: Segment) -> Self {
        Self(Config::Segment(segment))
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, allow, filter, encoding, .. } = self;
        formatter
            .debug_struct("Segment")
            .field("place", place)
            .field("allow", allow)
            .field("filter", filter)
            .field("encoding", encoding)
            .finish_non_exhaustive()
    }
}

/// The vendor takes 32 KB a message, where its own SDKs count 1,024 bytes a kilobyte, and 500 KB and 2,500 messages a
/// batch. Of the latter it says so to nobody: room is left, and for the envelope.
const LIMITS: Limits = Limits { message: 32 * 1024, batch: 495_000, messages: 2_500 };

/// What an `identify` call brings.
const TRAITS: [Place; 3] = [Place::Set, Place::SetOnce, Place::Unset];

/// Behind the id of an event, for the call that brings its traits.
const OF_TRAITS: &[u8] = b"-traits";
// The vendor drops a message with a longer id.
const _: () = assert!(36 + OF_TRAITS.len() <= 100);

/// Closes a message.
const LIBRARY: &str = concat!("\"library\":{\"name\":\"taxogen\",\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}}}");

/// `/v1/batch`.
struct Batches {
    sight: Sight,
}

impl Dialect for Batches {
    fn share(&self, record: &Record<'_>) -> Share {
        let empty = matches!(record.verb, Verb::Set | Verb::Unset) && !self.has_traits(record);
        if empty || !self.sight.sees(record) { Share::Nothing } else { Share::Whole }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        match record.verb {
            Verb::Capture | Verb::Page | Verb::Screen => {
                messages.add(|bytes| self.write_event(record, bytes));
                // Such a call sets no traits: the person's properties are a call of their own.
                if self.has_traits(record) {
                    messages.add(|bytes| self.write_identify(record, OF_TRAITS, bytes));
                }
            }
            Verb::Identify | Verb::Set | Verb::Unset => messages.add(|bytes| self.write_identify(record, b"", bytes)),
            Verb::Group => messages.add(|bytes| self.write_group(record, bytes)),
            Verb::Alias => messages.add(|bytes| {
                open(record, b"alias", b"", bytes);
                put(bytes, &[b",\"previousId\":\"", record.second_id.as_bytes(), b"\",\"context\":{"]);
                bytes.extend_from_slice(LIBRARY.as_bytes());
            }),
        }
        Ok(())
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        // One message that is too large spoils the batch.
        if answer.status == 400 {
            return Outcome::Split(LossReason::Refused, answer.explain());
        }
        if let Some(outcome) = answer.by_status() {
            return outcome;
        }
        let body = answer.json().unwrap_or_default();
        let error = body["success"] == false || body.get("error").is_some_and(|error| !error.is_null());
        if error || answer.is_hollow() { Outcome::RetryAfter(None) } else { Outcome::Delivered }
    }
}

impl Batches {
    fn has_traits(&self, record: &Record<'_>) -> bool {
        TRAITS.iter().any(|place| self.sight.has(record, *place))
    }

    fn write_event(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        let (call, name): (&[u8], &[u8]) = match record.verb {
            Verb::Page => (b"page", b",\"name\":\""),
            Verb::Screen => (b"screen", b",\"name\":\""),
            _ => (b"track", b",\"event\":\""),
        };
        open(record, call, b"", bytes);
        put(bytes, &[name, record.name_at(Destinations::SEGMENT).as_bytes(), b"\",\"properties\":"]);
        self.sight.object(record, &[Place::Event], bytes);
        bytes.extend_from_slice(b",\"context\":{");
        // Segment knows one group per call.
        if let Some((_, key)) = record.groups().next() {
            put(bytes, &[b"\"groupId\":\"", key.as_bytes(), b"\","]);
        }
        bytes.extend_from_slice(LIBRARY.as_bytes());
    }

    /// Segment has no `set_once`: such properties are traits like the others. A trait that is `null` is one no more.
    fn write_identify(&self, record: &Record<'_>, id_suffix: &[u8], bytes: &mut Vec<u8>) {
        open(record, b"identify", id_suffix, bytes);
        bytes.extend_from_slice(b",\"traits\":");
        self.sight.object(record, &TRAITS, bytes);
        put(bytes, &[b",\"context\":{", LIBRARY.as_bytes()]);
    }

    fn write_group(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        open(record, b"group", b"", bytes);
        put(bytes, &[b",\"groupId\":\"", record.second_id.as_bytes(), b"\",\"traits\":"]);
        self.sight.object(record, &[Place::Event], bytes);
        put(bytes, &[b",\"context\":{", LIBRARY.as_bytes()]);
    }
}

/// What all calls begin with.
fn open(record: &Record<'_>, call: &[u8], id_suffix: &[u8], bytes: &mut Vec<u8>) {
    let (id, time) = (record.id.to_text(), record.time.to_rfc3339());
    put(bytes, &[b"{\"type\":\"", call, b"\",\"messageId\":\"", &id, id_suffix]);
    // An alias is of two users, whatever they are called.
    let is_anonymous = record.marks.is_anonymous() && record.verb != Verb::Alias;
    let key: &[u8] = if is_anonymous { b"\",\"anonymousId\":\"" } else { b"\",\"userId\":\"" };
    put(bytes, &[b"\",\"timestamp\":\"", &time, key, record.distinct_id.as_bytes(), b"\""]);
    if !record.anonymous_id.is_empty() && record.verb != Verb::Alias {
        put(bytes, &[b",\"anonymousId\":\"", record.anonymous_id.as_bytes(), b"\""]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_host() {
        for (region, url) in [
            (Region::Us, "https://api.segment.io/v1/batch"),
            (Region::Eu, "https://events.eu1.segmentapis.com/v1/batch"),
        ] {
            assert_eq!(Segment::new("k").region(region).endpoints().unwrap()[0].url.as_str(), url);
        }
        let region = Segment::new("k").region(Region::In).endpoints().err().unwrap();
        assert_eq!(region.to_string(), "segment has no region `in`");
        assert_eq!(Segment::new(" ").endpoints().err().unwrap().to_string(), "the write key of segment is empty");
    }

    #[test]
    fn answers_are_judged_by_status_first() {
        let sight = Sight { destination: Destinations::SEGMENT, allow: None };
        for (status, body, outcome) in [
            (200, "{\"success\":true}", Outcome::Delivered),
            (200, "ok", Outcome::Delivered),
            (200, "", Outcome::RetryAfter(None)),
            (200, "<html>", Outcome::RetryAfter(None)),
            (200, "{\"success\":false}", Outcome::RetryAfter(None)),
            (200, "{\"error\":\"queue\"}", Outcome::RetryAfter(None)),
            (
                400,
                "{\"success\":false,\"message\":\"too large\"}",
                Outcome::Split(LossReason::Refused, "status 400: too large".to_owned()),
            ),
            (429, "", Outcome::RetryAfter(None)),
        ] {
            let answer = Answer { status, retry_after: None, body: body.as_bytes() };
            assert_eq!(Batches { sight }.outcome(&answer, &Batch::default()), outcome, "{status} {body}");
        }
    }
}
