use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::str::FromStr;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::purchase::PROPERTIES;

/// What arrived at the sink.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) requests: usize,
    /// All bytes of the requests, heads and packed bodies.
    pub(crate) wire_bytes: usize,
    /// Bytes of the bodies before they were packed.
    pub(crate) body_bytes: usize,
    pub(crate) events: usize,
    /// Events with different ids at one vendor, or of different content where they have none.
    pub(crate) distinct: usize,
    /// Events with an id and a time.
    pub(crate) marked: usize,
    /// The sum of a hash of each event: its name, its person and the six properties.
    pub(crate) content: u64,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head_bytes: usize,
    pub(crate) gzip: bool,
    pub(crate) body: Vec<u8>,
}

impl Tally {
    /// Unpacks, reads and counts the batches of PostHog's `/batch/`, of Segment's `/v1/batch` and of Mixpanel's `/import`.
    pub(crate) fn of(requests: &[Request]) -> Result<Self> {
        let mut tally = Self { requests: requests.len(), ..Self::default() };
        let mut distinct = HashSet::new();
        let mut body = Vec::new();
        for request in requests {
            tally.wire_bytes += request.head_bytes + request.body.len();
            body.clear();
            if request.gzip {
                GzDecoder::new(request.body.as_slice()).read_to_end(&mut body)?;
            } else {
                body.extend_from_slice(&request.body);
            }
            tally.body_bytes += body.len();
            let batch: Value = serde_json::from_slice(&body)?;
            let events = batch.as_array().or_else(|| batch["batch"].as_array());
            for event in events.ok_or_else(|| Error::new("a body without a batch"))? {
                let id = ID.iter().find_map(|(vendor, path)| Some((*vendor, event.pointer(path)?.as_str()?)));
                let has_time = event["timestamp"].is_string() || event["properties"]["time"].is_number();
                let content = content(event)?;
                tally.events += 1;
                tally.marked += usize::from(id.is_some() && has_time);
                tally.content = tally.content.wrapping_add(content);
                distinct.insert(id.map_or_else(|| content.to_string(), |(vendor, id)| format!("{vendor} {id}")));
            }
        }
        tally.distinct = distinct.len();
        Ok(tally)
    }
}

/// Where each vendor has an event's id: that of one event is the same at all of them.
const ID: [(&str, &str); 3] = [("posthog", "/uuid"), ("segment", "/messageId"), ("mixpanel", "/properties/$insert_id")];

/// A hash of what the application said: it differs between SDKs only when one of them changed it.
fn content(event: &Value) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for paths in [["/event"].as_slice(), &["/distinct_id", "/userId", "/properties/distinct_id"]] {
        let text = paths.iter().find_map(|path| event.pointer(path)?.as_str());
        text.ok_or_else(|| Error::new(format!("an event without `{}`", paths[0])))?.hash(&mut hasher);
    }
    for name in PROPERTIES {
        let value = &event["properties"][name];
        if value.is_null() {
            return Err(Error::new(format!("an event without `{name}`")));
        }
        value.to_string().hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// As the sink sends it: the numbers, in the order of the fields.
impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, wire_bytes, body_bytes, events, distinct, marked, content } = self;
        write!(formatter, "{requests} {wire_bytes} {body_bytes} {events} {distinct} {marked} {content}")
    }
}

impl FromStr for Tally {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
        let [requests, wire_bytes, body_bytes, events, distinct, marked, content] = numbers[..] else {
            return Err(Error::new(format!("the sink answered `{text}`")));
        };
        Ok(Self {
            requests: usize::try_from(requests)?,
            wire_bytes: usize::try_from(wire_bytes)?,
            body_bytes: usize::try_from(body_bytes)?,
            events: usize::try_from(events)?,
            distinct: usize::try_from(distinct)?,
            marked: usize::try_from(marked)?,
            content,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(body: &Value) -> Request {
        Request { head_bytes: 100, gzip: false, body: body.to_string().into_bytes() }
    }

    fn properties(order: &str) -> Value {
        json!({
            "$lib": "any", "order_id": order, "currency": "EUR", "total_cents": 1, "weight_kg": 0.5,
            "express": true, "coupon": "SPRING",
        })
    }

    fn event(uuid: &str, order: &str) -> Value {
        json!({
            "uuid": uuid, "event": "completed_purchase", "distinct_id": "user_1", "timestamp": "2026-01-01T00:00:00Z",
            "properties": properties(order),
        })
    }

    #[test]
    fn repeated_events_are_not_distinct_and_changed_ones_differ() {
        let body = json!({ "batch": [event("a", "1"), event("b", "2"), event("a", "1")] });
        let tally = Tally::of(&[request(&body)]).unwrap();
        assert_eq!((tally.requests, tally.events, tally.distinct, tally.marked), (1, 3, 2, 3));

        let swapped = json!({ "batch": [event("c", "2"), event("d", "1"), event("e", "1")] });
        assert_eq!(Tally::of(&[request(&swapped)]).unwrap().content, tally.content);
        let changed = json!({ "batch": [event("c", "2"), event("d", "1"), event("e", "3")] });
        assert_ne!(Tally::of(&[request(&changed)]).unwrap().content, tally.content);
        assert_eq!(tally.to_string().parse::<Tally>().unwrap(), tally);
    }

    #[test]
    fn an_event_is_distinct_at_each_vendor_and_has_the_same_content() {
        let mut imported = properties("1");
        for (name, value) in [("distinct_id", json!("user_1")), ("$insert_id", json!("a")), ("time", json!(1))] {
            imported[name] = value;
        }
        let list = json!([{ "event": "completed_purchase", "properties": imported }]);
        let batch = json!({ "batch": [event("a", "1")] });
        let [at_mixpanel, at_posthog] = [&list, &batch].map(|body| Tally::of(&[request(body)]).unwrap());
        assert_eq!(at_mixpanel.content, at_posthog.content);
        let both = Tally::of(&[request(&list), request(&batch), request(&list)]).unwrap();
        assert_eq!((both.events, both.distinct, both.marked), (3, 2, 3));
    }

    #[test]
    fn events_without_ids_count_by_their_content() {
        let track = |order: &str| {
            let properties = properties(order);
            json!({ "type": "track", "event": "completed_purchase", "userId": "user_1", "properties": properties })
        };
        let tracks = Tally::of(&[request(&json!({ "batch": [track("1"), track("2"), track("2")] }))]).unwrap();
        let events = Tally::of(&[request(&json!({ "batch": [event("a", "1"), event("b", "2"), event("c", "2")] }))]);
        assert_eq!((tracks.events, tracks.distinct, tracks.marked), (3, 2, 0));
        assert_eq!(tracks.content, events.unwrap().content);
    }

    #[test]
    fn an_event_without_a_property_is_an_error() {
        let mut poor = event("a", "1");
        poor["properties"]["coupon"].take();
        let body = json!({ "batch": [poor] });
        assert_eq!(Tally::of(&[request(&body)]).unwrap_err().to_string(), "an event without `coupon`");
    }
}
