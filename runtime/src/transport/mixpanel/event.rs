//! An event as `/import` takes it.

use super::super::Messages;
use super::super::endpoint::put;
use super::{DEVICE, is_fit, shape};
use crate::destinations::Destinations;
use crate::json;
use crate::limited::Limit;
use crate::record::{Place, Record, Verb, fragments};
use crate::recorder::unescaped;
use crate::sight::Sight;

const LIBRARY: &str = concat!(",\"mp_lib\":\"taxogen\",\"$lib_version\":\"", env!("CARGO_PKG_VERSION"), "\",\"ip\":0");
/// Properties that are there before those of the plan: what every event has, `$device_id` and `$user_id`.
const OWN: usize = 9;
/// Bytes of the shortest property, `,"":0`.
const SHORTEST: usize = 5;

/// Writes events of one project.
pub(super) struct EventWriter {
    pub(super) sight: Sight,
    /// Behind the event's name, up to the value of the distinct id.
    token: Vec<u8>,
}

impl EventWriter {
    pub(super) fn new(sight: Sight, token: &str) -> Self {
        let mut bytes = b"\",\"properties\":{\"token\":".to_vec();
        json::write_string(&mut bytes, token);
        bytes.extend_from_slice(b",\"distinct_id\":\"");
        Self { sight, token: bytes }
    }

    /// Adds the message of a record whose ids are fit.
    pub(super) fn write(&self, record: &Record<'_>, messages: &mut Messages<'_>) {
        let joins = !record.anonymous_id.is_empty() && is_fit(record.anonymous_id);
        let mut met = Vec::new();
        messages.add(|bytes| {
            let (event, distinct_id) = match record.verb {
                Verb::Alias => ("$create_alias", record.second_id),
                Verb::Identify => ("$identify", record.distinct_id),
                _ => (record.name_at(Destinations::MIXPANEL), record.distinct_id),
            };
            let (id, anonymous_id) = (distinct_id.as_bytes(), record.anonymous_id.as_bytes());
            put(bytes, &[b"{\"event\":\"", event.as_bytes(), &self.token]);
            match record.verb {
                Verb::Alias => put(bytes, &[id, b"\",\"alias\":\"", record.distinct_id.as_bytes(), b"\""]),
                // Mixpanel makes the distinct id of the user's, and without one of the device's.
                _ if record.marks.is_anonymous() => {
                    put(bytes, &[DEVICE.as_bytes(), id, b"\",\"$device_id\":\"", id, b"\""]);
                }
                _ if joins => {
                    put(bytes, &[id, b"\",\"$device_id\":\"", anonymous_id, b"\",\"$user_id\":\"", id, b"\""]);
                }
                _ => put(bytes, &[id, b"\""]),
            }
            bytes.extend_from_slice(b",\"time\":");
            json::write_integer(bytes, record.time.as_unix_millis());
            put(bytes, &[b",\"$insert_id\":\"", &record.id.to_text(), b"\"", LIBRARY.as_bytes()]);
            if record.verb == Verb::Identify {
                // What older projects go by.
                put(
                    bytes,
                    &[b",\"$identified_id\":\"", id, b"\",\"$anon_id\":\"", DEVICE.as_bytes(), anonymous_id, b"\""],
                );
            } else if record.verb.is_event() {
                self.write_properties(record, bytes, &mut met);
            }
            bytes.extend_from_slice(b"}}");
        });
        for (property, limit) in met {
            messages.limited(&property, limit);
        }
        if !joins && !record.anonymous_id.is_empty() {
            messages.limited("$device_id", Limit::Id);
        }
    }

    fn write_properties(&self, record: &Record<'_>, bytes: &mut Vec<u8>, met: &mut Vec<(String, Limit)>) {
        let mut room = shape::PROPERTIES - OWN;
        for (kind, key) in record.groups() {
            if shape::is_cut(key) {
                met.push((unescaped(kind), Limit::Id));
                continue;
            }
            put(bytes, &[b",\"", kind.as_bytes(), b"\":\"", key.as_bytes(), b"\""]);
            room = room.saturating_sub(1);
        }
        let runs = || self.sight.runs(record, Place::Event);
        let may_be_many = runs().map(|run| run.fragments.len()).sum::<usize>() > room * SHORTEST;
        for run in runs() {
            if !may_be_many && !shape::may_break(run.fragments) {
                bytes.extend_from_slice(run.fragments);
                continue;
            }
            for fragment in fragments(run.fragments) {
                let start = bytes.len();
                put(bytes, &[b",\"", fragment.name, b"\":"]);
                let copied = match room {
                    0 => Err(Limit::Properties(shape::PROPERTIES)),
                    _ => shape::copy(fragment.value(), bytes),
                };
                let limit = match copied {
                    Ok(cut) => {
                        room -= 1;
                        cut
                    }
                    Err(limit) => {
                        bytes.truncate(start);
                        Some(limit)
                    }
                };
                met.extend(limit.map(|limit| (unescaped(&String::from_utf8_lossy(fragment.name)), limit)));
            }
        }
    }
}
