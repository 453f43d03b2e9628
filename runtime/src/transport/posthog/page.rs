//! Pages and screens under the names by which PostHog knows their properties.

use super::super::endpoint::put;
use crate::destinations::Destinations;
use crate::record::{Fragment, Place, Record, fragments};
use crate::sight::Sight;

/// Properties of a page that PostHog calls otherwise, for its web analytics.
const OF_PAGES: [(&[u8], &[u8]); 5] = [
    (b"url", b"$current_url"),
    (b"path", b"$pathname"),
    (b"host", b"$host"),
    (b"referrer", b"$referrer"),
    (b"referring_domain", b"$referring_domain"),
];

/// Appends the properties of a page; the event's name is one of them, unless it has one of that name itself.
pub(super) fn write_page(sight: Sight, record: &Record<'_>, bytes: &mut Vec<u8>) {
    let properties = || sight.runs(record, Place::Event).flat_map(|run| fragments(run.fragments));
    if !properties().any(|fragment| fragment.name == b"name") {
        put(bytes, &[b",\"name\":\"", record.name_at(Destinations::POSTHOG).as_bytes(), b"\""]);
    }
    for Fragment { name, bytes: whole } in properties() {
        match OF_PAGES.iter().find(|(plain, _)| *plain == name) {
            // Behind the comma, the quotes and the plain name.
            Some((_, known)) => put(bytes, &[b",\"", known, b"\"", &whole[name.len() + 3..]]),
            None => bytes.extend_from_slice(whole),
        }
    }
}

/// Appends the properties of a screen; the event's name is one of them, unless it has one of that name itself.
pub(super) fn write_screen(sight: Sight, record: &Record<'_>, bytes: &mut Vec<u8>) {
    let mut properties = sight.runs(record, Place::Event).flat_map(|run| fragments(run.fragments));
    if !properties.any(|fragment| fragment.name == b"$screen_name") {
        put(bytes, &[b",\"$screen_name\":\"", record.name_at(Destinations::POSTHOG).as_bytes(), b"\""]);
    }
    sight.copy(record, Place::Event, bytes);
}
