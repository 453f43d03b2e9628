mod plan;
mod provider;
mod source;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::SystemTime;

use ::open_feature::provider::{FeatureProvider, ProviderMetadata, ResolutionDetails};
use ::open_feature::{
    Client, EvaluationContext, EvaluationContextFieldValue, EvaluationError, EvaluationErrorCode, EvaluationReason,
    EvaluationResult, FlagMetadata, OpenFeature, StructValue, async_trait,
};
use taxogen_flags::{Assignment, Fallback};

use super::*;
use crate::decision::{
    Decision, DecisionHub, DecisionPlan, DecisionRule, Engine, ExposurePolicy, RuleKind, SkipReason,
};
use crate::destinations::Destinations;
use crate::event::PlanId;
use crate::experiment::Experiment;
use crate::flag::{FlagSource, NoPayload};
use crate::value::Timestamp;

/// A provider that answers from memory; a flag that it does not have is not found.
#[derive(Default)]
struct InMemory {
    metadata: ProviderMetadata,
    texts: HashMap<&'static str, ResolutionDetails<String>>,
    booleans: HashMap<&'static str, ResolutionDetails<bool>>,
}

fn answer<T: Clone>(flags: &HashMap<&str, ResolutionDetails<T>>, key: &str) -> EvaluationResult<ResolutionDetails<T>> {
    let missing = || EvaluationError { code: EvaluationErrorCode::FlagNotFound, message: None };
    flags.get(key).cloned().ok_or_else(missing)
}

fn other_type<T>() -> EvaluationResult<T> {
    Err(EvaluationError { code: EvaluationErrorCode::TypeMismatch, message: None })
}

#[async_trait]
impl FeatureProvider for InMemory {
    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_bool_value(&self, key: &str, _: &EvaluationContext) -> EvaluationResult<ResolutionDetails<bool>> {
        answer(&self.booleans, key)
    }

    async fn resolve_string_value(
        &self,
        key: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        answer(&self.texts, key)
    }

    async fn resolve_int_value(&self, _: &str, _: &EvaluationContext) -> EvaluationResult<ResolutionDetails<i64>> {
        other_type()
    }

    async fn resolve_float_value(&self, _: &str, _: &EvaluationContext) -> EvaluationResult<ResolutionDetails<f64>> {
        other_type()
    }

    async fn resolve_struct_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        other_type()
    }
}

fn text(value: &str, variant: Option<&str>, reason: EvaluationReason) -> ResolutionDetails<String> {
    let variant = variant.map(str::to_owned);
    ResolutionDetails { value: value.to_owned(), variant, reason: Some(reason), flag_metadata: None }
}

/// The provider is the program's; each test takes a name of its own.
async fn client(name: &str, texts: &[(&'static str, ResolutionDetails<String>)]) -> Client {
    let booleans = HashMap::from([("new-dashboard", ResolutionDetails::new(false))]);
    let provider =
        InMemory { metadata: ProviderMetadata::new("memory"), texts: texts.iter().cloned().collect(), booleans };
    let mut api = OpenFeature::singleton_mut().await;
    api.set_named_provider(name, provider).await;
    api.create_named_client(name)
}

/// A hook, and what it published.
fn hook() -> (ExposureHook, Arc<Mutex<Vec<Decision>>>) {
    let published = Arc::<Mutex<Vec<Decision>>>::default();
    let kept = Arc::clone(&published);
    let hub = DecisionHub::new();
    let _listening = hub.listen(move |decision| kept.lock().unwrap().push(decision.clone()));
    (ExposureHook::new(&hub), published)
}

fn user() -> EvaluationContext {
    EvaluationContext::default().with_targeting_key("user_123")
}

fn decision(flag: &str) -> Decision {
    Decision::new("user_123", flag).with_engine(Engine::OpenFeature)
}

/// Runs a future to its end on this thread.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn an_evaluation_is_a_decision() {
    wait(async {
        let metadata = FlagMetadata::default().with_value("ruleKey", "checkout_ab").with_value("version", 7);
        let ruled =
            ResolutionDetails { flag_metadata: Some(metadata), ..text("v", Some("test"), EvaluationReason::Cached) };
        let disabled = ResolutionDetails { reason: Some(EvaluationReason::Disabled), ..ruled.clone() };
        let flags = [
            ("ruled", ruled),
            ("disabled", disabled),
            ("lot", text("control", None, EvaluationReason::Split)),
            ("targeted", text("control", None, EvaluationReason::TargetingMatch)),
            ("unruled", text("control", None, EvaluationReason::Split)),
        ];
        let (hook, published) = hook();
        let hook = hook.with_rule("lot", "lot_ab").with_rule("targeted", "not by lot").with_rule("ruled", "not heard");
        let client = client("decisions", &flags).await.with_hook(hook.clone());
        for flag in ["ruled", "disabled", "lot", "targeted", "unruled", "missing"] {
            let _ = client.get_string_value(flag, Some(&user()), None).await;
        }
        let _ = client.get_bool_value("new-dashboard", Some(&user()), None).await;
        let _ = client.get_int_value("lot", Some(&user()), None).await;

        let expected = [
            decision("ruled").with_variation("test").with_rule("checkout_ab"),
            decision("disabled").with_enabled(false),
            decision("lot").with_variation("control").with_rule("lot_ab"),
            decision("targeted").with_variation("control"),
            decision("unruled").with_variation("control"),
            decision("new-dashboard").with_enabled(false),
        ];
        assert_eq!(*published.lock().unwrap(), expected);
        assert_eq!(hook.report(), ExposureHookReport { published: 6, suppressed: 0, without_targeting_key: 0 });
    });
}

#[test]
fn what_the_context_says_of_somebody_goes_with_it() {
    wait(async {
        let (hook, published) = hook();
        let flags = [("lot", text("control", None, EvaluationReason::Split))];
        let mut client = client("attributes", &flags).await.with_hook(hook);
        client.set_evaluation_context(EvaluationContext::default().with_custom_field("plan", "pro"));
        let at = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        let context = user()
            .with_custom_field("age", 40)
            .with_custom_field("share", 0.5)
            .with_custom_field("beta", true)
            .with_custom_field("since", EvaluationContextFieldValue::DateTime(SystemTime::from(at).into()))
            .with_custom_field("basket", Arc::new(7))
            .with_custom_field(SUPPRESS, false);
        let _ = client.get_string_value("lot", Some(&context), None).await;
        let expected = decision("lot")
            .with_variation("control")
            .with_attribute("age", &40)
            .with_attribute("beta", &true)
            .with_attribute("plan", &"pro")
            .with_attribute("share", &0.5)
            .with_attribute("since", &at);
        assert_eq!(*published.lock().unwrap(), [expected]);
    });
}

#[test]
fn what_is_not_published_is_counted() {
    wait(async {
        let (hook, published) = hook();
        let hook = hook.suppressed_by("quiet");
        let flags = [("lot", text("control", None, EvaluationReason::Split))];
        let client = client("skipped", &flags).await.with_hook(hook.clone());
        for context in [
            user().with_custom_field("quiet", true),
            user().with_custom_field("quiet", "true"),
            user().with_custom_field(SUPPRESS, true),
            EvaluationContext::default(),
        ] {
            let _ = client.get_string_value("lot", Some(&context), None).await;
        }
        assert_eq!(hook.report(), ExposureHookReport { published: 2, suppressed: 1, without_targeting_key: 1 });
        assert_eq!(published.lock().unwrap().len(), 2);
        let shown = "ExposureHook { rules: {}, report: ExposureHookReport { published: 2, suppressed: 1, \
                     without_targeting_key: 1 }, .. }";
        assert_eq!(format!("{hook:?}"), shown);
    });
}

#[test]
fn nobody_is_exposed_to_what_is_evaluated_in_silence() {
    wait(async {
        let (hook, published) = hook();
        let flags = [("lot", text("control", None, EvaluationReason::Split))];
        let client = client("silent", &flags).await.with_hook(hook.clone());
        let _ = client.get_string_value("lot", Some(&user().with_custom_field(SUPPRESS, true)), None).await;
        assert_eq!(hook.report(), ExposureHookReport { published: 0, suppressed: 1, without_targeting_key: 0 });
        assert_eq!(*published.lock().unwrap(), []);
    });
}

#[test]
fn what_the_plan_calls_an_experiment_is_an_exposure_of_openfeature() {
    const RULE: DecisionRule = DecisionRule::new("lot", "lot_ab", RuleKind::Experiment, "by-lot");
    let (analytics, recorder) = crate::Client::recorder();
    let plan = DecisionPlan::new(PlanId::new("shop", "85a93a826095f7c7"), const { &[RULE] });
    let exposures = analytics.exposure_listener(ExposurePolicy::by_plan(plan));
    let hub = DecisionHub::new();
    let _listening = hub.listen(move |decision| _ = exposures.decided(decision));
    wait(async {
        let flags = [
            ("lot", text("test", None, EvaluationReason::Split)),
            ("other", text("test", None, EvaluationReason::Split)),
        ];
        let hook = ExposureHook::new(&hub).with_rule("lot", "lot_ab");
        let client = client("exposures", &flags).await.with_hook(hook);
        for flag in ["lot", "other", "lot"] {
            let _ = client.get_string_value(flag, Some(&user()), None).await;
        }
    });
    let viewed = recorder.events("Experiment Viewed");
    let told: Vec<_> = viewed.iter().map(|event| event.sent_to(Destinations::POSTHOG).unwrap()).collect();
    let expected = concat!(
        r#"Experiment Viewed {"flag_key":"lot","variation_key":"test","rule_key":"lot_ab","enabled":true,"#,
        r#""$set":{"[OpenFeature] lot":"test"}}"#
    );
    assert_eq!(told, [expected]);
    let report = analytics.decision_report();
    assert_eq!((report.reported, report.repeated, report.skipped_for(SkipReason::Forced)), (1, 1, 1));
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Checkout {
    Control,
    Test,
}

impl Experiment for Checkout {
    const KEY: &'static str = "checkout-flow-redesign";
    const FLAG: &'static str = "checkout-experiment";
    const RULES: &'static [(&'static str, RuleKind)] =
        &[("checkout_ab", RuleKind::Experiment), ("everybody", RuleKind::Delivery), ("held_out", RuleKind::Holdout)];

    type Payload = NoPayload;

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
}

#[test]
fn an_experiment_is_the_applications_enum() {
    use EvaluationReason::{Cached, Default, Disabled, Error, Other, Split, Static, TargetingMatch};

    let ruled = |rule: &str, reason| {
        let metadata = FlagMetadata::default().with_value("ruleKey", rule);
        ResolutionDetails { flag_metadata: Some(metadata), ..text("test", None, reason) }
    };
    let (assigned, delivered) = ((Checkout::Test, Assignment::Assigned), (Checkout::Test, Assignment::Delivered));
    let fallback = |reason| (Checkout::Control, Assignment::Fallback(reason));
    let cases = [
        (Some(text("#f00", Some("test"), Split)), assigned),
        (Some(text("test", Some(""), Split)), assigned),
        (Some(ruled("checkout_ab", TargetingMatch)), assigned),
        (Some(ruled("checkout_ab", Cached)), assigned),
        (Some(ruled("everybody", TargetingMatch)), delivered),
        (Some(ruled("held_out", TargetingMatch)), (Checkout::Control, Assignment::Holdout)),
        (Some(text("test", None, TargetingMatch)), delivered),
        (Some(text("test", None, Other("BY_HAND".into()))), delivered),
        (Some(text("test", None, Default)), delivered),
        (Some(text("test", None, Static)), delivered),
        (Some(text("test", Some("test"), Disabled)), (Checkout::Control, Assignment::Off)),
        (Some(text("test", Some("test"), Error)), fallback(Fallback::SourceError)),
        (Some(text("test", Some("gold"), Split)), fallback(Fallback::UnknownVariant)),
        (Some(text("", None, Split)), fallback(Fallback::NoRule)),
        (None, fallback(Fallback::Missing)),
    ];
    wait(async {
        for (details, expected) in cases {
            let flags: Vec<_> = details.map(|details| (Checkout::FLAG, details)).into_iter().collect();
            let client = client("typed", &flags).await;
            let shown = format!("{flags:?}");
            let answer = evaluate::<Checkout>(&client, &user()).await;
            assert_eq!((answer.variant, answer.assignment), expected, "{shown}");
            let is_fallback = matches!(expected.0, Checkout::Control);
            assert_eq!(answer.source, if is_fallback { FlagSource::Default } else { FlagSource::Decision }, "{shown}");
        }
    });
}
