use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use taxogen_flags::FlagValue;

use super::bootstrap::PostHogBootstrap;
use super::page::script_safe;
use super::state_json::json_of;
use crate::decision::Engine;
use crate::flag::KnownFlag;
use crate::user::User;

/// Who reports that a person has seen a variation: one side, so that it is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExposureSide {
    /// This program, when it reads the experiment. The browser reads without a report.
    Server,
    /// The browser, when it shows the variation. This program reads without a report
    /// ([`User::peek_experiment`], [`User::peek`]).
    Browser,
}

/// What a browser has to know of a person to go on with what the server knows: [`User::hand_over`].
///
/// It goes through serde, and prints as JSON that may stand in a `<script>`:
///
/// ```text
/// {"version": 1, "exposure": "server", "distinct_id": "user_123", "identified": true, "anonymous_id": null,
///  "groups": {"company": "acme"},
///  "flags": {"checkout": {"engine": "PostHog", "value": "test", "payload": {"headline": "Ship faster"}}}}
/// ```
#[derive(Clone, PartialEq)]
pub struct HandOver {
    side: ExposureSide,
    pub(super) distinct_id: String,
    pub(super) is_anonymous: bool,
    anonymous_id: Option<String>,
    groups: Vec<(String, String)>,
    pub(super) flags: BTreeMap<String, HandedFlag>,
}

/// What one flag is for the person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HandedFlag {
    pub(super) engine: Engine,
    pub(super) value: FlagValue,
    pub(super) payload: Option<Value>,
}

impl User {
    /// What a browser has to know of this person: who they are, and every flag that was decided or that somebody
    /// can say something about ([`all_flags`](Self::all_flags)), with its payload. `side` says who reports what they see.
    ///
    /// A page shows it to whoever looks: leave out what is not theirs to see, with [`only`](HandOver::only).
    ///
    /// For posthog-js, where the server reports:
    ///
    /// ```js
    /// posthog.init(key, {
    ///     bootstrap: {{ hand_over.posthog_bootstrap() }},
    ///     // Nothing that reads flags by itself reports them either.
    ///     before_send: (event) => event?.event === "$feature_flag_called" ? null : event,
    /// });
    /// posthog.getFeatureFlag("checkout", { send_event: false });
    /// ```
    ///
    /// The server reports what it reads itself ([`experiment`](User::experiment), [`flag`](User::flag)): a flag that it
    /// hands over unread nobody reports. Where the browser reports, leave out `before_send` and `send_event`: posthog-js
    /// reports a flag when it is read first. It asks PostHog for the flags anew, and what it gets replaces these;
    /// `advanced_disable_feature_flags` keeps them.
    ///
    /// ```
    /// use taxogen::{Client, ExposureSide, Flag};
    ///
    /// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
    ///
    /// let (client, _) = Client::recorder();
    /// let user = client.user("user_123");
    /// user.fix_flag(NEW_DASHBOARD, true);
    /// assert_eq!(
    ///     user.hand_over(ExposureSide::Server).posthog_bootstrap().to_json(),
    ///     r#"{"distinctID":"user_123","featureFlagPayloads":{},"featureFlags":{"new-dashboard":true},"isIdentifiedID":true}"#
    /// );
    /// ```
    #[must_use]
    pub fn hand_over(&self, side: ExposureSide) -> HandOver {
        let known = self.identity.context.active().into_iter().map(|variation| {
            let flag = HandedFlag { engine: variation.engine, value: variation.value, payload: None };
            (variation.flag.into(), flag)
        });
        let mut flags: BTreeMap<String, HandedFlag> = known.collect();
        for KnownFlag { key, value, payload, engine, .. } in self.all_flags() {
            flags.insert(key, HandedFlag { engine, value, payload: payload.as_deref().map(json_or_text) });
        }
        HandOver {
            side,
            distinct_id: self.distinct_id().to_owned(),
            is_anonymous: self.identity.is_anonymous(),
            anonymous_id: self.identity.anonymous_id(),
            groups: self.identity.groups(),
            flags,
        }
    }
}

/// A payload is JSON; one that is not is handed over as the text that it is.
fn json_or_text(payload: &str) -> Value {
    serde_json::from_str(payload).unwrap_or_else(|_| payload.into())
}

impl HandOver {
    /// These flags alone, by their keys.
    #[must_use]
    pub fn only(mut self, flags: &[&str]) -> Self {
        self.flags.retain(|key, _| flags.contains(&key.as_str()));
        self
    }

    /// Who reports what the person sees.
    #[must_use]
    pub fn side(&self) -> ExposureSide {
        self.side
    }

    /// The same for posthog-js: the id and PostHog's flags. What other engines decided is no part of it.
    ///
    /// posthog-js has no word for who reports; [`User::hand_over`] says how it is told.
    #[must_use]
    pub fn posthog_bootstrap(&self) -> PostHogBootstrap<'_> {
        PostHogBootstrap(self)
    }

    /// As JSON that may stand in a `<script>` as it is: `<`, `>` and `&` are escaped.
    #[must_use]
    pub fn to_json(&self) -> String {
        script_safe(&self.value())
    }

    fn value(&self) -> Value {
        let exposure = match self.side {
            ExposureSide::Server => "server",
            ExposureSide::Browser => "browser",
        };
        let flags = self.flags.iter().map(|(key, flag)| (key.clone(), flag.value()));
        let groups = self.groups.iter().map(|(group_type, key)| (group_type.clone(), key.as_str().into()));
        json!({
            "version": 1,
            "exposure": exposure,
            "distinct_id": self.distinct_id,
            "identified": !self.is_anonymous,
            "anonymous_id": self.anonymous_id,
            "groups": groups.collect::<Map<_, Value>>(),
            "flags": flags.collect::<Map<_, _>>(),
        })
    }
}

impl HandedFlag {
    fn value(&self) -> Value {
        json!({ "engine": self.engine.name(), "value": json_of(&self.value), "payload": self.payload })
    }
}

impl Serialize for HandOver {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl fmt::Display for HandOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_json())
    }
}

impl fmt::Debug for HandOver {
    /// As that of a handle, and which flags: payloads may be the person's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags: Vec<_> = self.flags.keys().collect();
        let mut fields = formatter.debug_struct("HandOver");
        fields.field("side", &self.side).field("distinct_id", &self.distinct_id).field("flags", &flags);
        fields.finish_non_exhaustive()
    }
}
