//! What PostHog is told when somebody reads a flag that it answered.

use taxogen_flags::{FlagValue, Reason, Response, ServedFlag};

use super::state::Known;
use crate::client::Entry;
use crate::event::PropertyWriter;
use crate::record::{Destinations, Verb};
use crate::user::User;
use crate::value::{Json, Value, ValueWriter};

impl User {
    /// Reports `$feature_flag_called`, once per person, flag, value and groups.
    pub(crate) fn report_called(&self, key: &str, known: &Known, served: Option<&ServedFlag>) {
        let (Some(served), Some(response)) = (served, known.loaded.as_deref()) else { return };
        let core = &self.client.core;
        let mut groups = self.identity.groups();
        groups.sort_unstable();
        let whose = (self.distinct_id(), key, &groups, &served.value);
        let Some(change) = core.flags.called.enter(&whose, &()) else { return };
        let entry =
            Entry { name: "$feature_flag_called", destinations: Destinations::POSTHOG, ..Entry::new(Verb::Capture) };
        let accepted =
            core.record_properties(&self.identity, entry, |properties| write(properties, key, served, response));
        if !accepted {
            core.flags.called.take_back(change);
        }
    }
}

fn write(properties: &mut PropertyWriter<'_>, key: &str, served: &ServedFlag, response: &Response) {
    properties.public("$feature_flag", key);
    properties.public("$feature_flag_response", &served.value);
    properties.public(&format!("$feature/{key}"), &served.value);
    properties.public("locally_evaluated", &false);
    properties.public("$feature_flag_id", &served.id);
    properties.public("$feature_flag_version", &served.version);
    properties.public("$feature_flag_reason", &served.reason.as_ref().map(Reason::text));
    properties.public("$feature_flag_request_id", &response.request_id.as_deref());
    properties.public("$feature_flag_evaluated_at", &response.evaluated_at);
    properties.public("$feature_flag_has_experiment", &served.has_experiment);
    if response.errors_while_computing {
        properties.public("$feature_flag_error", "errors_while_computing_flags");
    }
    match served.payload.as_deref().map(|text| (text, Json::parse(text))) {
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
