//! A conversion as the event API takes it, and how those of one visitor become one.

use std::collections::HashMap;

use super::datafile::Datafile;
use crate::destinations::Destinations;
use crate::json;
use crate::limited::{Limit, Met};
use crate::record::{Fragment, Place, Record, Run, fragments};
use crate::recorder::unescaped;
use crate::sight::Sight;
use crate::transport::endpoint::put;

/// Between who a visitor is and what they did.
const SNAPSHOT: &[u8] = b",\"snapshots\":[{\"events\":[";
const CLOSE: &[u8] = b"]}]}";

/// Writes a visitor with the one event that a record is.
pub(super) fn write(
    record: &Record<'_>,
    event_id: &str,
    datafile: &Datafile,
    sight: Sight,
    bytes: &mut Vec<u8>,
) -> Vec<Met> {
    let mut met = Vec::new();
    put(bytes, &[b"{\"visitor_id\":\"", record.distinct_id.as_bytes(), b"\",\"attributes\":["]);
    write_attributes(record, datafile, sight, bytes, &mut met);
    bytes.push(b']');
    let key = record.name_at(Destinations::OPTIMIZELY).as_bytes();
    put(bytes, &[SNAPSHOT, b"{\"entity_id\":\"", event_id.as_bytes(), b"\",\"key\":\"", key, b"\",\"timestamp\":"]);
    json::write_integer(bytes, record.time.as_unix_millis());
    put(bytes, &[b",\"uuid\":\"", &record.id.to_text(), b"\""]);
    let counted = counted(record, sight, &mut met);
    for counted in &counted {
        counted.write(bytes);
    }
    write_tags(record, &counted, sight, bytes, &mut met);
    bytes.push(b'}');
    bytes.extend_from_slice(CLOSE);
    met
}

/// What the person's properties say of the visitor, where the project knows an attribute of that name.
fn write_attributes(record: &Record<'_>, datafile: &Datafile, sight: Sight, bytes: &mut Vec<u8>, met: &mut Vec<Met>) {
    let mut comma: &[u8] = b"";
    for fragment in sight.runs(record, Place::Set).flat_map(|run| fragments(run.fragments)) {
        let Some(id) = datafile.attribute(fragment.name) else { continue };
        if is_flat(&fragment, met) {
            put(bytes, &[comma, b"{\"entity_id\":\"", id.as_bytes(), b"\",\"key\":\"", fragment.name]);
            put(bytes, &[b"\",\"type\":\"custom\",\"value\":", fragment.value(), b"}"]);
            comma = b",";
        }
    }
}

/// A property that the conversion counts for.
struct Counted<'a> {
    /// `revenue` or `value`.
    role: &'a [u8],
    property: Fragment<'a>,
    is_fit: bool,
}

impl Counted<'_> {
    /// What can be counted.
    fn write(&self, bytes: &mut Vec<u8>) {
        if self.is_fit {
            put(bytes, &[b",\"", self.role, b"\":", self.property.value()]);
        }
    }
}

/// The revenue and the value: what can be seen of the properties that the conversion names.
fn counted<'a>(record: &Record<'a>, sight: Sight, met: &mut Vec<Met>) -> Vec<Counted<'a>> {
    let mut counted = Vec::new();
    for role in sight.runs(record, Place::Conversion).flat_map(|run| fragments(run.fragments)) {
        let quoted = role.value().strip_prefix(b"\"");
        let Some(name) = quoted.and_then(|quoted| quoted.strip_suffix(b"\"")) else { continue };
        // A hash is a value of nobody.
        let mut of_event = own(record, sight).filter(|run| !run.tag.is_twin()).flat_map(|run| fragments(run.fragments));
        let Some(property) = of_event.find(|property| property.name == name) else { continue };
        let text = std::str::from_utf8(property.value()).unwrap_or_default();
        let (is_fit, limit) = match role.name {
            b"revenue" => (text.parse::<i64>().is_ok(), Limit::Cents),
            _ => (text.starts_with(|first: char| first == '-' || first.is_ascii_digit()), Limit::Number),
        };
        if !is_fit && text != "null" {
            met.push(limited(&role, limit));
        }
        counted.push(Counted { role: role.name, property, is_fit });
    }
    counted
}

/// What the event brought itself.
fn own<'a>(record: &Record<'a>, sight: Sight) -> impl Iterator<Item = Run<'a>> {
    sight.runs(record, Place::Event).filter(|run| !run.tag.is_under())
}

/// What the event brought itself, behind what is counted: the SDKs of Optimizely have that there too.
fn write_tags(record: &Record<'_>, counted: &[Counted<'_>], sight: Sight, bytes: &mut Vec<u8>, met: &mut Vec<Met>) {
    const TAGS: &[u8] = b",\"tags\":";
    bytes.extend_from_slice(TAGS);
    let start = bytes.len();
    for counted in counted {
        counted.write(bytes);
    }
    for fragment in own(record, sight).flat_map(|run| fragments(run.fragments)) {
        if counted.iter().any(|counted| counted.role == fragment.name && counted.property == fragment) {
            continue;
        }
        if matches!(fragment.name, b"revenue" | b"value") {
            met.push(limited(&fragment, Limit::Reserved));
        } else if is_flat(&fragment, met) {
            bytes.extend_from_slice(fragment.bytes);
        }
    }
    match bytes.get_mut(start) {
        Some(comma) => {
            *comma = b'{';
            bytes.push(b'}');
        }
        None => bytes.truncate(start - TAGS.len()),
    }
}

/// Whether a value is a text, a number or a boolean. What is `null` is left out without a word: nobody said anything.
fn is_flat(fragment: &Fragment<'_>, met: &mut Vec<Met>) -> bool {
    match fragment.value().first() {
        None | Some(b'n') => false,
        Some(b'{' | b'[') => {
            met.push(limited(fragment, Limit::Depth(0)));
            false
        }
        Some(_) => true,
    }
}

fn limited(fragment: &Fragment<'_>, limit: Limit) -> Met {
    Met { property: unescaped(&String::from_utf8_lossy(fragment.name)), limit }
}

/// Messages as they go out: what one visitor did under the same attributes stands in one place, in its order.
pub(super) fn join<'a>(messages: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut visitors: Vec<(&[u8], Vec<&[u8]>)> = Vec::new();
    let mut places = HashMap::new();
    for message in messages {
        let (visitor, events) = split(message);
        let place = *places.entry(visitor).or_insert(visitors.len());
        match visitors.get_mut(place) {
            Some((_, more)) => more.push(events),
            None => visitors.push((visitor, vec![events])),
        }
    }
    let mut bytes = Vec::new();
    for (visitor, events) in visitors {
        let comma: &[u8] = if bytes.is_empty() { b"" } else { b"," };
        put(&mut bytes, &[comma, visitor, SNAPSHOT, &events.join(&b','), CLOSE]);
    }
    bytes
}

/// Who a message is of, and the events in it. No text holds the mark between them: a quote in a text is escaped.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let mark = message.windows(SNAPSHOT.len()).position(|window| window == SNAPSHOT).unwrap_or_default();
    let (visitor, rest) = message.split_at(mark);
    let events = rest.strip_prefix(SNAPSHOT).and_then(|events| events.strip_suffix(CLOSE));
    (visitor, events.expect("`write` has written it"))
}
