use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use taxogen_flags::FlagValue;

/// A value that somebody fixed by hand: no source is asked, nothing is exposed.
#[derive(Clone)]
pub(crate) enum Fixed {
    Value(FlagValue),
    /// Settings of some type of the plan.
    Config(Arc<dyn Any + Send + Sync>),
}

/// Fixed values by flag.
pub(crate) type FixedFlags = BTreeMap<&'static str, Fixed>;
