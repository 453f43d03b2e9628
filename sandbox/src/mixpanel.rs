//! Mixpanel's `/import` and `/track`.

use serde_json::{Value, json};

use crate::decode::{self, Unpackable};
use crate::http::Response;
use crate::ledger::{Judged, Judgement};
use crate::mixpanel_event::{self, Flaw};
use crate::mixpanel_form::Form;
use crate::parcel::Parcel;
use crate::received::Verdict;

const BODY_LIMIT: usize = 2 * 1024 * 1024;
const EVENTS: usize = 2_000;
/// `/track` takes the last days only.
const TRACK_AGE_MS: i64 = 5 * 24 * 3600 * 1000;

pub(crate) fn import(parcel: &Parcel<'_>) -> Judgement {
    let query = decode::form(&parcel.request.query);
    if let Err(reason) = check_credentials(parcel, decode::form_value(&query, "project_id")) {
        return refuse(401, reason, 0);
    }
    if parcel.body_len() > BODY_LIMIT || parcel.body == Err(Unpackable::TooLarge) {
        return Judgement::of(error(413, &format!("request exceeds max limit of {BODY_LIMIT} bytes")));
    }
    let Ok(body) = &parcel.body else {
        return refuse(400, "the body cannot be unpacked", 1);
    };
    let events = if parcel.request.is_content_type("application/x-ndjson") {
        let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines.map(serde_json::from_slice).collect::<Result<Vec<Value>, _>>().ok()
    } else {
        serde_json::from_slice(body).ok()
    };
    let Some(events) = events else {
        return refuse(400, "the body is no JSON array of events", 1);
    };
    if events.is_empty() || events.len() > EVENTS {
        return refuse(400, "a request holds 1 to 2000 events", events.len());
    }
    let strict = decode::form_value(&query, "strict") == Some("1");
    let mut failed = Vec::new();
    let mut items = Vec::with_capacity(events.len());
    for (index, event) in events.iter().enumerate() {
        let (mut item, flaw) = mixpanel_event::judge(event, parcel.now_ms);
        let flaw = flaw.or_else(|| mixpanel_event::import_flaw(event));
        if let Some(flaw) = flaw {
            item.received.verdict =
                if strict { Verdict::Rejected(flaw.reason()) } else { Verdict::Dropped(flaw.reason()) };
            failed.push(failed_record(index, event, &flaw));
        }
        items.push(item);
    }
    let response = if failed.is_empty() || !strict {
        imported(items.len())
    } else {
        partly_imported(items.len() - failed.len(), &failed)
    };
    Judgement { response, items, refused: None }
}

pub(crate) fn track(parcel: &Parcel<'_>) -> Judgement {
    let body = parcel.body.as_deref().unwrap_or_default();
    let form = Form::read(parcel.request, body);
    let Some(events) = form.records.as_ref().filter(|events| (1..=EVENTS).contains(&events.len())) else {
        let reason = "`data` is no JSON, or holds not 1 to 2000 events";
        return Judgement::refused(form.answer(Some(reason)), reason, 1);
    };
    let mut first_flaw = None;
    let mut items = Vec::with_capacity(events.len());
    for event in events {
        let (mut item, flaw) = mixpanel_event::judge(event, parcel.now_ms);
        let flaw = flaw.or_else(|| mixpanel_event::track_flaw(event));
        let old = item.received.time_ms.is_some_and(|time| time < parcel.now_ms - TRACK_AGE_MS);
        if let Some(flaw) = flaw {
            item.received.verdict = Verdict::Rejected(flaw.reason());
            first_flaw.get_or_insert(flaw.reason());
        } else if old {
            item.received.verdict = Verdict::Dropped("older than 5 days".to_owned());
        }
        items.push(item);
    }
    Judgement { response: form.answer(first_flaw.as_deref()), items, refused: None }
}

/// The answer when only the first records were taken, as far as they are good.
pub(crate) fn partly_taken(items: &[Judged], taken: usize) -> Response {
    let failed = items.iter().enumerate().filter_map(|(index, Judged { received, .. })| {
        let flaw = match &received.verdict {
            Verdict::Rejected(reason) => Flaw::new("", reason),
            _ if index >= taken => Flaw::new("", "scripted: this record was not taken"),
            _ => return None,
        };
        Some(failed_record(index, &received.item, &flaw))
    });
    let failed: Vec<_> = failed.collect();
    partly_imported(items.len() - failed.len(), &failed)
}

pub(crate) fn error(status: u16, sentence: &str) -> Response {
    let name = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        _ => "Error",
    };
    Response::json(status, json!({ "code": status, "error": sentence, "status": name }))
}

fn refuse(status: u16, reason: &str, messages: usize) -> Judgement {
    Judgement::refused(error(status, reason), reason, messages)
}

fn imported(records: usize) -> Response {
    Response::json(200, json!({ "code": 200, "num_records_imported": records, "status": "OK" }))
}

fn partly_imported(imported: usize, failed: &[Value]) -> Response {
    let answer = json!({
        "code": 400,
        "error": "some data points in the request failed validation",
        "failed_records": failed,
        "num_records_imported": imported,
        "status": "Bad Request",
    });
    Response::json(400, answer)
}

fn failed_record(index: usize, event: &Value, flaw: &Flaw) -> Value {
    let insert_id = event["properties"]["$insert_id"].as_str().unwrap_or_default();
    json!({ "index": index, "$insert_id": insert_id, "field": flaw.field, "message": flaw.message })
}

/// A token with an empty password, or a service account that names its project.
fn check_credentials(parcel: &Parcel<'_>, project: Option<&str>) -> Result<(), &'static str> {
    let authorization = parcel.request.header("authorization").unwrap_or_default();
    let pair = authorization.strip_prefix("Basic ").and_then(decode::base64).unwrap_or_default();
    let pair = String::from_utf8(pair).unwrap_or_default();
    match pair.split_once(':') {
        None | Some(("", _)) => Err("Invalid credentials"),
        Some((_, "")) => Ok(()),
        Some(_) if project.is_some_and(|project| !project.is_empty()) => Ok(()),
        Some(_) => Err("a service account needs `project_id` in the query"),
    }
}
