use std::borrow::Cow;

use reqwest::header::{HeaderMap, HeaderValue};

use super::datafile::Datafile;
use super::visitor;
use crate::destinations::Destinations;
use crate::record::Record;
use crate::recorder::unescaped;
use crate::report::LossReason;
use crate::sight::Sight;
use crate::transport::{Answer, Attempt, Batch, Dialect, Messages, Outcome, Share, Unfit};

/// `/v1/events`: a message is a visitor with an event.
pub(super) struct Conversions {
    pub(super) datafile: Datafile,
    pub(super) sight: Sight,
    pub(super) strict: bool,
}

impl Dialect for Conversions {
    fn share(&self, record: &Record<'_>) -> Share {
        if record.verb.is_event() && self.sight.sees(record) { Share::Whole } else { Share::Nothing }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        let key = record.name_at(Destinations::OPTIMIZELY);
        let Some(id) = self.datafile.event(key) else { return Err(self.unknown(key)) };
        let mut met = Vec::new();
        messages.add(|bytes| met = visitor::write(record, id, &self.datafile, self.sight, bytes));
        messages.met.append(&mut met);
        Ok(())
    }

    fn body<'a>(&self, batch: &'a Batch) -> Cow<'a, [u8]> {
        Cow::Owned(visitor::join(batch.messages_of_records()))
    }

    fn add_headers(&self, _: &Attempt, headers: &mut HeaderMap) {
        if self.strict {
            headers.insert("x-optimizely-strict", HeaderValue::from_static("true"));
        }
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        // It does not say which visitor it means.
        if answer.status == 400 {
            return Outcome::Split(LossReason::Refused, answer.explain());
        }
        if let Some(outcome) = answer.by_status() {
            return outcome;
        }
        // Its word is 204, with nothing behind it. Any other success may be of somebody in between.
        let error = answer.json().is_some_and(|body| body.get("error").is_some_and(|error| !error.is_null()));
        if error || answer.is_hollow() { Outcome::RetryAfter(None) } else { Outcome::Delivered }
    }
}

impl Conversions {
    fn unknown(&self, key: &str) -> Unfit {
        let (key, revision) = (unescaped(key), &self.datafile.revision);
        let detail = format!(
            "revision {revision} of the datafile has no event `{key}`: create it in the project, and start with a datafile \
             that has it"
        );
        Unfit { reason: LossReason::NotInDatafile, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn answers_are_judged_by_their_status() {
        let datafile =
            Datafile::read(r#"{"accountId":"1","projectId":"2","revision":"3","events":[],"attributes":[]}"#);
        let sight = Sight { destination: Destinations::OPTIMIZELY, allow: None };
        let conversions = Conversions { datafile: datafile.unwrap(), sight, strict: false };
        let wait = Some(Duration::from_secs(3));
        for (status, body, outcome) in [
            (204, "", Outcome::Delivered),
            (202, "{}", Outcome::Delivered),
            (200, "ok", Outcome::Delivered),
            (200, "", Outcome::RetryAfter(None)),
            (200, r#"{"error":"queue"}"#, Outcome::RetryAfter(None)),
            (200, "<html>", Outcome::RetryAfter(None)),
            (200, "{\"id\":", Outcome::RetryAfter(None)),
            (
                400,
                r#"{"message":"bad visitor"}"#,
                Outcome::Split(LossReason::Refused, "status 400: bad visitor".to_owned()),
            ),
            (413, "", Outcome::Split(LossReason::TooLarge, "status 413".to_owned())),
            (401, "", Outcome::Unauthorized("status 401".to_owned())),
            (403, "", Outcome::Unauthorized("status 403".to_owned())),
            (429, "", Outcome::RetryAfter(wait)),
            (500, "", Outcome::RetryAfter(wait)),
            (404, "", Outcome::Refused("status 404".to_owned())),
        ] {
            let answer = Answer { status, retry_after: wait, body: body.as_bytes() };
            assert_eq!(conversions.outcome(&answer, &Batch::default()), outcome, "{status} {body}");
        }
    }
}
