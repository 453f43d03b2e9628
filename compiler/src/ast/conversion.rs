//! What an event counts for as a conversion.

use super::Text;

/// `conversion:` of an event that is one.
#[derive(Clone)]
pub struct Conversion {
    /// What Optimizely is told of it; absent: it is one for people alone.
    pub optimizely: Option<OptimizelyConversion>,
}

/// `optimizely:` of a conversion.
#[derive(Clone, Default)]
pub struct OptimizelyConversion {
    /// `revenue:`, the name of a property of the event, in cents.
    pub revenue: Option<Text>,
    /// `value:`, the name of a property of the event.
    pub value: Option<Text>,
}
