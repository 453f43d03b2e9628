use super::super::{Answer, Batch, Dialect, Messages, Outcome, Share, Unfit};
use super::EventWriter;
use crate::record::Record;
use crate::report::LossReason;

/// `/batch/`, version 0.
pub(super) struct Batches(pub(super) EventWriter);

impl Dialect for Batches {
    fn share(&self, record: &Record<'_>) -> Share {
        self.0.share(record)
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        self.0.add(record, messages, |_, _| {})
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        // One bad event spoils the batch.
        if answer.status == 400 {
            return Outcome::Split(LossReason::Refused, answer.explain());
        }
        if let Some(outcome) = answer.by_status() {
            return outcome;
        }
        if answer.is_hollow() {
            return Outcome::RetryAfter(None);
        }
        // The body of a success has many forms, and none of them matters but these two.
        let body = answer.json().unwrap_or_default();
        let limited = body["quota_limited"].as_array().is_some_and(|of| of.iter().any(|what| what == "events"));
        if limited {
            return Outcome::Refused("over the quota of the project: posthog answered 200 and took nothing".to_owned());
        }
        let error = body.get("error").is_some_and(|error| !error.is_null()) || body["status"] == 0;
        if error { Outcome::RetryAfter(None) } else { Outcome::Delivered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{PostHog, posthog::event};

    #[test]
    fn answers_are_judged_by_status_first() {
        let batches = Batches(PostHog::new("phc_x").writer(event::LIBRARY));
        let quota = "over the quota of the project: posthog answered 200 and took nothing";
        for (status, body, outcome) in [
            (200, "{\"status\":1}", Outcome::Delivered),
            (200, "{\"status\":\"Ok\"}", Outcome::Delivered),
            (200, "1", Outcome::Delivered),
            (204, "", Outcome::Delivered),
            (200, "{\"status\":1,\"quota_limited\":[\"recordings\"]}", Outcome::Delivered),
            (200, "{\"status\":1,\"quota_limited\":[\"events\"]}", Outcome::Refused(quota.to_owned())),
            (200, "", Outcome::RetryAfter(None)),
            (200, " <html>maintenance</html>", Outcome::RetryAfter(None)),
            (200, "{\"error\":\"queue\"}", Outcome::RetryAfter(None)),
            (200, "{\"status\":0}", Outcome::RetryAfter(None)),
            (400, "no `event`", Outcome::Split(LossReason::Refused, "status 400: no `event`".to_owned())),
            (401, "bad key", Outcome::Unauthorized("status 401: bad key".to_owned())),
            (503, "", Outcome::RetryAfter(None)),
        ] {
            let answer = Answer { status, retry_after: None, body: body.as_bytes() };
            assert_eq!(batches.outcome(&answer, &Batch::default()), outcome, "{status} {body}");
        }
    }
}
