use super::super::endpoint::put;
use super::super::{Answer, Batch, Dialect, Messages, Outcome, Share, Unfit};
use super::{DEVICE, check_id, check_person};
use crate::json;
use crate::record::{Place, Record, Verb};
use crate::report::LossReason;
use crate::sight::Sight;
use crate::value::Timestamp;

/// `/engage`: properties of persons, also those that an event brings along.
pub(super) struct Persons {
    sight: Sight,
    head: Vec<u8>,
}

/// `/groups`: properties of groups.
pub(super) struct Groups {
    sight: Sight,
    head: Vec<u8>,
}

const OPERATIONS: [(Place, &[u8]); 3] =
    [(Place::Set, b",\"$set\":"), (Place::SetOnce, b",\"$set_once\":"), (Place::Unset, b",\"$unset\":")];

/// Whether a record changes the profile of a person.
pub(super) fn has_profile(sight: Sight, record: &Record<'_>) -> bool {
    OPERATIONS.iter().any(|(place, _)| sight.has(record, *place))
}

impl Persons {
    pub(super) fn new(sight: Sight, token: &str) -> Self {
        Self { sight, head: head(token) }
    }
}

impl Groups {
    pub(super) fn new(sight: Sight, token: &str) -> Self {
        Self { sight, head: head(token) }
    }
}

impl Dialect for Persons {
    fn share(&self, record: &Record<'_>) -> Share {
        if !self.sight.sees(record) || !has_profile(self.sight, record) {
            return Share::Nothing;
        }
        match record.verb {
            Verb::Identify | Verb::Set | Verb::Unset => Share::Whole,
            Verb::Capture | Verb::Page | Verb::Screen => Share::Part,
            Verb::Group | Verb::Alias => Share::Nothing,
        }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        check_person(record)?;
        // An update holds one operation.
        for (place, operation) in OPERATIONS {
            if self.sight.has(record, place) {
                messages.add(|bytes| {
                    bytes.extend_from_slice(&self.head);
                    write_seconds(record.time, bytes);
                    let device = if record.marks.is_anonymous() { DEVICE } else { "" };
                    put(
                        bytes,
                        &[b",\"$distinct_id\":\"", device.as_bytes(), record.distinct_id.as_bytes(), b"\"", operation],
                    );
                    if place == Place::Unset {
                        self.sight.names(record, place, bytes);
                    } else {
                        self.sight.object(record, &[place], bytes);
                    }
                    bytes.push(b'}');
                });
            }
        }
        Ok(())
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        outcome(answer)
    }
}

impl Dialect for Groups {
    fn share(&self, record: &Record<'_>) -> Share {
        let wanted = record.verb == Verb::Group && self.sight.sees(record);
        if wanted { Share::Whole } else { Share::Nothing }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        check_id(record.second_id)?;
        let (kind, key) = (record.group_type.as_bytes(), record.second_id.as_bytes());
        messages.add(|bytes| {
            bytes.extend_from_slice(&self.head);
            write_seconds(record.time, bytes);
            put(bytes, &[b",\"$group_key\":\"", kind, b"\",\"$group_id\":\"", key, b"\",\"$set\":"]);
            self.sight.object(record, &[Place::Event], bytes);
            bytes.push(b'}');
        });
        Ok(())
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        outcome(answer)
    }
}

fn head(token: &str) -> Vec<u8> {
    let mut head = b"{\"$token\":".to_vec();
    json::write_string(&mut head, token);
    head.extend_from_slice(b",\"$time\":");
    head
}

/// Seconds since 1970 with milliseconds behind the point.
fn write_seconds(time: Timestamp, bytes: &mut Vec<u8>) {
    let millis = time.as_unix_millis().max(0);
    json::write_integer(bytes, millis / 1000);
    let rest = u8::try_from(millis % 1000 / 100).unwrap_or_default();
    let digits = u8::try_from(millis % 100).unwrap_or_default();
    bytes.extend_from_slice(&[b'.', b'0' + rest, b'0' + digits / 10, b'0' + digits % 10]);
}

/// Both say 200 to everything: the body has the word. An update that is sent again changes nothing.
fn outcome(answer: &Answer<'_>) -> Outcome {
    if answer.status == 400 {
        return Outcome::Split(LossReason::Refused, answer.explain());
    }
    if let Some(outcome) = answer.by_status() {
        return outcome;
    }
    if answer.is_hollow() {
        return Outcome::RetryAfter(None);
    }
    let body = answer.json().unwrap_or_default();
    let status = body.get("status").unwrap_or(&body);
    let error = body.get("error").is_some_and(|error| !error.is_null());
    if error || status == 0 { Outcome::Split(LossReason::Refused, answer.explain()) } else { Outcome::Delivered }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_200_is_read_for_its_word() {
        let invalid = "{\"status\":0,\"error\":\"invalid $token\"}";
        for (status, body, expected) in [
            (200, "{\"status\":1,\"error\":null}", Outcome::Delivered),
            (200, "1", Outcome::Delivered),
            (200, "0", Outcome::Split(LossReason::Refused, "status 200".to_owned())),
            (200, invalid, Outcome::Split(LossReason::Refused, "status 200: invalid $token".to_owned())),
            (200, "", Outcome::RetryAfter(None)),
            (200, "<html>", Outcome::RetryAfter(None)),
            (401, "{\"error\":\"no\"}", Outcome::Unauthorized("status 401: no".to_owned())),
            (502, "", Outcome::RetryAfter(None)),
        ] {
            let answer = Answer { status, retry_after: None, body: body.as_bytes() };
            assert_eq!(outcome(&answer), expected, "{status} {body}");
        }
    }

    #[test]
    fn seconds_have_three_digits_behind_the_point() {
        for (millis, text) in [(0, "0.000"), (1_767_323_045_678, "1767323045.678"), (1_007, "1.007")] {
            let mut bytes = Vec::new();
            write_seconds(Timestamp::from_unix_millis(millis), &mut bytes);
            assert_eq!(bytes, text.as_bytes());
        }
    }
}
