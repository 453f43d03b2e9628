//! Flags and an experiment, written by hand as the compiler emits them, and a client in front of a sandbox.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use taxogen::{
    Builder, Client, Experiment, ExperimentKey, ExposurePolicy, Flag, Mixpanel, Payload, PayloadError, PayloadReader,
    PostHog, Segment, Sensitivity, User, Variant,
};
use taxogen_sandbox::{MIXPANEL_TOKEN, POSTHOG_KEY, Received, SEGMENT_WRITE_KEY, Sandbox, Vendor};

pub const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
pub const PAYMENTS_ENABLED: Flag<bool> = Flag::boolean("payments-enabled", true);
pub const CHECKOUT: Flag<CheckoutExperiment, Banner> =
    Flag::variants("checkout-experiment", || CheckoutExperiment::Control).with_payload(own_banner);
pub const LIMITS: Flag<Limits> = Flag::remote_config("checkout-limits", || Limits { timeout_ms: 5000 });
pub const REDESIGN: ExperimentKey<CheckoutExperiment, Banner> = ExperimentKey::new("checkout-flow-redesign", CHECKOUT);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a payload goes with any value")]
fn own_banner(variant: &CheckoutExperiment) -> Option<Banner> {
    match variant {
        CheckoutExperiment::Control => None,
        CheckoutExperiment::Test => Some(Banner { headline: "Ship faster".into() }),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckoutExperiment {
    Control,
    Test,
}

impl Variant for CheckoutExperiment {
    const NAMES: &'static [&'static str] = &["control", "test"];

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "control" => Some(Self::Control),
            "test" => Some(Self::Test),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        Self::NAMES[*self as usize]
    }
}

/// The application's own enum, as `#[derive(Experiment)]` binds it.
#[derive(Debug, PartialEq)]
pub enum Checkout {
    Control,
    Test,
}

impl Experiment for Checkout {
    const KEY: &'static str = "checkout-flow-redesign";
    const FLAG: &'static str = "checkout-experiment";

    type Payload = Banner;

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "control" => Some(Self::Control),
            "test" => Some(Self::Test),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Test => "test",
        }
    }

    fn fallback() -> Self {
        Self::Control
    }

    fn planned_payload(&self) -> Option<&'static str> {
        match self {
            Self::Control => None,
            Self::Test => Some(r#"{"headline":"Ship faster"}"#),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Banner {
    pub headline: Cow<'static, str>,
}

impl Payload for Banner {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self { headline: reader.required("headline")? })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    pub timeout_ms: i64,
}

impl Payload for Limits {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self { timeout_ms: reader.required("timeout_ms")? })
    }
}

/// A client whose destinations are a sandbox; decisions of other engines are reported as the guides have it.
pub struct Stage {
    pub sandbox: Sandbox,
    pub client: Client,
    problems: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    /// PostHog alone.
    pub fn posthog() -> Self {
        Self::with(|builder| builder)
    }

    /// All three vendors; Segment may see what is personal.
    pub fn everywhere() -> Self {
        Self::everywhere_with(|builder| builder)
    }

    /// The same, and settings of the test's own.
    pub fn everywhere_with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let sandbox = Sandbox::start().expect("a free port");
        let segment = Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url()).allow(Sensitivity::Personal);
        let mixpanel = Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url());
        Self::over(sandbox, |builder| settings(builder.to(segment).to(mixpanel)))
    }

    /// PostHog, and settings of the test's own.
    pub fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        Self::over(Sandbox::start().expect("a free port"), settings)
    }

    fn over(sandbox: Sandbox, settings: impl FnOnce(Builder) -> Builder) -> Self {
        let problems = Arc::<Mutex<Vec<String>>>::default();
        let told = Arc::clone(&problems);
        let builder = Client::builder()
            .to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url()))
            .exposures(ExposurePolicy::guide())
            .on_flag_problem(move |problem| told.lock().unwrap().push(problem.to_string()));
        let client = settings(builder).build().expect("a client");
        Self { sandbox, client, problems }
    }

    /// A person whose flags are loaded.
    pub fn loaded(&self, distinct_id: &str) -> User {
        let user = self.client.user(distinct_id);
        user.load_flags_blocking(Duration::from_secs(20)).expect("the sandbox answers");
        user
    }

    /// The problems with flags that were told so far.
    pub fn problems(&self) -> Vec<String> {
        self.problems.lock().unwrap().clone()
    }

    /// What arrived at a vendor, after everything was delivered.
    pub fn arrived(&self, vendor: Vendor) -> Vec<Received> {
        self.client.flush(Duration::from_secs(20)).expect("the sandbox takes everything");
        self.sandbox.received(vendor)
    }

    /// The properties of the events of this name that arrived, in order.
    pub fn events(&self, vendor: Vendor, name: &str) -> Vec<Value> {
        let arrived = self.arrived(vendor).into_iter().filter(|received| received.name == name);
        arrived.map(|received| plain(received.properties)).collect()
    }
}

/// Properties without those that every event has.
pub fn plain(mut properties: Value) -> Value {
    let every_event = [
        "$lib",
        "$lib_version",
        "$is_server",
        "$geoip_disable",
        "token",
        "time",
        "distinct_id",
        "$insert_id",
        "mp_lib",
        "ip",
    ];
    if let Value::Object(properties) = &mut properties {
        properties.retain(|name, _| !every_event.contains(&name.as_str()));
    }
    properties
}
