//! What PostHog is told when somebody reads a flag that it answered.

use taxogen_flags::{FlagValue, Reason};

use super::source::Said;
use crate::client::Entry;
use crate::dedup::{Kind, Seen, Subject};
use crate::destinations::Destinations;
use crate::event::{EventSchema, PlanId, PropertyWriter};
use crate::user::User;
use crate::value::{Json, Value, ValueWriter};

impl User {
    /// Reports `$feature_flag_called`, once per person, flag, value and groups.
    pub(crate) fn report_called(&self, key: &str, said: &Said) {
        let core = &self.client.core;
        let mut groups = self.identity.groups();
        groups.sort_unstable();
        let (variant, enabled) = match &said.value {
            FlagValue::Boolean(enabled) => (None, *enabled),
            FlagValue::Variant(variant) => (Some(&**variant), true),
        };
        let kind = Kind::Called { variant, enabled };
        let subject = Subject { kind, distinct_id: self.distinct_id(), flag_key: key, groups: &groups };
        let Some(claim) = core.memory.claim(|| self.identity.handle(), &subject, &Seen::default()) else { return };
        let entry = Entry { receipt: Some(claim.receipt()), ..Entry::of_event(&CALLED) };
        if core.record(&self.identity, &entry, |properties| write(properties, key, said)) {
            claim.confirm();
            self.keep_report(&subject, &Seen::default());
        }
    }
}

const CALLED: EventSchema = EventSchema::new("$feature_flag_called", PlanId::NONE).to(Destinations::POSTHOG);

fn write(properties: &mut PropertyWriter<'_>, key: &str, said: &Said) {
    properties.public("$feature_flag", key);
    properties.public("$feature_flag_response", &said.value);
    properties.public(&format!("$feature/{key}"), &said.value);
    properties.public("locally_evaluated", &false);
    properties.public("$feature_flag_id", &said.id);
    properties.public("$feature_flag_version", &said.version);
    properties.public("$feature_flag_reason", &said.reason.as_ref().map(Reason::text));
    properties.public("$feature_flag_request_id", &said.request_id.as_deref());
    properties.public("$feature_flag_evaluated_at", &said.evaluated_at);
    properties.public("$feature_flag_has_experiment", &said.has_experiment);
    if said.errors_while_computing {
        properties.public("$feature_flag_error", "errors_while_computing_flags");
    }
    match said.payload.as_deref().map(|text| (text, Json::parse(text))) {
        Some((_, Ok(json))) => properties.internal("$feature_flag_payload", &json),
        Some((text, Err(_))) => properties.internal("$feature_flag_payload", text),
        None => {}
    }
}

impl Value for FlagValue {
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self {
            Self::Boolean(on) => out.boolean(*on),
            Self::Variant(name) => out.text(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use taxogen_flags::Response;

    use super::super::loaded::Origin;
    use super::*;
    use crate::record::{RecordWriter, read_runs};
    use crate::value::Timestamp;

    fn written(answer: &str) -> String {
        let response = Response::decode(answer.as_bytes()).unwrap();
        let origin = Origin::of(&response, Timestamp::from_unix_millis(0));
        let said = origin.said(response.get("k").unwrap().unwrap(), 0);
        let bytes = RecordWriter::properties(PlanId::NONE.audience(), |properties| write(properties, "k", &said));
        crate::debug::properties(read_runs(&bytes))
    }

    #[test]
    fn everything_that_the_answer_says_is_reported() {
        let answer = r#"{"flags": {"k": {"enabled": true, "variant": "a",
            "reason": {"code": "condition_match", "description": "Matched condition set 1"},
            "metadata": {"id": 7, "version": 3, "payload": "{\"x\": 1}", "has_experiment": true}}},
            "errorsWhileComputingFlags": true, "requestId": "r-1", "evaluatedAt": 1767323045000}"#;
        assert_eq!(
            written(answer),
            r#"{"$feature_flag":"k","$feature_flag_response":"a","$feature/k":"a","locally_evaluated":false,"#
                .to_owned()
                + r#""$feature_flag_id":7,"$feature_flag_version":3,"#
                + r#""$feature_flag_reason":"Matched condition set 1","$feature_flag_request_id":"r-1","#
                + r#""$feature_flag_evaluated_at":1767323045000,"$feature_flag_has_experiment":true,"#
                + r#""$feature_flag_error":"errors_while_computing_flags","$feature_flag_payload":{"x": 1}}"#
        );
    }

    #[test]
    fn what_the_answer_does_not_say_is_not_made_up() {
        assert_eq!(
            written(r#"{"featureFlags": {"k": false}, "featureFlagPayloads": {"k": "plain words"}}"#),
            r#"{"$feature_flag":"k","$feature_flag_response":false,"$feature/k":false,"locally_evaluated":false,"#
                .to_owned()
                + r#""$feature_flag_payload":"plain words"}"#
        );
    }
}
