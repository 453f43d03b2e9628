use std::fmt;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::hand_over::HandOver;
use super::page::script_safe;
use super::state_json::json_of;
use crate::decision::Engine;

/// What posthog-js takes as `bootstrap`: [`HandOver::posthog_bootstrap`].
///
/// It goes through serde, and prints as JSON that may stand in a `<script>`.
#[derive(Clone, Copy)]
pub struct PostHogBootstrap<'a>(pub(super) &'a HandOver);

impl PostHogBootstrap<'_> {
    /// As JSON that may stand in a `<script>` as it is: `<`, `>` and `&` are escaped.
    #[must_use]
    pub fn to_json(self) -> String {
        script_safe(&self.value())
    }

    fn value(self) -> Value {
        let hand_over = self.0;
        let (mut flags, mut payloads) = (Map::new(), Map::new());
        for (key, flag) in hand_over.flags.iter().filter(|(_, flag)| flag.engine == Engine::PostHog) {
            flags.insert(key.clone(), json_of(&flag.value));
            if let Some(payload) = &flag.payload {
                payloads.insert(key.clone(), payload.clone());
            }
        }
        json!({
            "distinctID": hand_over.distinct_id,
            "isIdentifiedID": !hand_over.is_anonymous,
            "featureFlags": flags,
            "featureFlagPayloads": payloads,
        })
    }
}

impl Serialize for PostHogBootstrap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl fmt::Display for PostHogBootstrap<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_json())
    }
}

impl fmt::Debug for PostHogBootstrap<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PostHogBootstrap").field(self.0).finish()
    }
}
