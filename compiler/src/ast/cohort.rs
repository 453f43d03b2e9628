//! Cohorts.

use super::{Meta, Spanned, Text};

/// One of `cohorts`.
#[derive(Clone)]
pub struct Cohort {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// `posthog:`; what is missing was told.
    pub posthog: Option<Spanned<CohortReference>>,
}

/// A cohort as the vendor knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CohortReference {
    /// By its name there.
    Name(String),
    /// By its number there.
    Id(i64),
}
