use std::fmt;

/// A property that a destination would not have taken as it is: it was cut, or left out there.
///
/// The event was delivered without it, and the other destinations have it whole. What a destination takes not at all
/// is a [`Loss`](crate::Loss).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limited {
    /// `posthog`, `segment`, `mixpanel` or `optimizely`.
    pub destination: &'static str,
    /// The event; for verbs without a name `identify`, `set`, `unset`, `group` or `alias`.
    pub event: String,
    /// The event's id on the wire: a UUID.
    pub id: String,
    /// The property.
    pub property: String,
    /// What it broke.
    pub limit: Limit,
}

/// What a destination takes of a property at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// So many bytes of UTF-8 of a text; what goes beyond was cut, at the end of a character. Mixpanel: 255.
    TextBytes(usize),
    /// So many levels of objects and lists; a deeper property was left out. Mixpanel: 3; Optimizely: 0,
    /// texts, numbers and booleans alone.
    Depth(usize),
    /// So many elements of a list, or keys of an object; a property with more was left out. Mixpanel: 254.
    Members(usize),
    /// So many properties of an event, those included that every message has; the rest was left out. Mixpanel: 254.
    Properties(usize),
    /// The revenue of a conversion, whole cents of at most 64 bits; another one was left out. Optimizely.
    Cents,
    /// The value of a conversion, a number; another one was left out. Optimizely.
    Number,
    /// A name that the destination keeps for itself; a property of that name was left out. Optimizely: `revenue` and
    /// `value`, but for what the conversion has for them.
    Reserved,
    /// An id that tells people or groups apart: one that is too long, or stands for nobody in particular (`anonymous`,
    /// `null`), joins nobody there.
    Id,
}

impl fmt::Display for Limited {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { destination, event, property, limit, .. } = self;
        write!(formatter, "`{property}` of `{event}` ")?;
        match limit {
            Limit::TextBytes(most) => {
                write!(formatter, "is cut to the {most} bytes that {destination} keeps of a text")
            }
            Limit::Depth(0) => {
                write!(formatter, "is left out: {destination} takes texts, numbers and booleans alone")
            }
            Limit::Cents => {
                write!(formatter, "is left out: {destination} takes whole cents for a revenue and would misread others")
            }
            Limit::Number => {
                write!(formatter, "is left out: {destination} takes a number for the value of a conversion")
            }
            Limit::Reserved => {
                write!(formatter, "is left out: {destination} keeps the name for what the conversion counts for")
            }
            Limit::Depth(most) => {
                write!(formatter, "is left out: {destination} takes at most {most} levels of a value")
            }
            Limit::Members(most) => {
                write!(formatter, "is left out: {destination} takes at most {most} elements or keys of a value")
            }
            Limit::Properties(most) => {
                write!(formatter, "is left out: {destination} takes at most {most} properties of an event")
            }
            Limit::Id => write!(formatter, "joins nobody: {destination} tells nobody apart by such an id"),
        }
    }
}

/// A limit that a property of a record met, before anybody knows where and of which event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) property: String,
    pub(crate) limit: Limit,
}
