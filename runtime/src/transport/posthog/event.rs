use super::super::endpoint::put;
use super::super::{Messages, Share, Unfit};
use super::{ids, page};
use crate::destinations::Destinations;
use crate::limited::Limit;
use crate::record::{Mark, Place, Record, Verb};
use crate::sight::Sight;

/// Writes an event as both versions take it.
pub(super) struct EventWriter {
    pub(super) sight: Sight,
    /// Properties of every event, which an event of the same names overrides.
    pub(super) library: &'static str,
    /// Whether PostHog may guess places, where an event does not say.
    pub(super) geoip: bool,
}

pub(super) const LIBRARY: &str =
    concat!("{\"$lib\":\"taxogen\",\"$lib_version\":\"", env!("CARGO_PKG_VERSION"), "\",\"$is_server\":true");
/// For version 1, which takes it from a header.
pub(super) const WITHOUT_LIBRARY: &str = "{\"$is_server\":true";

impl EventWriter {
    pub(super) fn share(&self, record: &Record<'_>) -> Share {
        let of_person = [Place::Set, Place::SetOnce, Place::Unset];
        let empty = matches!(record.verb, Verb::Set | Verb::Unset)
            && !of_person.iter().any(|place| self.sight.has(record, *place));
        if empty || !self.sight.sees(record) { Share::Nothing } else { Share::Whole }
    }

    /// Adds an event, with what `finish` makes of it behind its properties, which begin where it is told.
    pub(super) fn add(
        &self,
        record: &Record<'_>,
        messages: &mut Messages<'_>,
        finish: impl FnOnce(&mut Vec<u8>, usize),
    ) -> Result<(), Unfit> {
        check_ids(record, messages)?;
        messages.add(|bytes| {
            let properties = self.write(record, bytes);
            finish(bytes, properties);
            bytes.push(b'}');
        });
        Ok(())
    }

    /// Writes an event up to the end of its properties, and says where these begin.
    fn write(&self, record: &Record<'_>, bytes: &mut Vec<u8>) -> usize {
        let (id, time) = (record.id.to_text(), record.time.to_rfc3339());
        put(bytes, &[b"{\"uuid\":\"", &id, b"\",\"timestamp\":\"", &time]);
        put(bytes, &[b"\",\"event\":\"", event(record).as_bytes(), b"\",\"distinct_id\":\""]);
        write_distinct_id(record, bytes);
        bytes.extend_from_slice(b"\",\"properties\":");
        let properties = bytes.len();
        bytes.extend_from_slice(self.library.as_bytes());
        self.write_options(record, bytes);
        self.write_properties(record, bytes);
        bytes.push(b'}');
        properties
    }

    fn write_properties(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        match record.verb {
            Verb::Group => {
                let (kind, key) = (record.group_type.as_bytes(), record.second_id.as_bytes());
                put(bytes, &[b",\"$group_type\":\"", kind, b"\",\"$group_key\":\"", key, b"\",\"$group_set\":"]);
                self.sight.object(record, &[Place::Event], bytes);
            }
            Verb::Alias => {
                let (previous, known) = (record.second_id.as_bytes(), record.distinct_id.as_bytes());
                put(bytes, &[b",\"distinct_id\":\"", previous, b"\",\"alias\":\"", known, b"\""]);
            }
            Verb::Capture | Verb::Page | Verb::Screen | Verb::Identify | Verb::Set | Verb::Unset => {
                write_groups(record, bytes);
                match record.verb {
                    Verb::Page => page::write_page(self.sight, record, bytes),
                    Verb::Screen => page::write_screen(self.sight, record, bytes),
                    Verb::Identify if !record.anonymous_id.is_empty() && ids::joins(record.anonymous_id) => {
                        put(bytes, &[b",\"$anon_distinct_id\":\"", record.anonymous_id.as_bytes(), b"\""]);
                    }
                    _ => self.sight.copy(record, Place::Event, bytes),
                }
                self.write_person(record, bytes);
            }
        }
    }

    fn write_person(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        for (place, name) in [(Place::Set, b",\"$set\":".as_slice()), (Place::SetOnce, b",\"$set_once\":")] {
            if self.sight.has(record, place) {
                bytes.extend_from_slice(name);
                self.sight.object(record, &[place], bytes);
            }
        }
        if record.verb == Verb::Unset {
            bytes.extend_from_slice(b",\"$unset\":");
            self.sight.names(record, Place::Unset, bytes);
        }
    }

    /// What was asked for this event, or for all.
    fn write_options(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        if record.marks.get(Mark::WithoutGeoip).unwrap_or(!self.geoip) {
            bytes.extend_from_slice(b",\"$geoip_disable\":true");
        }
        if let Some(process) = record.marks.get(Mark::PersonProfile) {
            put(bytes, &[b",\"$process_person_profile\":", if process { b"true" } else { b"false" }]);
        }
        if record.marks.get(Mark::IgnoreSentAt) == Some(true) {
            bytes.extend_from_slice(b",\"$ignore_sent_at\":true");
        }
    }
}

/// Refuses a record whose ids PostHog does not take, and tells where it takes one and merges nobody by it.
fn check_ids(record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
    let previous = if record.verb == Verb::Alias { record.second_id } else { "" };
    // The distinct id of such an event is the group's.
    if record.verb == Verb::Group {
        return Ok(());
    }
    if ids::is_long(record.distinct_id) || ids::is_long(previous) {
        return Err(ids::TOO_LONG);
    }
    let is_nobody = ids::is_nobody(record.distinct_id);
    match record.verb {
        Verb::Alias if is_nobody || ids::is_nobody(previous) => return Err(ids::NOBODYS),
        Verb::Identify if !record.anonymous_id.is_empty() && !ids::joins(record.anonymous_id) => {
            messages.limited("$anon_distinct_id", Limit::Id);
        }
        _ if is_nobody => messages.limited("distinct_id", Limit::Id),
        _ => {}
    }
    Ok(())
}

fn event<'a>(record: &Record<'a>) -> &'a str {
    match record.verb {
        Verb::Capture => record.name_at(Destinations::POSTHOG),
        Verb::Page => "$pageview",
        Verb::Screen => "$screen",
        // An anonymous id that was identified is merged with no other any more.
        Verb::Identify if !record.marks.is_anonymous() => "$identify",
        Verb::Identify | Verb::Set | Verb::Unset => "$set",
        Verb::Group => "$groupidentify",
        Verb::Alias => "$create_alias",
    }
}

fn write_distinct_id(record: &Record<'_>, bytes: &mut Vec<u8>) {
    match record.verb {
        Verb::Group => put(bytes, &[b"$", record.group_type.as_bytes(), b"_", record.second_id.as_bytes()]),
        Verb::Alias => bytes.extend_from_slice(record.second_id.as_bytes()),
        _ => bytes.extend_from_slice(record.distinct_id.as_bytes()),
    }
}

fn write_groups(record: &Record<'_>, bytes: &mut Vec<u8>) {
    let mut before: &[u8] = b",\"$groups\":{\"";
    for (kind, key) in record.groups() {
        put(bytes, &[before, kind.as_bytes(), b"\":\"", key.as_bytes(), b"\""]);
        before = b",\"";
    }
    if before.len() == 2 {
        bytes.push(b'}');
    }
}
