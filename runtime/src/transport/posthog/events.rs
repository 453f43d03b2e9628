use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::super::{Answer, Attempt, Batch, Dialect, Messages, Outcome, Share, Unfit};
use super::{EventWriter, ids, options, results};
use crate::record::Record;

/// `/i/v1/analytics/events`, version 1.
pub(super) struct Events(pub(super) EventWriter);

/// The library by this header alone: the events do not repeat it.
const SDK_INFO: (HeaderName, HeaderValue) = (
    HeaderName::from_static("posthog-sdk-info"),
    HeaderValue::from_static(concat!("taxogen/", env!("CARGO_PKG_VERSION"))),
);
const ATTEMPT: HeaderName = HeaderName::from_static("posthog-attempt");
const REQUEST_ID: HeaderName = HeaderName::from_static("posthog-request-id");
const REQUEST_TIMESTAMP: HeaderName = HeaderName::from_static("posthog-request-timestamp");

impl Dialect for Events {
    fn share(&self, record: &Record<'_>) -> Share {
        self.0.share(record)
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        ids::check_strictly(record)?;
        self.0.add(record, messages, options::lift)
    }

    fn add_headers(&self, attempt: &Attempt, headers: &mut HeaderMap) {
        let (name, value) = SDK_INFO;
        headers.insert(name, value);
        headers.insert(ATTEMPT, attempt.number.into());
        let texts: [(_, &[u8]); 2] =
            [(REQUEST_ID, &attempt.request.id.to_text()), (REQUEST_TIMESTAMP, &attempt.sent_at.to_rfc3339())];
        for (name, text) in texts {
            headers.insert(name, HeaderValue::from_bytes(text).expect("hexadecimal digits and times are ASCII"));
        }
    }

    fn outcome(&self, answer: &Answer<'_>, sent: &Batch) -> Outcome {
        // Each record is one event.
        let ids: Vec<_> = sent.records().map(|(record, _)| record.read().id).collect();
        results::outcome(answer, &ids)
    }
}
