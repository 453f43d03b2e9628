use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// What a flag says: on, off, or the variant that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FlagValue {
    /// A flag without variants, or one with variants that gave none.
    Boolean(bool),
    /// The variant's key; shared with the definition that it comes from.
    Variant(Arc<str>),
}

impl FlagValue {
    /// Whether the flag is on: a variant counts as on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        match self {
            Self::Boolean(on) => *on,
            Self::Variant(_) => true,
        }
    }

    /// The variant's key, where there is one.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        match self {
            Self::Boolean(_) => None,
            Self::Variant(key) => Some(key),
        }
    }

    /// Reads the JSON that PostHog has for it: a boolean or a text.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(on) => Some(Self::Boolean(*on)),
            Value::String(key) => Some(Self::Variant(key.as_str().into())),
            _ => None,
        }
    }
}

impl From<bool> for FlagValue {
    fn from(on: bool) -> Self {
        Self::Boolean(on)
    }
}

impl From<&str> for FlagValue {
    fn from(variant: &str) -> Self {
        Self::Variant(variant.into())
    }
}

impl fmt::Display for FlagValue {
    /// `true`, `false` or the variant's key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(on) => write!(formatter, "{on}"),
            Self::Variant(key) => formatter.write_str(key),
        }
    }
}
