use serde_json::Value;

use super::super::endpoint::put;
use super::super::{Answer, Batch, Dialect, Messages, Outcome, Partly, Rejection, Share, Unfit};
use super::profile::has_profile;
use super::{BANNED_DETAIL, DEVICE, is_banned};
use crate::destinations::Destinations;
use crate::json;
use crate::record::{Place, Record, Verb};
use crate::report::LossReason;
use crate::sight::Sight;

/// `/import?strict=1`: events.
pub(super) struct Import {
    sight: Sight,
    /// Properties of every event, up to the value of the distinct id.
    token: Vec<u8>,
}

const LIBRARY: &str = concat!(",\"mp_lib\":\"taxogen\",\"$lib_version\":\"", env!("CARGO_PKG_VERSION"), "\",\"ip\":0");

impl Import {
    pub(super) fn new(sight: Sight, token: &str) -> Self {
        let mut bytes = b"\",\"properties\":{\"token\":".to_vec();
        json::write_string(&mut bytes, token);
        bytes.extend_from_slice(b",\"distinct_id\":\"");
        Self { sight, token: bytes }
    }
}

impl Dialect for Import {
    fn share(&self, record: &Record<'_>) -> Share {
        if !self.sight.sees(record) {
            return Share::Nothing;
        }
        match record.verb {
            Verb::Capture | Verb::Page | Verb::Screen | Verb::Alias => Share::Whole,
            // Only an event makes the two one person.
            Verb::Identify if !record.anonymous_id.is_empty() => {
                if has_profile(self.sight, record) {
                    Share::Part
                } else {
                    Share::Whole
                }
            }
            Verb::Identify | Verb::Set | Verb::Unset | Verb::Group => Share::Nothing,
        }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        let (event, distinct_id) = match record.verb {
            Verb::Alias => ("$create_alias", record.second_id),
            Verb::Identify => ("$identify", record.distinct_id),
            _ => (record.name_at(Destinations::MIXPANEL), record.distinct_id),
        };
        if is_banned(distinct_id) {
            return Err(Unfit { reason: LossReason::Rejected, detail: BANNED_DETAIL });
        }
        messages.add(|bytes| {
            put(bytes, &[b"{\"event\":\"", event.as_bytes(), &self.token]);
            write_ids(record, distinct_id, bytes);
            bytes.extend_from_slice(b",\"time\":");
            json::write_integer(bytes, record.time.as_unix_millis());
            put(bytes, &[b",\"$insert_id\":\"", &record.id.to_text(), b"\"", LIBRARY.as_bytes()]);
            if record.verb == Verb::Alias {
                put(bytes, &[b",\"alias\":\"", record.distinct_id.as_bytes(), b"\"}}"]);
                return;
            }
            if record.verb == Verb::Identify {
                let (known, anonymous) = (record.distinct_id.as_bytes(), record.anonymous_id.as_bytes());
                put(bytes, &[b",\"$identified_id\":\"", known, b"\",\"$anon_id\":\"$device:", anonymous, b"\"}}"]);
                return;
            }
            for (kind, key) in record.groups() {
                put(bytes, &[b",\"", kind.as_bytes(), b"\":\"", key.as_bytes(), b"\""]);
            }
            self.sight.copy(record, Place::Event, bytes);
            bytes.extend_from_slice(b"}}");
        });
        Ok(())
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        if answer.status == 400 {
            let rejections = answer.json().as_ref().and_then(rejections);
            // Without a list nobody knows which: what is sent again is known by its id.
            return match rejections {
                Some(rejected) => Outcome::Partly(Partly { rejected, ..Partly::default() }),
                None => Outcome::Split(LossReason::Refused, answer.explain()),
            };
        }
        if let Some(outcome) = answer.by_status() {
            return outcome;
        }
        let body = answer.json().unwrap_or_default();
        let error = body.get("error").is_some_and(|error| !error.is_null()) || body["status"] == 0 || body == 0;
        if error || answer.is_hollow() { Outcome::RetryAfter(None) } else { Outcome::Delivered }
    }
}

/// Closes the distinct id, and says what Mixpanel makes it from where somebody is or was anonymous: it is the
/// user's id, and without one the device's behind `$device:`.
fn write_ids(record: &Record<'_>, distinct_id: &str, bytes: &mut Vec<u8>) {
    let distinct_id = distinct_id.as_bytes();
    if record.verb == Verb::Alias {
        put(bytes, &[distinct_id, b"\""]);
    } else if record.marks.is_anonymous() {
        put(bytes, &[DEVICE, distinct_id, b"\",\"$device_id\":\"", distinct_id, b"\""]);
    } else {
        put(bytes, &[distinct_id, b"\""]);
        if !record.anonymous_id.is_empty() {
            let device = record.anonymous_id.as_bytes();
            put(bytes, &[b",\"$device_id\":\"", device, b"\",\"$user_id\":\"", distinct_id, b"\""]);
        }
    }
}

/// The records of a 400: all others of the request are in.
fn rejections(answer: &Value) -> Option<Vec<Rejection>> {
    let failed = answer["failed_records"].as_array().filter(|failed| !failed.is_empty())?;
    failed.iter().map(rejection).collect()
}

fn rejection(failed: &Value) -> Option<Rejection> {
    let message = usize::try_from(failed["index"].as_u64()?).ok()?;
    let text = |name: &str| failed[name].as_str().unwrap_or_default();
    let why = [text("field"), text("message")].map(str::trim).join(" ").trim().to_owned();
    Some(Rejection { message, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_400_names_what_is_rejected_and_the_rest_is_in() {
        let sight = Sight { destination: Destinations::MIXPANEL, allow: None };
        let import = Import::new(sight, "t");
        let partly = "{\"code\":400,\"error\":\"some data points in the request failed validation\",\
                      \"num_records_imported\":1,\"status\":\"Bad Request\",\"failed_records\":[{\"index\":1,\
                      \"$insert_id\":\"x\",\"field\":\"properties.time\",\"message\":\"is required\"}]}";
        let rejected = Rejection { message: 1, why: "properties.time is required".to_owned() };
        for (status, body, outcome) in [
            (200, "{\"code\":200,\"num_records_imported\":3,\"status\":\"OK\"}", Outcome::Delivered),
            (200, "1", Outcome::Delivered),
            (200, "0", Outcome::RetryAfter(None)),
            (200, "", Outcome::RetryAfter(None)),
            (200, "<p>", Outcome::RetryAfter(None)),
            (200, "{\"code\":200,\"error\":\"queue\"}", Outcome::RetryAfter(None)),
            (400, partly, Outcome::Partly(Partly { rejected: vec![rejected], ..Partly::default() })),
            (400, "{\"error\":\"bad json\"}", Outcome::Split(LossReason::Refused, "status 400: bad json".to_owned())),
            (
                400,
                "{\"error\":\"x\",\"failed_records\":[{}]}",
                Outcome::Split(LossReason::Refused, "status 400: x".to_owned()),
            ),
            (
                401,
                "{\"error\":\"Invalid credentials\"}",
                Outcome::Unauthorized("status 401: Invalid credentials".to_owned()),
            ),
            (413, "", Outcome::Split(LossReason::TooLarge, "status 413".to_owned())),
            (429, "", Outcome::RetryAfter(None)),
        ] {
            let answer = Answer { status, retry_after: None, body: body.as_bytes() };
            assert_eq!(import.outcome(&answer, &Batch::default()), outcome, "{status} {body}");
        }
    }
}
