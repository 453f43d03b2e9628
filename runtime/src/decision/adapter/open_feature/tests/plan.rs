//! The flags of a small plan, as the compiler emits them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;
use crate::flag::{Flag, Variant};
use crate::payload::{Payload, PayloadError, PayloadReader};

pub(super) const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
pub(super) const PRICING: Flag<Pricing, i64> = Flag::variants("pricing", || Pricing::Usual).with_payload(|_| None);
pub(super) const LIMITS: Flag<Limits> = Flag::remote_config("limits", || Limits { timeout_ms: 5000 });
pub(super) const PACE: Flag<f64> = Flag::remote_config("pace", || 1.0);

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pricing {
    Usual,
    Bold,
}

impl Variant for Pricing {
    const NAMES: &'static [&'static str] = &["usual", "bold"];

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "usual" => Some(Self::Usual),
            "bold" => Some(Self::Bold),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        Self::NAMES[*self as usize]
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limits {
    pub(super) timeout_ms: i64,
}

impl Payload for Limits {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self { timeout_ms: reader.required("timeout_ms")? })
    }
}

/// A provider that says the same of everybody, as long as it works.
#[derive(Default)]
pub(super) struct Vendor {
    metadata: ProviderMetadata,
    pub(super) state: Arc<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) is_down: AtomicBool,
    pub(super) asked: AtomicU64,
}

impl Vendor {
    fn says<T>(&self, value: T, variant: &str, reason: EvaluationReason) -> EvaluationResult<ResolutionDetails<T>> {
        self.state.asked.fetch_add(1, Ordering::Relaxed);
        if self.state.is_down.load(Ordering::Relaxed) {
            return Err(EvaluationError { code: EvaluationErrorCode::General("down".to_owned()), message: None });
        }
        let variant = Some(variant.to_owned());
        Ok(ResolutionDetails { value, variant, reason: Some(reason), flag_metadata: None })
    }
}

#[async_trait]
impl FeatureProvider for Vendor {
    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_bool_value(&self, _: &str, _: &EvaluationContext) -> EvaluationResult<ResolutionDetails<bool>> {
        self.says(true, "on", EvaluationReason::TargetingMatch)
    }

    async fn resolve_string_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        self.says("#f00".to_owned(), "bold", EvaluationReason::Static)
    }

    async fn resolve_struct_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        self.says(StructValue::default().with_field("timeout_ms", 7), "", EvaluationReason::TargetingMatch)
    }

    async fn resolve_int_value(&self, _: &str, _: &EvaluationContext) -> EvaluationResult<ResolutionDetails<i64>> {
        other_type()
    }

    async fn resolve_float_value(&self, _: &str, _: &EvaluationContext) -> EvaluationResult<ResolutionDetails<f64>> {
        other_type()
    }
}
