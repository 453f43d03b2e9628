//! What becomes of a request: the vendor's own judgement, or a fault that is played instead.

use serde_json::json;

use crate::fault::Fault;
use crate::http::Response;
use crate::ledger::{Judged, Judgement};
use crate::parcel::Parcel;
use crate::server::Reaction;
use crate::{Vendor, Verdict, definitions, mixpanel, posthog_v1};

/// What comes back to the client, and what is recorded.
pub(crate) struct Outcome {
    pub(crate) reaction: Reaction,
    pub(crate) items: Vec<Judged>,
    pub(crate) refused: Option<(String, u64)>,
    pub(crate) fault: Option<&'static str>,
}

impl Outcome {
    pub(crate) fn of(judgement: Judgement) -> Self {
        let Judgement { response, items, refused } = judgement;
        Self { reaction: Reaction::Answer(response), items, refused, fault: None }
    }

    pub(crate) fn played(
        fault: Fault,
        vendor: Vendor,
        parcel: &Parcel<'_>,
        judge: impl Fn(&Parcel<'_>) -> Judgement,
    ) -> Self {
        let name = fault.name();
        let refuses = |reaction| Self { reaction, items: Vec::new(), refused: None, fault: Some(name) };
        let answers = |response| refuses(Reaction::Answer(response));
        match fault {
            Fault::Delay(delay) => {
                let judgement = judge(parcel);
                let response = judgement.response.clone();
                Self { reaction: Reaction::AnswerAfter(delay, response), fault: Some(name), ..Self::of(judgement) }
            }
            Fault::SlowLoris(pause) => {
                let judgement = judge(parcel);
                let response = judgement.response.clone();
                Self { reaction: Reaction::AnswerSlowly(pause, response), fault: Some(name), ..Self::of(judgement) }
            }
            Fault::HalfClose => {
                let judgement = judge(parcel);
                let response = judgement.response.clone();
                Self { reaction: Reaction::HalfClose(response), fault: Some(name), ..Self::of(judgement) }
            }
            Fault::LongAnswer(bytes) => {
                let mut judgement = judge(parcel);
                let long = judgement.response.body.len() + bytes;
                judgement.response.body.resize(long, b' ');
                Self { fault: Some(name), ..Self::of(judgement) }
            }
            Fault::Poison(text) => {
                let body = parcel.readable();
                if body.windows(text.len().max(1)).any(|window| window == text.as_bytes()) {
                    answers(Response::json(400, json!({ "error": format!("scripted: `{text}` is not taken") })))
                } else {
                    Self::of(judge(parcel))
                }
            }
            Fault::CutAfter => Self { reaction: Reaction::Cut, fault: Some(name), ..Self::of(judge(parcel)) },
            Fault::Results(results) if parcel.request.path == posthog_v1::PATH => {
                Self { fault: Some(name), ..Self::of(posthog_v1::with_results(judge(parcel), &results)) }
            }
            Fault::Partial { accepted } if parcel.request.path == posthog_v1::PATH => {
                let judgement = judge(parcel);
                let mut results = vec!["ok".to_owned(); accepted.min(judgement.items.len())];
                results.push("retry".to_owned());
                Self { fault: Some(name), ..Self::of(posthog_v1::with_results(judgement, &results)) }
            }
            Fault::Results(_) => answers(Response::text(503, "only version 1 of posthog answers with results")),
            Fault::Partial { accepted } => {
                let mut judgement = judge(parcel);
                if judgement.items.len() <= accepted {
                    return Self { fault: Some(name), ..Self::of(judgement) };
                }
                judgement.response = if parcel.request.path == "/import" {
                    mixpanel::partly_taken(&judgement.items, accepted)
                } else {
                    Response::text(503, "some messages were not taken")
                };
                judgement.items.truncate(accepted);
                Self { fault: Some(name), ..Self::of(judgement) }
            }
            Fault::QuotaLimited if parcel.request.path == posthog_v1::PATH => answers(posthog_v1::over_billing_limit()),
            Fault::QuotaLimited if definitions::PATHS.contains(&parcel.request.path.as_str()) => {
                answers(Response::text(402, "the project is over its quota of flag requests"))
            }
            Fault::QuotaLimited if vendor == Vendor::PostHog => {
                let mut judgement = judge(parcel);
                if judgement.response.status == 200 {
                    judgement.response = Response::json(200, json!({ "status": 1, "quota_limited": ["events"] }));
                }
                for item in &mut judgement.items {
                    item.received.verdict = Verdict::Dropped("over quota".to_owned());
                }
                Self { fault: Some(name), ..Self::of(judgement) }
            }
            Fault::QuotaLimited if vendor == Vendor::Mixpanel => answers(mixpanel::error(
                429,
                "Project exceeded rate limits. Please retry the request with exponential backoff.",
            )),
            Fault::QuotaLimited => answers(Response::text(429, "too many requests")),
            Fault::Status { code, body, retry_after } => {
                let response = Response { content_type: "application/json", ..Response::text(code, body) };
                answers(match retry_after {
                    Some(value) => response.with_header("retry-after", value),
                    None => response,
                })
            }
            Fault::Html(status) => answers(Response::html(status, "<!doctype html><title>Please sign in</title>")),
            Fault::EmptyAnswer => answers(Response::text(200, "")),
            Fault::InvalidJson => {
                answers(Response { content_type: "application/json", ..Response::text(200, r#"{"status": 1, "#) })
            }
            Fault::TwoHundredWithError => answers(two_hundred_with_error(vendor, &parcel.request.path)),
            Fault::Hang => refuses(Reaction::Hang),
            Fault::CutBefore => refuses(Reaction::Cut),
            Fault::Times(..) | Fault::Forever(_) => unreachable!("the queue unrolls these"),
        }
    }
}

fn two_hundred_with_error(vendor: Vendor, path: &str) -> Response {
    let error = "scripted error";
    Response::json(
        200,
        match vendor {
            Vendor::Segment => json!({ "success": false, "message": error }),
            Vendor::Mixpanel if path == "/import" => {
                json!({ "code": 200, "status": "error", "error": error, "num_records_imported": 0 })
            }
            Vendor::PostHog | Vendor::Mixpanel | Vendor::Optimizely => json!({ "status": 0, "error": error }),
        },
    )
}
