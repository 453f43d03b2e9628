use serde_json::{Value, json};

use crate::decode;
use crate::http::{Request, Response};

/// What `/track`, `/engage` and `/groups` take: a JSON body, or `data=` in a form or the query, as JSON or base64.
pub(crate) struct Form {
    /// The records, one or many; none where they cannot be read.
    pub(crate) records: Option<Vec<Value>>,
    verbose: bool,
}

impl Form {
    pub(crate) fn read(request: &Request, body: &[u8]) -> Self {
        let mut pairs = decode::form(&request.query);
        let is_form = request.is_content_type("application/x-www-form-urlencoded");
        if is_form {
            pairs.extend(decode::form(&String::from_utf8_lossy(body)));
        }
        let data = decode::form_value(&pairs, "data");
        let records = match data {
            Some(data) => plain_or_base64(data),
            None if is_form => None,
            None => serde_json::from_slice(body).ok(),
        };
        let records = match records {
            Some(Value::Array(records)) => Some(records),
            Some(record @ Value::Object(_)) => Some(vec![record]),
            _ => None,
        };
        Self { records, verbose: decode::form_value(&pairs, "verbose") == Some("1") }
    }

    /// The status is 200 also where there is an error; only the body says so.
    pub(crate) fn answer(&self, error: Option<&str>) -> Response {
        let status = u8::from(error.is_none());
        if self.verbose {
            return Response::json(200, json!({ "error": error, "status": status }));
        }
        Response::text(200, status.to_string())
    }
}

fn plain_or_base64(data: &str) -> Option<Value> {
    serde_json::from_str(data).ok().or_else(|| {
        // A plus that nobody escaped has become a space.
        let bytes = decode::base64(&data.replace(' ', "+"))?;
        serde_json::from_slice(&bytes).ok()
    })
}
