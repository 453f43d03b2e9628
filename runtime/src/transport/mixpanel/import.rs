use serde_json::Value;

use super::super::{Answer, Batch, Dialect, Messages, Outcome, Partly, Rejection, Share, Unfit};
use super::event::EventWriter;
use super::profile::has_profile;
use super::{check_device, check_id, check_person};
use crate::record::{Record, Verb};
use crate::report::LossReason;
use crate::sight::Sight;

/// `/import?strict=1`: events.
pub(super) struct Import {
    writer: EventWriter,
}

impl Import {
    pub(super) fn new(sight: Sight, token: &str) -> Self {
        Self { writer: EventWriter::new(sight, token) }
    }
}

impl Dialect for Import {
    fn share(&self, record: &Record<'_>) -> Share {
        if !self.writer.sight.sees(record) {
            return Share::Nothing;
        }
        match record.verb {
            Verb::Capture | Verb::Page | Verb::Screen | Verb::Alias => Share::Whole,
            // Only an event makes the two one person.
            Verb::Identify if !record.anonymous_id.is_empty() => {
                if has_profile(self.writer.sight, record) {
                    Share::Part
                } else {
                    Share::Whole
                }
            }
            Verb::Identify | Verb::Set | Verb::Unset | Verb::Group => Share::Nothing,
        }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        check_person(record)?;
        match record.verb {
            Verb::Alias => check_id(record.second_id)?,
            Verb::Identify => check_device(record.anonymous_id)?,
            _ => {}
        }
        self.writer.write(record, messages);
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
    use crate::destinations::Destinations;

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
