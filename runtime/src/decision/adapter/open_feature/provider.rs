use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use ::open_feature::provider::{FeatureProvider, ProviderMetadata, ResolutionDetails};
use ::open_feature::{
    EvaluationContext, EvaluationContextFieldValue, EvaluationError, EvaluationErrorCode, EvaluationReason,
    EvaluationResult, FlagMetadata, StructValue, async_trait,
};
use taxogen_flags::{Assignment, Fallback, FlagValue, ReasonCode};

use super::json;
use crate::client::Client;
use crate::event::{PersonProperties, PlanId, PropertyWriter};
use crate::flag::{AnyAnswer, AnyFlag, Flag, FlagKind, FlagSource};
use crate::value::Timestamp;

/// A provider of OpenFeature that answers with the flags of a plan, as a [`Client`](crate::Client) reads them.
///
/// | asked for | of a flag | is |
/// |---|---|---|
/// | boolean | that is on or off | its value |
/// | string | with variants | the variant, which is also the evaluation's `variant` |
/// | structure | with payloads, or settings | the payload, an object |
/// | integer, float | with payloads, or settings | the payload, a number |
/// | boolean, string | settings | the payload, one of these |
///
/// Only flags that were [named](Self::with) exist: another is `FLAG_NOT_FOUND`, and one that is asked for as something else
/// `TYPE_MISMATCH`. The targeting key is the distinct id of the person; without one it is `TARGETING_KEY_MISSING`. The
/// fields of the context are properties of the person by which flags are decided here; they are sent nowhere. Structures
/// among them are left out.
///
/// A flag is read as [`User::evaluate`](crate::User::evaluate) reads it, from the same sources, without waiting for
/// anything, and PostHog is told of it in the same way. The reason of the evaluation is `STATIC` for what was fixed, or
/// stands in the environment or a file, `SPLIT` for a variant, a holdout and who is outside a rollout, `TARGETING_MATCH`
/// for what else a source gave, and `DEFAULT` where nothing matched or the plan's default stands in. The metadata say
/// `source`, `assignment` and, where it is known, `version`. A payload is never the plan's own: one that is not of the
/// plan's type is `PARSE_ERROR`, and where none is handed out it is `FLAG_NOT_FOUND`.
///
/// ```
/// use open_feature::{EvaluationContext, OpenFeature};
/// use taxogen::open_feature::TaxogenProvider;
/// use taxogen::{Client, Flag};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
///
/// # async fn run() -> Result<(), open_feature::EvaluationError> {
/// let (client, _recorder) = Client::builder().fix_flag(NEW_DASHBOARD, true).recorder();
/// let provider = TaxogenProvider::new(&client).with(NEW_DASHBOARD);
/// OpenFeature::singleton_mut().await.set_named_provider("shop", provider).await;
///
/// let flags = OpenFeature::singleton().await.create_named_client("shop");
/// let user = EvaluationContext::default().with_targeting_key("user_123");
/// assert!(flags.get_bool_value("new-dashboard", Some(&user), None).await?);
/// # Ok(())
/// # }
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(matches!(std::pin::pin!(run()).as_mut().poll(&mut context), std::task::Poll::Ready(Ok(()))));
/// ```
pub struct TaxogenProvider {
    client: Client,
    metadata: ProviderMetadata,
    flags: BTreeMap<&'static str, AnyFlag>,
}

impl TaxogenProvider {
    /// Reads flags by this client; those that are named by [`with`](Self::with).
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), metadata: ProviderMetadata::new("taxogen"), flags: BTreeMap::new() }
    }

    /// This flag too.
    #[must_use]
    pub fn with<T, P>(mut self, flag: Flag<T, P>) -> Self {
        self.flags.insert(flag.key(), AnyFlag::of(flag));
        self
    }

    /// The flag, where it can be asked for so.
    fn flag(&self, key: &str, fits: impl FnOnce(&AnyFlag) -> bool) -> EvaluationResult<&AnyFlag> {
        let flag = self.flags.get(key).ok_or_else(|| {
            let message = format!("the provider was not given a flag `{key}`: name it by `TaxogenProvider::with`");
            error(EvaluationErrorCode::FlagNotFound, message)
        })?;
        if fits(flag) { Ok(flag) } else { Err(other_type(flag)) }
    }

    fn read(&self, flag: &AnyFlag, context: &EvaluationContext) -> EvaluationResult<AnyAnswer> {
        let Some(id) = context.targeting_key.as_deref().filter(|id| !id.trim().is_empty()) else {
            let message = "a flag is read for a person: give the context their distinct id as targeting key";
            return Err(error(EvaluationErrorCode::TargetingKeyMissing, message));
        };
        let user = self.client.user(id);
        if !context.custom_fields.is_empty() {
            user.flag_properties(Fields(context));
        }
        Ok(flag.read(&user))
    }

    /// What a payload says, as far as it is what was asked for.
    fn payload<T>(
        &self,
        key: &str,
        context: &EvaluationContext,
        fits: impl FnOnce(&AnyFlag) -> bool,
        take: impl FnOnce(serde_json::Value) -> Option<T>,
    ) -> EvaluationResult<ResolutionDetails<T>> {
        let flag = self.flag(key, fits)?;
        let answer = self.read(flag, context)?;
        if let Some(why) = &answer.payload_error {
            return Err(error(EvaluationErrorCode::ParseError, why.to_string()));
        }
        let Some(payload) = &answer.payload else {
            let code = match answer.assignment {
                Assignment::Fallback(Fallback::InvalidPayload) => EvaluationErrorCode::ParseError,
                _ => EvaluationErrorCode::FlagNotFound,
            };
            return Err(error(code, format!("flag `{key}` hands out nothing here: {}", answer.assignment)));
        };
        let json = serde_json::from_str(payload).map_err(|why| error(EvaluationErrorCode::ParseError, why.to_string()));
        Ok(details(take(json?).ok_or_else(|| other_type(flag))?, &answer))
    }
}

fn details<T>(value: T, answer: &AnyAnswer) -> ResolutionDetails<T> {
    let metadata = FlagMetadata::default()
        .with_value("source", answer.source.as_str())
        .with_value("assignment", answer.assignment.to_string());
    ResolutionDetails {
        value,
        variant: answer.value.as_ref().and_then(FlagValue::variant).map(str::to_owned),
        reason: Some(reason(answer)),
        flag_metadata: Some(match answer.version {
            Some(version) => metadata.with_value("version", version),
            None => metadata,
        }),
    }
}

fn reason(answer: &AnyAnswer) -> EvaluationReason {
    use FlagSource::{Environment, File, Fixed, Override};

    match (answer.assignment, answer.source) {
        (_, Override | Fixed | Environment | File) => EvaluationReason::Static,
        (Assignment::Holdout, _) => EvaluationReason::Split,
        (Assignment::Off, _) if answer.reason == Some(ReasonCode::OutOfRolloutBound) => EvaluationReason::Split,
        (Assignment::Off | Assignment::Fallback(_), _) => EvaluationReason::Default,
        (Assignment::Assigned, _) if matches!(answer.value, Some(FlagValue::Variant(_))) => EvaluationReason::Split,
        _ => EvaluationReason::TargetingMatch,
    }
}

fn error(code: EvaluationErrorCode, message: impl Into<String>) -> EvaluationError {
    EvaluationError { code, message: Some(message.into()) }
}

fn other_type(flag: &AnyFlag) -> EvaluationError {
    let what = match (flag.kind, flag.has_payloads) {
        (FlagKind::OnOff, false) => "is on or off: ask for a boolean",
        (FlagKind::OnOff, true) => "is on or off, with payloads: ask for a boolean, or for what its payload is",
        (FlagKind::Variants, false) => "has variants: ask for a string",
        (FlagKind::Variants, true) => "has variants with payloads: ask for a string, or for what its payload is",
        (FlagKind::Settings, _) => "hands out settings: ask for what they are",
    };
    error(EvaluationErrorCode::TypeMismatch, format!("flag `{}` {what}", flag.key))
}

fn hands_out(flag: &AnyFlag) -> bool {
    flag.has_payloads || flag.kind == FlagKind::Settings
}

#[async_trait]
impl FeatureProvider for TaxogenProvider {
    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_bool_value(
        &self,
        key: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<bool>> {
        let flag = self.flag(key, |flag| flag.kind != FlagKind::Variants)?;
        if flag.kind == FlagKind::Settings {
            return self.payload(key, context, hands_out, |json| json.as_bool());
        }
        let answer = self.read(flag, context)?;
        Ok(details(answer.value.as_ref().is_some_and(FlagValue::is_on), &answer))
    }

    async fn resolve_string_value(
        &self,
        key: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        let flag = self.flag(key, |flag| flag.kind != FlagKind::OnOff)?;
        if flag.kind == FlagKind::Settings {
            return self.payload(key, context, hands_out, |json| json.as_str().map(str::to_owned));
        }
        let answer = self.read(flag, context)?;
        let variant = answer.value.as_ref().and_then(FlagValue::variant).unwrap_or_default().to_owned();
        Ok(details(variant, &answer))
    }

    async fn resolve_int_value(
        &self,
        key: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<i64>> {
        self.payload(key, context, hands_out, |json| json.as_i64())
    }

    async fn resolve_float_value(
        &self,
        key: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<f64>> {
        self.payload(key, context, hands_out, |json| json.as_f64())
    }

    async fn resolve_struct_value(
        &self,
        key: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        self.payload(key, context, hands_out, json::structure)
    }
}

/// What a context says of somebody.
struct Fields<'a>(&'a EvaluationContext);

impl PersonProperties for Fields<'_> {
    fn plan(&self) -> PlanId {
        PlanId::NONE
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        for (name, value) in &self.0.custom_fields {
            let mut person = properties.set();
            match value {
                EvaluationContextFieldValue::Bool(value) => person.internal(name, value),
                EvaluationContextFieldValue::Int(value) => person.internal(name, value),
                EvaluationContextFieldValue::Float(value) => person.internal(name, value),
                EvaluationContextFieldValue::String(value) => person.internal(name, value),
                EvaluationContextFieldValue::DateTime(value) => {
                    person.internal(name, &Timestamp::from(SystemTime::from(*value)));
                }
                // What it is, only who made it knows.
                EvaluationContextFieldValue::Struct(_) => {}
            }
        }
    }
}

impl fmt::Debug for TaxogenProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags: Vec<_> = self.flags.keys().collect();
        formatter.debug_struct("TaxogenProvider").field("flags", &flags).finish_non_exhaustive()
    }
}
