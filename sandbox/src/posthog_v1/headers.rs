use super::Refusal;
use crate::http::Request;
use crate::posthog::{check_key, is_uuid};
use crate::time::parse_rfc3339;

/// What the headers of a request say that its events need.
pub(super) struct Headers<'a> {
    /// Name and version of the library.
    pub(super) library: Option<(&'a str, &'a str)>,
    pub(super) sent_at_ms: i64,
}

const REQUIRED: [&str; 7] = [
    "authorization",
    "content-type",
    "user-agent",
    "posthog-sdk-info",
    "posthog-attempt",
    "posthog-request-id",
    "posthog-request-timestamp",
];

impl<'a> Headers<'a> {
    pub(super) fn read(request: &'a Request) -> Result<Self, Refusal> {
        let missing: Vec<_> = REQUIRED.into_iter().filter(|name| request.header(name).is_none()).collect();
        if !missing.is_empty() {
            let description = format!("request is missing required headers: {}", missing.join(", "));
            return Err(Refusal::new(400, "missing_required_headers", description));
        }
        let header = |name| request.header(name).unwrap_or_default();
        let invalid = |what: &str| Refusal::new(400, "invalid_header_value", format!("invalid header value: {what}"));
        let key = match header("authorization").split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
            _ => return Err(invalid("`Authorization` is no `Bearer`")),
        };
        check_key(Some(key)).map_err(|why| Refusal::new(401, "invalid_api_token", why.replace("api_key", "token")))?;
        if !request.is_content_type("application/json") {
            return Err(Refusal::new(415, "unsupported_content_type", "the content type is not application/json"));
        }
        if !is_uuid(header("posthog-request-id")) {
            return Err(invalid("`PostHog-Request-Id` is no uuid"));
        }
        if !header("posthog-attempt").parse::<u32>().is_ok_and(|attempt| attempt >= 1) {
            return Err(invalid("`PostHog-Attempt` is no number from 1"));
        }
        let sent_at = parse_rfc3339(header("posthog-request-timestamp"));
        let sent_at_ms = sent_at.ok_or_else(|| invalid("`PostHog-Request-Timestamp` is no RFC 3339 time"))?;
        Ok(Self { library: library(header("posthog-sdk-info")), sent_at_ms })
    }
}

/// Of `name/version`; what is no such thing is ignored.
fn library(sdk_info: &str) -> Option<(&str, &str)> {
    let (name, version) = sdk_info.rsplit_once('/')?;
    let (name, version) = (name.trim(), version.trim());
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}
