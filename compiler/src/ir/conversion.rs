//! Conversions.

/// What an event counts for as a conversion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conversion {
    /// What Optimizely is told of it; `None`: it is one for people alone.
    pub optimizely: Option<OptimizelyConversion>,
}

/// What Optimizely is told of a conversion: wire names of properties of the event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OptimizelyConversion {
    /// An integer, in cents.
    pub revenue: Option<String>,
    /// A number.
    pub value: Option<String>,
}
