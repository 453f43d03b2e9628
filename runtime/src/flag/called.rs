//! What PostHog is told when somebody reads a flag that it answered.

use taxogen_flags::{Fallback, FlagValue, Reason};

use super::loaded::Loaded;
use super::source::Said;
use crate::client::Entry;
use crate::dedup::{Kind, Seen, Subject};
use crate::destinations::Destinations;
use crate::event::{EventSchema, PlanId, PropertyWriter};
use crate::user::User;
use crate::value::{Json, Null, Value, ValueWriter};

impl User {
    /// Reports `$feature_flag_called`, once per person, flag, value and groups.
    pub(crate) fn report_called(&self, key: &str, said: &Said) {
        let entry = if said.is_minimal() { &MINIMAL } else { &CALLED };
        self.call(key, Some(&said.value), entry, |properties| write(properties, key, said));
    }

    /// The same of a flag for which PostHog has no value, with the reason in its words.
    #[cold]
    pub(super) fn report_unanswered(&self, key: &str, why: Fallback) {
        self.call(key, None, &CALLED, |properties| {
            let known = self.known(key);
            unanswered(properties, key, why, known.loaded.as_deref());
        });
    }

    fn call(
        &self,
        key: &str,
        value: Option<&FlagValue>,
        schema: &EventSchema,
        write: impl FnOnce(&mut PropertyWriter<'_>),
    ) {
        let core = &self.client.core;
        let groups = self.identity.sorted_groups();
        let groups = groups.as_deref().unwrap_or_default();
        let kind = Kind::Called { variant: value.and_then(FlagValue::variant), enabled: value.map(FlagValue::is_on) };
        let subject = Subject { kind, distinct_id: self.distinct_id(), flag_key: key, groups };
        let Some(claim) = core.memory.claim(|| self.identity.handle(), &subject, &Seen::default()) else { return };
        let entry = Entry { receipt: Some(claim.receipt()), ..Entry::of_event(schema) };
        if core.record(&self.identity, &entry, write) {
            claim.confirm();
            self.keep_report(&subject, &Seen::default());
        }
    }
}

impl Said {
    /// Whether PostHog is to be told no more than its own SDKs tell then. A flag of which it is not known whether it has
    /// an experiment may have one.
    fn is_minimal(&self) -> bool {
        self.minimal && self.has_experiment == Some(false)
    }
}

const CALLED: EventSchema = EventSchema::new("$feature_flag_called", PlanId::NONE).to(Destinations::POSTHOG);
/// Without super properties.
const MINIMAL: EventSchema = CALLED.without_super();

/// With PostHog's SDKs that is the reason for whatever was evaluated here.
const LOCALLY: &str = "Evaluated locally";

fn write(properties: &mut PropertyWriter<'_>, key: &str, said: &Said) {
    let is_minimal = said.is_minimal();
    let reason = if said.locally_evaluated { Some(LOCALLY) } else { said.reason.as_ref().map(Reason::text) };
    properties.public("$feature_flag", key);
    properties.public("$feature_flag_response", &said.value);
    if !is_minimal {
        properties.public(&format!("$feature/{key}"), &said.value);
    }
    properties.public("locally_evaluated", &said.locally_evaluated);
    // Zero is none.
    properties.public("$feature_flag_id", &said.id.filter(|id| *id != 0));
    properties.public("$feature_flag_version", &said.version.filter(|version| *version != 0));
    properties.public("$feature_flag_reason", &reason);
    properties.public("$feature_flag_request_id", &said.request_id.as_deref());
    properties.public("$feature_flag_evaluated_at", &said.evaluated_at);
    properties.public("$feature_flag_has_experiment", &said.has_experiment);
    if said.errors_while_computing {
        properties.public("$feature_flag_error", "errors_while_computing_flags");
    }
    if is_minimal {
        return;
    }
    properties.public("$feature_flag_definitions_loaded_at", &said.definitions_loaded_at);
    match said.payload.as_deref().map(|text| (text, Json::parse(text))) {
        Some((_, Ok(json))) => properties.internal("$feature_flag_payload", &json),
        Some((text, Err(_))) => properties.internal("$feature_flag_payload", text),
        None => {}
    }
}

fn unanswered(properties: &mut PropertyWriter<'_>, key: &str, why: Fallback, loaded: Option<&Loaded>) {
    properties.public("$feature_flag", key);
    properties.public("$feature_flag_response", &Null);
    properties.public(&format!("$feature/{key}"), &Null);
    properties.public("locally_evaluated", &false);
    if let Some(origin) = loaded.and_then(Loaded::last) {
        properties.public("$feature_flag_request_id", &origin.request_id.as_deref());
        properties.public("$feature_flag_evaluated_at", &origin.evaluated_at);
    }
    properties.public("$feature_flag_error", error(why, loaded.and_then(|loaded| loaded.error_of(key))).as_str());
}

/// PostHog's words for why there is no value: those of what was loaded, and that of what was evaluated here.
fn error(why: Fallback, loaded: Option<String>) -> String {
    const MISSING: &str = "flag_missing";
    match (why, loaded) {
        (Fallback::Inconclusive, loaded) => {
            // The definitions have the flag: it is not missing.
            let words = loaded.iter().flat_map(|words| words.split(',')).filter(|word| *word != MISSING);
            words.chain(["local_evaluation_inconclusive"]).collect::<Vec<_>>().join(",")
        }
        (_, Some(words)) => words,
        (Fallback::Missing, None) => MISSING.to_owned(),
        (_, None) => "evaluation_failed".to_owned(),
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
