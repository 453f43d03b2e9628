//! What tests of loading flags have in common: a client and a sandbox, definitions, and somebody of whom something is known.

use std::thread::{self};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen::{
    Assignment, Builder, Client, Flag, FlagLoading, FlagSource, LoadedFlags, LocalFlags, PersonProperties, PlanId,
    PostHog, PropertyWriter, Sensitivity, User,
};
use taxogen_sandbox::{FlagAnswer, POSTHOG_KEY, RecordedRequest, Sandbox, Vendor};

/// For what a busy machine does late.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const HERE: Flag<bool> = Flag::boolean("here", false);
pub(crate) const BY_PLAN: Flag<bool> = Flag::boolean("by-plan", false);
pub(crate) const KEPT: Flag<bool> = Flag::boolean("kept", false);
pub(crate) const NEW: Flag<bool> = Flag::boolean("new", false);

/// `here` is on for everybody, `by-plan` for those of whom it is known that they pay, `kept` only PostHog can say.
pub(crate) fn definitions() -> Value {
    let everybody = json!({ "groups": [{ "properties": [], "rollout_percentage": 100 }] });
    let pays = json!({ "key": "plan", "operator": "exact", "value": ["pro"], "type": "person" });
    json!({ "flags": [
        { "id": 1, "key": "here", "active": true, "filters": everybody },
        { "id": 2, "key": "by-plan", "active": true, "filters": { "groups": [{ "properties": [pays] }] } },
        { "id": 3, "key": "kept", "active": true, "ensure_experience_continuity": true, "filters": everybody },
    ] })
}

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

impl Stage {
    pub(crate) fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let sandbox = Sandbox::start().expect("a free port");
        let posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
        let client = settings(Client::builder().to(posthog)).build().expect("a client");
        Self { sandbox, client }
    }

    /// The definitions are there from the beginning, and stay.
    pub(crate) fn deciding_here(loading: FlagLoading) -> Self {
        let local = LocalFlags::bytes(definitions().to_string());
        let stage = Self::with(|builder| builder.local_flags(local).flag_loading(loading));
        for key in ["here", "by-plan", "kept"] {
            stage.sandbox.flags().set_default(key, FlagAnswer::boolean(key == "kept"));
        }
        stage
    }

    /// The questions about flags so far.
    pub(crate) fn questions(&self) -> Vec<Value> {
        let requests = self.sandbox.requests(Vendor::PostHog);
        requests.iter().filter(|request| request.path == "/flags").map(RecordedRequest::json).collect()
    }
}

/// A question about a person of whom nothing is known.
pub(crate) fn question(distinct_id: &str, keys: Option<&[&str]>) -> Value {
    let mut question = json!({
        "token": POSTHOG_KEY, "distinct_id": distinct_id, "groups": {}, "person_properties": {}, "group_properties": {},
        "geoip_disable": true,
    });
    if let Some(keys) = keys {
        question["flag_keys_to_evaluate"] = json!(keys);
    }
    question
}

/// How many are of here, of PostHog, not there, and undecided.
pub(crate) fn counts(loaded: &LoadedFlags) -> (usize, usize, usize, usize) {
    (loaded.local, loaded.remote, loaded.missing, loaded.failed)
}

pub(crate) fn read(user: &User, flag: Flag<bool>) -> (bool, FlagSource, Assignment) {
    let answer = user.peek(flag);
    (answer.value, answer.source, answer.assignment)
}

pub(crate) struct Plan(pub(crate) &'static str);

pub(crate) const OWN: PlanId =
    PlanId::new("loading", "0000000000000000").allow(taxogen::Destinations::POSTHOG, Sensitivity::Personal);

impl PersonProperties for Plan {
    fn plan(&self) -> PlanId {
        OWN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().public("plan", self.0);
        properties.set().internal("seats", &12);
        properties.set().personal("name", "Ada");
        properties.set().hashed().personal("email", "ada@example.com");
    }
}

pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}
