//! What version 1 answers.

use serde_json::Value;

use super::super::{Answer, Outcome, Partly, Rejection};
use crate::id::EventId;
use crate::report::LossReason;

const NOT_ROUTED: &str = "this posthog has no `/i/v1/analytics/events`: use `PostHogApi::V0`, or give the deployment a \
                          sink for version 1";
const OVER_BILLING: &str = "over the billing limit of the project: raise it in posthog's settings, or send less";

/// What became of a batch of these events.
pub(super) fn outcome(answer: &Answer<'_>, sent: &[EventId]) -> Outcome {
    match answer.status {
        400 => return Outcome::Split(LossReason::Refused, answer.explain()),
        402 => return Outcome::Refused(format!("{} ({OVER_BILLING})", answer.explain())),
        404 => return Outcome::Unauthorized(format!("{} ({NOT_ROUTED})", answer.explain())),
        _ => {}
    }
    if let Some(outcome) = answer.by_status() {
        return outcome;
    }
    // A success without results is no word of PostHog's.
    let body = answer.json().unwrap_or_default();
    let Some(results) = body["results"].as_object() else { return Outcome::RetryAfter(None) };
    let mut partly = Partly { retry_after: answer.retry_after, ..Partly::default() };
    for (message, id) in sent.iter().enumerate() {
        let id = id.to_text();
        match verdict(results.get(str::from_utf8(&id).unwrap_or_default())) {
            Verdict::Taken => {}
            Verdict::Again => partly.again.push(message),
            Verdict::Gone(why) => partly.rejected.push(Rejection { message, why }),
        }
    }
    match partly {
        Partly { rejected, again, .. } if rejected.is_empty() && again.is_empty() => Outcome::Delivered,
        Partly { again, retry_after, .. } if again.len() == sent.len() => Outcome::RetryAfter(retry_after),
        partly => Outcome::Partly(partly),
    }
}

/// What the answer says of one event.
enum Verdict {
    Taken,
    Again,
    /// It will not come to be, or nobody knows: in both cases a retry would change nothing.
    Gone(String),
}

fn verdict(result: Option<&Value>) -> Verdict {
    let Some(result) = result else {
        return Verdict::Gone("posthog's answer says nothing of it".to_owned());
    };
    let why = |what: &str| {
        let details: String = result["details"].as_str().unwrap_or_default().chars().take(DETAILS).collect();
        if details.is_empty() { what.to_owned() } else { format!("{what}: {details}") }
    };
    match result["result"].as_str().unwrap_or_default() {
        "ok" | "warning" => Verdict::Taken,
        "retry" => Verdict::Again,
        "drop" => Verdict::Gone(why("posthog dropped it")),
        "limited" => Verdict::Gone(why("over a limit of the project")),
        other => {
            let other: String = other.chars().take(DETAILS).collect();
            Verdict::Gone(why(&format!("posthog answered with a result that is not known, `{other}`")))
        }
    }
}

/// Characters of a vendor's words that are worth telling.
const DETAILS: usize = 200;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ASKED: Option<Duration> = Some(Duration::from_secs(7));

    fn judged(status: u16, body: &str, sent: &[EventId]) -> Outcome {
        outcome(&Answer { status, retry_after: ASKED, body: body.as_bytes() }, sent)
    }

    #[test]
    fn each_event_has_a_result_of_its_own() {
        let ids = [1, 2, 3, 4, 5, 6].map(|byte| EventId([byte; 16]));
        let answer = |results: &[&str]| {
            let results = results.iter().zip(ids).map(|(result, id)| format!("\"{id}\":{result}"));
            format!("{{\"results\":{{{}}}}}", results.collect::<Vec<_>>().join(","))
        };
        let [ok, again] = [r#"{"result":"ok"}"#, r#"{"result":"retry","details":"not_persisted"}"#];
        let warning = r#"{"result":"warning","details":"person_processing_disabled"}"#;
        assert_eq!(judged(200, &answer(&[ok, ok, warning]), &ids[..3]), Outcome::Delivered);
        assert_eq!(judged(200, &answer(&[again, again]), &ids[..2]), Outcome::RetryAfter(ASKED));

        let drop = r#"{"result":"drop","details":"missing_event_name"}"#;
        let results = [again, drop, ok, r#"{"result":"limited"}"#, r#"{"result":"parked","details":"x"}"#];
        let rejected = [
            (1, "posthog dropped it: missing_event_name"),
            (3, "over a limit of the project"),
            (4, "posthog answered with a result that is not known, `parked`: x"),
            (5, "posthog's answer says nothing of it"),
        ];
        let rejected = rejected.map(|(message, why)| Rejection { message, why: why.to_owned() }).to_vec();
        let partly = Partly { rejected, again: vec![0], retry_after: ASKED };
        assert_eq!(judged(200, &answer(&results), &ids), Outcome::Partly(partly));
    }

    #[test]
    fn without_results_the_status_speaks_and_says_what_to_do() {
        let refused = |why: &str| Outcome::Refused(why.to_owned());
        let paused = |why: &str| Outcome::Unauthorized(why.to_owned());
        for (status, body, expected) in [
            (200, "{\"status\":1}", Outcome::RetryAfter(None)),
            (200, "{\"results\":[]}", Outcome::RetryAfter(None)),
            (200, "<html>", Outcome::RetryAfter(None)),
            (204, "", Outcome::RetryAfter(None)),
            (
                400,
                "{\"error\":\"duplicate_event_uuid\",\"error_description\":\"duplicate event uuid: 1\"}",
                Outcome::Split(LossReason::Refused, "status 400: duplicate event uuid: 1".to_owned()),
            ),
            (401, "{\"error\":\"invalid_api_token\"}", paused("status 401: invalid_api_token")),
            (
                402,
                "",
                refused(
                    "status 402 (over the billing limit of the project: raise it in posthog's settings, or send less)",
                ),
            ),
            (
                404,
                "not found",
                paused(
                    "status 404: not found (this posthog has no `/i/v1/analytics/events`: use `PostHogApi::V0`, or \
                     give the deployment a sink for version 1)",
                ),
            ),
            (413, "", Outcome::Split(LossReason::TooLarge, "status 413".to_owned())),
            (429, "", Outcome::RetryAfter(ASKED)),
            (503, "", Outcome::RetryAfter(ASKED)),
        ] {
            assert_eq!(judged(status, body, &[EventId([1; 16])]), expected, "{status} {body}");
        }
    }
}
