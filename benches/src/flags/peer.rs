//! posthog-rs, with definitions that were parsed before.

use std::collections::HashMap;

use posthog_rs::{FlagCache, FlagValue, InconclusiveMatchError, LocalEvaluationResponse, LocalEvaluator};

use super::people::Visitor;
use super::project;
use crate::error::Result;

pub(super) struct Peer {
    evaluator: LocalEvaluator,
    groups: HashMap<String, String>,
    group_properties: HashMap<String, HashMap<String, serde_json::Value>>,
}

type Answer = std::result::Result<FlagValue, InconclusiveMatchError>;

impl Peer {
    pub(super) fn new(document: &str) -> Result<Self> {
        let cache = FlagCache::new();
        cache.update(serde_json::from_str::<LocalEvaluationResponse>(document)?);
        Ok(Self::of(cache))
    }

    /// One whose definitions somebody else changes.
    pub(super) fn of(cache: FlagCache) -> Self {
        Self { evaluator: LocalEvaluator::new(cache), groups: HashMap::new(), group_properties: HashMap::new() }
    }

    #[inline]
    pub(super) fn flag(&self, visitor: &Visitor) -> bool {
        let Self { evaluator, groups, group_properties } = self;
        let answer = evaluator.evaluate_flag(project::KEY, &visitor.id, &visitor.map, groups, group_properties);
        matches!(answer, Ok(Some(FlagValue::Boolean(true))))
    }

    #[inline]
    pub(super) fn flag_simple(&self, visitor: &Visitor) -> bool {
        let Self { evaluator, groups, group_properties } = self;
        let answer = evaluator.evaluate_flag_simple(project::KEY, &visitor.id, &visitor.map, groups, group_properties);
        matches!(answer, Ok(Some(FlagValue::Boolean(true))))
    }

    #[inline]
    pub(super) fn all_flags(&self, visitor: &Visitor) -> HashMap<String, Answer> {
        let Self { evaluator, groups, group_properties } = self;
        evaluator.evaluate_all_flags(&visitor.id, &visitor.map, groups, group_properties)
    }
}
