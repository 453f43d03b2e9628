use std::time::SystemTime;

use ::open_feature::{
    EvaluationContext, EvaluationContextFieldValue, EvaluationDetails, EvaluationReason, FlagMetadataValue, Value,
};

use crate::decision::{Decision, Engine};
use crate::value::Timestamp;

/// Where a provider says which rule gave the variant: a text in the flag's metadata.
const RULE_KEY: &str = "ruleKey";

/// What an evaluation decided for somebody; the attributes are not part of it.
pub(super) fn decision(user: &str, details: &EvaluationDetails<Value>) -> Decision {
    let decision = Decision::new(user, details.flag_key.as_str()).with_engine(Engine::OpenFeature);
    if matches!(details.reason, Some(EvaluationReason::Disabled | EvaluationReason::Error)) {
        return decision.with_enabled(false);
    }
    let rule = match details.flag_metadata.values.get(RULE_KEY) {
        Some(FlagMetadataValue::String(rule)) => rule,
        _ => "",
    };
    let variant = details.variant.as_deref().filter(|variant| !variant.is_empty());
    decision
        .with_enabled(details.value.as_bool().unwrap_or(true))
        .with_variation(variant.or(details.value.as_str()).unwrap_or_default())
        .with_rule(rule)
}

/// Adds the fields of the context, but for the one that is the hook's own.
pub(super) fn with_attributes(decision: Decision, context: &EvaluationContext, but: &str) -> Decision {
    let fields = context.custom_fields.iter().filter(|(name, _)| *name != but);
    fields.fold(decision, |decision, (name, value)| match value {
        EvaluationContextFieldValue::Bool(value) => decision.with_attribute(name, value),
        EvaluationContextFieldValue::Int(value) => decision.with_attribute(name, value),
        EvaluationContextFieldValue::Float(value) => decision.with_attribute(name, value),
        EvaluationContextFieldValue::String(value) => decision.with_attribute(name, value),
        EvaluationContextFieldValue::DateTime(value) => {
            decision.with_attribute(name, &Timestamp::from(SystemTime::from(*value)))
        }
        // What it is, only the provider knows.
        EvaluationContextFieldValue::Struct(_) => decision,
    })
}
