use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::served::payload;
use crate::{FlagValue, ServedFlag, Unusable};

/// PostHog's answer to `/flags`: versions 2 and 4, and the older `featureFlags` with `featureFlagPayloads`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Response {
    flags: HashMap<Box<str>, Result<ServedFlag, Unusable>>,
    /// The project has used up its flag requests: there are no answers, and no flag is off because of it.
    pub quota_limited: bool,
    /// PostHog could not evaluate everything; what is here is right.
    pub errors_while_computing: bool,
    /// PostHog's name for this request.
    pub request_id: Option<Arc<str>>,
    /// When PostHog evaluated the flags, in milliseconds since 1970.
    pub evaluated_at: Option<i64>,
    /// PostHog wants `$feature_flag_called` of flags without an experiment to say no more than it has to.
    pub minimal_flag_called: bool,
}

/// Bytes that are no answer about flags.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not JSON: a page of a proxy, say.
    NotJson {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// JSON, and neither `flags` nor `featureFlags` is in it.
    NoFlags,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { line, column } => write!(formatter, "not JSON at line {line} column {column}"),
            Self::NoFlags => formatter.write_str("neither `flags` nor `featureFlags` is in it"),
        }
    }
}

impl std::error::Error for DecodeError {}

impl Response {
    /// Reads an answer, flag by flag.
    ///
    /// # Errors
    ///
    /// When the bytes are not JSON, or hold no flags at all and no word about a quota.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let answer: Value = serde_json::from_slice(bytes)
            .map_err(|error| DecodeError::NotJson { line: error.line(), column: error.column() })?;
        let quota_limited = answer
            .get("quotaLimited")
            .and_then(Value::as_array)
            .is_some_and(|limited| limited.iter().any(|what| what == "feature_flags"));
        let flags = match (object(&answer, "flags"), object(&answer, "featureFlags")) {
            (Some(flags), _) => {
                flags.iter().map(|(key, flag)| (key.as_str().into(), ServedFlag::from_json(flag))).collect()
            }
            (None, Some(values)) => older(values, object(&answer, "featureFlagPayloads")),
            (None, None) if quota_limited => HashMap::new(),
            (None, None) => return Err(DecodeError::NoFlags),
        };
        Ok(Self {
            flags,
            quota_limited,
            errors_while_computing: answer.get("errorsWhileComputingFlags") == Some(&Value::Bool(true)),
            request_id: answer.get("requestId").and_then(Value::as_str).map(Into::into),
            evaluated_at: answer.get("evaluatedAt").and_then(Value::as_i64),
            minimal_flag_called: answer.get("minimalFlagCalledEvents") == Some(&Value::Bool(true)),
        })
    }

    /// What was said about a flag; `None` where nothing was.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Result<&ServedFlag, &Unusable>> {
        self.flags.get(key).map(Result::as_ref)
    }

    /// The flags alone, in no order.
    pub fn into_flags(self) -> impl Iterator<Item = (Box<str>, Result<ServedFlag, Unusable>)> {
        self.flags.into_iter()
    }

    /// All flags that something was said about, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Result<&ServedFlag, &Unusable>)> {
        self.flags.iter().map(|(key, flag)| (key.as_ref(), flag.as_ref()))
    }
}

fn object<'a>(answer: &'a Value, name: &str) -> Option<&'a Map<String, Value>> {
    answer.get(name).and_then(Value::as_object)
}

/// `{"k": true, "l": "variant"}` and, beside it, `{"l": "{\"json\": 1}"}`.
fn older(
    values: &Map<String, Value>,
    payloads: Option<&Map<String, Value>>,
) -> HashMap<Box<str>, Result<ServedFlag, Unusable>> {
    let read = |(key, value): (&String, &Value)| {
        let flag = FlagValue::from_json(value).map(ServedFlag::from).ok_or(Unusable::Odd("featureFlags"));
        let payload = payloads.and_then(|payloads| payloads.get(key)).and_then(payload);
        (key.as_str().into(), flag.map(|flag| ServedFlag { payload, ..flag }))
    };
    values.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reason, ReasonCode};

    fn decode(json: &str) -> Response {
        Response::decode(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_flag_of_version_2_is_read_whole() {
        let response = decode(
            r#"{"flags": {"k": {"key": "k", "enabled": true, "variant": "a",
                "reason": {"code": "condition_match", "condition_index": 0, "description": "Matched condition set 1"},
                "metadata": {"id": 7, "version": 3, "description": null, "payload": "{\"x\": 1}", "has_experiment": true}}},
                "errorsWhileComputingFlags": true, "requestId": "r-1", "evaluatedAt": 1767323045000}"#,
        );
        let expected = ServedFlag {
            value: "a".into(),
            reason: Some(Reason {
                code: ReasonCode::ConditionMatch,
                description: Some("Matched condition set 1".into()),
            }),
            id: Some(7),
            version: Some(3),
            payload: Some(r#"{"x": 1}"#.into()),
            has_experiment: Some(true),
        };
        assert_eq!(response.get("k"), Some(Ok(&expected)));
        assert!(response.errors_while_computing);
        assert!(!response.quota_limited);
        assert_eq!(response.request_id.as_deref(), Some("r-1"));
        assert_eq!(response.evaluated_at, Some(1_767_323_045_000));
    }

    #[test]
    fn the_value_of_a_flag_is_its_value_or_its_variant_or_whether_it_is_on() {
        let table: [(&str, Result<FlagValue, Unusable>); 20] = [
            (r#"{"enabled": true}"#, Ok(true.into())),
            (r#"{"enabled": false}"#, Ok(false.into())),
            (r#"{"enabled": false, "variant": null}"#, Ok(false.into())),
            (r#"{"enabled": true, "variant": "a"}"#, Ok("a".into())),
            (r#"{"enabled": true, "variant": "a", "value": "b"}"#, Ok("b".into())),
            (r#"{"value": false}"#, Ok(false.into())),
            (r#"{"value": null, "enabled": true}"#, Ok(false.into())),
            (r#"{"value": 7}"#, Ok(true.into())),
            (r#"{"value": {"a": 1}, "enabled": false}"#, Ok(true.into())),
            (r#"{"value": [1]}"#, Err(Unusable::Odd("value"))),
            (r#"{"value": "a", "failed": true}"#, Err(Unusable::Failed)),
            (r#"{"enabled": true, "variant": 7}"#, Err(Unusable::Odd("variant"))),
            (r#"{"enabled": "yes"}"#, Err(Unusable::Odd("enabled"))),
            (r#"{"variant": null}"#, Err(Unusable::Odd("enabled"))),
            (r#"{"enabled": true, "failed": true}"#, Err(Unusable::Failed)),
            (r#"{"enabled": true, "failed": false}"#, Ok(true.into())),
            (r#"{"enabled": true, "reason": 7, "metadata": [1]}"#, Ok(true.into())),
            ("null", Err(Unusable::Odd("flags"))),
            ("true", Err(Unusable::Odd("flags"))),
            ("[]", Err(Unusable::Odd("flags"))),
        ];
        for (flag, expected) in table {
            let response = decode(&format!(r#"{{"flags": {{"k": {flag}, "other": {{"enabled": true}}}}}}"#));
            let read = response.get("k").unwrap().map(|flag| flag.value.clone()).map_err(Clone::clone);
            assert_eq!(read, expected, "{flag}");
            assert_eq!(response.get("other").unwrap().unwrap().value, true.into(), "beside {flag}");
        }
    }

    #[test]
    fn a_flag_of_version_4_hands_out_a_value_that_is_no_variant_as_its_payload() {
        for (flag, value, payload, version) in [
            (
                r#"{"value": {"b": 1, "a": [2.0]}, "metadata": {"payload": "7"}}"#,
                true.into(),
                Some(r#"{"a":[2.0],"b":1}"#),
                None,
            ),
            (r#"{"value": 2.50, "metadata": {"config_version": 9}}"#, true.into(), Some("2.5"), Some(9)),
            (r#"{"value": "a", "metadata": {"payload": "7", "version": 3}}"#, "a".into(), Some("7"), Some(3)),
            (r#"{"value": null, "metadata": {"version": 2}}"#, FlagValue::Boolean(false), None, Some(2)),
        ] {
            let response = decode(&format!(r#"{{"flags": {{"k": {flag}}}, "minimalFlagCalledEvents": true}}"#));
            let served = response.get("k").unwrap().unwrap();
            assert_eq!(
                (&served.value, served.payload.as_deref(), served.version),
                (&value, payload, version),
                "{flag}"
            );
            assert!(response.minimal_flag_called);
        }
    }

    #[test]
    fn the_older_shape_is_read_with_its_payloads() {
        let response = decode(
            r#"{"featureFlags": {"on": true, "off": false, "v": "a", "odd": 7},
                "featureFlagPayloads": {"v": "{\"x\": 1}", "on": {"y": 2}}}"#,
        );
        let flag = |value: FlagValue, payload: Option<&str>| ServedFlag {
            payload: payload.map(Into::into),
            ..ServedFlag::from(value)
        };
        assert_eq!(response.get("on"), Some(Ok(&flag(true.into(), Some(r#"{"y":2}"#)))));
        assert_eq!(response.get("off"), Some(Ok(&flag(false.into(), None))));
        assert_eq!(response.get("v"), Some(Ok(&flag("a".into(), Some(r#"{"x": 1}"#)))));
        assert_eq!(response.get("odd"), Some(Err(&Unusable::Odd("featureFlags"))));
        assert_eq!(response.iter().count(), 4);
    }

    #[test]
    fn a_used_up_quota_is_told_and_other_quotas_do_not_count() {
        for (json, limited) in [
            (r#"{"flags": {}, "quotaLimited": ["feature_flags"]}"#, true),
            (r#"{"quotaLimited": ["recordings", "feature_flags"]}"#, true),
            (r#"{"flags": {}, "quotaLimited": ["recordings"]}"#, false),
            (r#"{"flags": {}, "quotaLimited": null}"#, false),
        ] {
            assert_eq!(decode(json).quota_limited, limited, "{json}");
        }
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for (bytes, expected) in [
            ("", DecodeError::NotJson { line: 1, column: 0 }),
            ("<!doctype html><title>Sign in</title>", DecodeError::NotJson { line: 1, column: 1 }),
            (r#"{"status": 1}"#, DecodeError::NoFlags),
            (r#"{"flags": ["k"]}"#, DecodeError::NoFlags),
            ("[]", DecodeError::NoFlags),
            ("null", DecodeError::NoFlags),
        ] {
            assert_eq!(Response::decode(bytes.as_bytes()), Err(expected), "{bytes}");
        }
        let deep = "[".repeat(1 << 20);
        assert!(matches!(Response::decode(deep.as_bytes()), Err(DecodeError::NotJson { .. })));
    }

    #[test]
    fn a_holdout_is_known_by_its_reason_or_its_variant() {
        for (flag, holdout) in [
            (r#"{"enabled": true, "variant": "holdout-7"}"#, true),
            (r#"{"enabled": true, "variant": "a", "reason": {"code": "holdout_condition_value"}}"#, true),
            (r#"{"enabled": true, "variant": "a", "reason": {"code": "condition_match"}}"#, false),
            (r#"{"enabled": true, "variant": "my-holdout-7"}"#, false),
        ] {
            let response = decode(&format!(r#"{{"flags": {{"k": {flag}}}}}"#));
            assert_eq!(response.get("k").unwrap().unwrap().is_holdout(), holdout, "{flag}");
        }
    }

    #[test]
    fn a_reason_is_told_in_the_words_of_the_source() {
        for (json, text) in [
            (r#"{"code": "condition_match", "description": "Matched condition set 1"}"#, "Matched condition set 1"),
            (r#"{"code": "out_of_rollout_bound", "description": null}"#, "out_of_rollout_bound"),
            (r#"{"code": "brand_new", "description": ""}"#, "brand_new"),
        ] {
            let response = decode(&format!(r#"{{"flags": {{"k": {{"enabled": true, "reason": {json}}}}}}}"#));
            assert_eq!(response.get("k").unwrap().unwrap().reason.as_ref().unwrap().text(), text);
        }
    }
}
