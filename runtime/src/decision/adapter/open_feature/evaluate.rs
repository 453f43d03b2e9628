use ::open_feature::{Client, EvaluationContext, EvaluationErrorCode, EvaluationReason};
use taxogen_flags::{Assignment, Fallback};

use super::evaluated::decision;
use crate::decision::{Decision, Engine};
use crate::experiment::{Experiment, ExperimentAnswer};
use crate::flag::FlagSource;

/// What a provider assigns somebody in an experiment of the plan: the variant as the application's own enum, and how they
/// came to it.
///
/// The variant is the evaluation's `variant`, else its value; the flag has to be of type string. Where the evaluation
/// fails, where the flag is disabled, or where the variant is none of the plan's, it is the fallback that the plan
/// declares. What the provider gives everybody, for the reasons `DEFAULT` and `STATIC`, is shown and counts as delivered.
/// So does what has neither a rule nor the reason `SPLIT`, where the plan names the rules of the experiment.
///
/// Nothing is reported by it: an [`ExposureHook`](super::ExposureHook) on the client does that.
///
/// ```
/// use taxogen::{Assignment, Experiment, Fallback};
/// # use taxogen::NoPayload;
/// # #[derive(Debug, PartialEq)]
/// # enum Checkout { Control, Test }
/// # impl Experiment for Checkout {
/// #     const KEY: &'static str = "checkout-flow-redesign";
/// #     const FLAG: &'static str = "checkout-experiment";
/// #     type Payload = NoPayload;
/// #     fn from_name(name: &str) -> Option<Self> {
/// #         match name { "control" => Some(Self::Control), "test" => Some(Self::Test), _ => None }
/// #     }
/// #     fn name(&self) -> &'static str { match self { Self::Control => "control", Self::Test => "test" } }
/// #     fn fallback() -> Self { Self::Control }
/// # }
///
/// # async fn run() {
/// let client = open_feature::OpenFeature::singleton().await.create_client();
/// let user = open_feature::EvaluationContext::default().with_targeting_key("user_123");
/// let answer = taxogen::open_feature::evaluate::<Checkout>(&client, &user).await;
/// // No provider is set.
/// assert_eq!((answer.variant, answer.assignment), (Checkout::Control, Assignment::Fallback(Fallback::NotLoaded)));
/// # }
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(std::pin::pin!(run()).as_mut().poll(&mut context).is_ready());
/// ```
pub async fn evaluate<E: Experiment>(client: &Client, context: &EvaluationContext) -> ExperimentAnswer<E, E::Payload> {
    let user = context.targeting_key.as_deref().unwrap_or_default();
    let details = match client.get_string_details(E::FLAG, Some(context), None).await {
        Ok(details) => details.into_value(),
        Err(error) => return nothing(user, Assignment::Fallback(failed(&error.code))),
    };
    let decision = decision(user, &details);
    let mut answer = E::from_decision(&decision);
    let by_lot = match details.reason {
        Some(EvaluationReason::Disabled) => return nothing(user, Assignment::Off),
        Some(EvaluationReason::Error) => return nothing(user, Assignment::Fallback(Fallback::SourceError)),
        Some(EvaluationReason::Default | EvaluationReason::Static) => false,
        Some(EvaluationReason::Split) => true,
        _ => decision.rule_key().is_some() || E::RULES.is_empty(),
    };
    if answer.assignment.is_assigned() {
        answer.assignment = if by_lot { Assignment::Assigned } else { Assignment::Delivered };
        answer.source = FlagSource::Decision;
    }
    answer
}

/// The fallback, for this reason.
fn nothing<E: Experiment>(user: &str, assignment: Assignment) -> ExperimentAnswer<E, E::Payload> {
    let nobody = Decision::new(user, E::FLAG).with_engine(Engine::OpenFeature).with_enabled(false);
    let mut answer = E::from_decision(&nobody);
    answer.assignment = assignment;
    answer
}

pub(super) fn failed(code: &EvaluationErrorCode) -> Fallback {
    match code {
        EvaluationErrorCode::ProviderNotReady => Fallback::NotLoaded,
        EvaluationErrorCode::FlagNotFound => Fallback::Missing,
        _ => Fallback::SourceError,
    }
}
