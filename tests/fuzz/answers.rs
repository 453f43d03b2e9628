//! Any bytes are an answer about flags, flag by flag, or an error that says where and repeats no value.

use taxogen_flags::{DecodeError, Response};

use crate::random::Random;

/// Answers of every shape that is known.
pub(crate) fn corpus() -> Vec<String> {
    [
        r#"{"flags": {"k": {"key": "k", "enabled": true, "variant": "a",
            "reason": {"code": "condition_match", "condition_index": 0, "description": "Matched condition set 1"},
            "metadata": {"id": 1, "version": 3, "description": null, "payload": "{\"x\": 1}", "has_experiment": true}},
            "off": {"key": "off", "enabled": false, "variant": null, "reason": {"code": "out_of_rollout_bound"}}},
            "errorsWhileComputingFlags": false, "requestId": "r-1", "evaluatedAt": 1767323045000,
            "minimalFlagCalledEvents": true}"#,
        r#"{"flags": {"n": {"value": 2.5, "metadata": {"config_version": 2, "rule_id": "r", "variant_key": "b"}},
            "o": {"value": {"a": [1, null]}, "failed": false}, "f": {"value": null, "failed": true}},
            "errorsWhileComputingFlags": true, "requestId": null}"#,
        r#"{"featureFlags": {"on": true, "v": "secret-variant"}, "featureFlagPayloads": {"v": "{\"x\": 1}", "on": {"y": 2}}}"#,
        r#"{"flags": {}, "quotaLimited": ["feature_flags", "recordings"]}"#,
        "<!doctype html><title>secret-page</title>",
    ]
    .map(str::to_owned)
    .into()
}

/// Bytes that are no text any more, now and then.
pub(crate) fn with_odd_bytes(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.below(3) {
        if !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = u8::try_from(random.below(256)).expect("it is below 256");
        }
    }
    bytes
}

/// Whether it is an answer.
pub(crate) fn holds(bytes: &[u8]) -> bool {
    match Response::decode(bytes) {
        Ok(response) => {
            assert_eq!(Response::decode(bytes).as_ref(), Ok(&response), "read twice");
            for (key, said) in response.iter() {
                assert_eq!(response.get(key), Some(said));
                match said {
                    Ok(served) => drop((served.is_holdout(), served.value.to_string())),
                    Err(why) => assert!(!why.to_string().is_empty()),
                }
            }
            assert_eq!(response.iter().count(), response.clone().into_flags().count());
            true
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.len() < 100 && !message.contains("secret"), "{message}");
            assert_eq!(error == DecodeError::NoFlags, serde_json::from_slice::<serde_json::Value>(bytes).is_ok());
            false
        }
    }
}
